#include "server/store/catalog_saver.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "rapids/temporaries.h"
#include "server/grid_entry.h"
#include "server/model_archive.h"
#include "server/store/private_file.h"
#include "server/store/sealed_record.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

using std::chrono::milliseconds;

// Empty: it is not saved.
std::string_view KindOf(const Entry& entry) {
  if (dynamic_cast<const internal::TemporaryFrame*>(&entry) != nullptr) return "";
  if (dynamic_cast<const FrameEntry*>(&entry) != nullptr) return "frame";
  if (dynamic_cast<const TrainedModel*>(&entry) != nullptr) return "model";
  if (dynamic_cast<const GridEntry*>(&entry) != nullptr) return "grid";
  return "";
}

}  // namespace

CatalogSaver::CatalogSaver(const std::string& path, Ranks& ranks, Jobs& jobs, ServerLog& log)
    : dir_(path), ranks_(ranks), jobs_(jobs), log_(log) {}

CatalogSaver::~CatalogSaver() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

CatalogSaver::Restored CatalogSaver::Restore() {
  for (const std::string& warning : dir_.warnings()) {
    log_.Write(LogLevel::kWarn, "data_dir", {{"warning", warning}});
  }
  Restored restored;
  for (const StoredEntry& entry : dir_.entries()) {
    try {
      ranks_.Run("restore_entry",
                 JsonObject{{"name", entry.name},
                            {"kind", entry.kind},
                            {"path", dir_.PathOf(entry.file)},
                            {"shown", dir_.PathOf(entry.file)}},
                 {});
      saved_[ranks_.catalog().FindItem(entry.name)->number] = entry;
      ++(entry.kind == "frame"   ? restored.frames
         : entry.kind == "model" ? restored.models
                                 : restored.grids);
    } catch (const std::exception& error) {
      ++restored.failed;
      unread_.push_back(entry);
      log_.Write(LogLevel::kWarn, "data_dir",
                 {{"warning", fmt::format("the {} {} is not brought back: {}; its file is left as "
                                          "it is",
                                          entry.kind, Printable(entry.name), error.what())}});
    }
  }
  log_.Write(LogLevel::kInfo, "data_dir",
             {{"path", dir_.path()},
              {"frames", restored.frames},
              {"models", restored.models},
              {"grids", restored.grids},
              {"failed", restored.failed}});
  return restored;
}

void CatalogSaver::Start() {
  thread_ = std::thread([this] { Run(); });
}

bool CatalogSaver::Stop(milliseconds time) {
  if (!thread_.joinable()) return true;
  std::unique_lock lock(mutex_);
  stop_ = true;
  changed_.notify_all();
  if (!changed_.wait_for(lock, time, [&] { return ended_; })) return false;
  lock.unlock();
  thread_.join();
  return true;
}

std::string CatalogSaver::trouble() const {
  std::lock_guard lock(mutex_);
  return trouble_;
}

void CatalogSaver::Run() {
  constexpr milliseconds kLook(50);  // how soon the end is heard of
  constexpr milliseconds kSettle(20);
  constexpr milliseconds kRetry(5000);  // after trouble, where nothing changes
  uint64_t seen = 0;
  auto last = std::chrono::steady_clock::now() - kRetry;
  bool clean = false;
  for (;;) {
    bool ending = false;
    {
      std::lock_guard lock(mutex_);
      ending = stop_;
    }
    const uint64_t now = ranks_.catalog().WaitForChange(seen, ending ? milliseconds(0) : kLook);
    const bool due =
        !clean && std::chrono::steady_clock::now() - last >= (trouble().empty() ? kLook : kRetry);
    if (now != seen || due || ending) {
      // What belongs together is mostly put within this time.
      if (!ending) std::this_thread::sleep_for(kSettle);
      seen = now;
      try {
        clean = SaveOnce();
      } catch (const std::exception& error) {  // of memory: once more, later
        clean = false;
        Tell(error.what(), {});
      }
      last = std::chrono::steady_clock::now();
    }
    if (ending) break;
  }
  std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

CatalogSaver::Outcome CatalogSaver::Save(const Catalog::Item& item, const std::string& file) {
  const std::string path = dir_.NewPath(file);
  if (dynamic_cast<const FrameEntry*>(item.entry.get()) != nullptr) {
    const Json result = ranks_.Run("save_frame",
                                   JsonObject{{"frame", item.name},
                                              {"command", item.version.command},
                                              {"nth", item.version.nth},
                                              {"path", path}},
                                   {});
    return result.at("saved").as_bool() ? Outcome::kSaved : Outcome::kLater;
  }
  SealedRecord record{std::string(KindOf(*item.entry)), item.name, ""};
  if (const auto* model = dynamic_cast<const TrainedModel*>(item.entry.get())) {
    record.content = ArchiveBytes(*model);
  } else {
    record.content = FormatJson(ToJson(dynamic_cast<const GridEntry&>(*item.entry).record()));
  }
  PrivateFile out(path);
  out.Write(SealedBytes(record));
  out.Sync();
  return Outcome::kSaved;
}

bool CatalogSaver::SaveOnce() {
  constexpr size_t kPatience = 100;  // looks at an entry that the ranks do not agree upon
  std::unordered_map<uint64_t, StoredEntry> saved;
  std::unordered_map<std::string, StoredEntry> old_by_name;
  for (const auto& [number, entry] : saved_) old_by_name[entry.name] = entry;
  std::vector<StoredEntry> entries;
  std::unordered_set<std::string> names;
  std::vector<std::string> failed;
  std::string trouble;
  bool later = false;
  for (const Catalog::Item& item : ranks_.catalog().Items()) {
    const std::string_view kind = KindOf(*item.entry);
    if (kind.empty()) continue;
    StoredEntry entry{item.name, std::string(kind), ""};
    if (const auto known = saved_.find(item.number); known != saved_.end()) {
      entry.file = known->second.file;
    } else {
      Outcome outcome = Outcome::kFailed;
      entry.file = dir_.NewFile(kind);
      try {
        outcome = Save(item, entry.file);
        if (outcome == Outcome::kLater && ++delays_[item.number] > kPatience) {
          outcome = Outcome::kFailed;
          trouble = "the ranks do not hold the same frame";
        }
      } catch (const std::exception& error) {
        trouble = error.what();
      }
      if (outcome != Outcome::kSaved) {
        later = true;
        if (outcome == Outcome::kFailed) failed.push_back(item.name);
        // What was saved under this name before counts until then.
        const auto old = old_by_name.find(item.name);
        if (old == old_by_name.end()) continue;
        names.insert(item.name);
        entries.push_back(old->second);
        continue;
      }
      delays_.erase(item.number);
    }
    saved[item.number] = entry;
    names.insert(item.name);
    entries.push_back(std::move(entry));
  }
  for (const StoredEntry& entry : unread_) {
    if (!names.contains(entry.name)) entries.push_back(entry);
  }
  if (entries != dir_.entries()) {
    try {
      dir_.Commit(entries);
      // Files that still stand for a name whose new entry is not saved yet.
      for (const auto& [number, entry] : saved_) {
        if (saved.contains(number)) continue;
        const auto used = std::find(entries.begin(), entries.end(), entry);
        if (used != entries.end()) saved[number] = entry;
      }
      saved_ = std::move(saved);
    } catch (const std::exception& error) {
      trouble = error.what();
      later = true;
      for (const auto& [number, entry] : saved) {
        if (saved_.contains(number)) continue;
        failed.push_back(entry.name);
        std::error_code ignored;
        std::filesystem::remove(dir_.NewPath(entry.file), ignored);
      }
    }
  }
  Tell(trouble, failed);
  return !later;
}

void CatalogSaver::Tell(const std::string& trouble, const std::vector<std::string>& names) {
  std::string text;
  if (!trouble.empty()) {
    text = fmt::format(
        "{} not saved to the data directory: {}",
        names.empty() ? "changes are"
                      : Printable(Join(names, ", "), 200) + (names.size() == 1 ? " is" : " are"),
        trouble);
  }
  {
    std::lock_guard lock(mutex_);
    if (text == trouble_) return;
    trouble_ = text;
  }
  if (text.empty()) {
    log_.Write(LogLevel::kInfo, "data_dir", {{"saved", "all is saved again"}});
    return;
  }
  log_.Write(LogLevel::kWarn, "data_dir", {{"warning", text}});
  const std::unordered_set<std::string> those(names.begin(), names.end());
  for (const JobPtr& job : jobs_.List()) {
    if (those.contains(job->result().name)) job->Warn(text);
  }
}

}  // namespace thalweg
