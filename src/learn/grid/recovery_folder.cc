#include "learn/grid/recovery_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModel = ".thalweg";
constexpr const char* kEntry = ".json";
constexpr size_t kShownDifferences = 8;

[[noreturn]] void Refuse(const std::string& message) {
  throw FieldErrors(std::vector<FieldError>{{"recovery_dir", message}});
}

std::string TextOf(const Json* value) {
  if (value == nullptr) return "nothing";
  if (value->is_string()) {
    const std::string text(value->as_string());
    return text.empty() ? "nothing" : Printable(text);
  }
  const std::string lines = FormatJson(*value);
  std::string line;
  for (std::string_view part : Split(lines, '\n')) line += Trim(part);
  return Printable(line);
}

// Every setting that differs, in words. Numbers are compared as they are written: 3 is 3.0.
void Compare(const std::string& prefix, const JsonObject& before, const JsonObject& now,
             std::vector<std::string>& differences) {
  std::vector<std::string> keys;
  for (const auto& [key, unused] : before) keys.emplace_back(key);
  for (const auto& [key, unused] : now) {
    if (!before.contains(key)) keys.emplace_back(key);
  }
  for (const std::string& key : keys) {
    const Json* a = before.if_contains(key);
    const Json* b = now.if_contains(key);
    if (a != nullptr && b != nullptr && a->is_object() && b->is_object()) {
      Compare(prefix + key + ".", a->as_object(), b->as_object(), differences);
    } else if (a == nullptr || b == nullptr || FormatJson(*a) != FormatJson(*b)) {
      differences.push_back(
          fmt::format("{}{} was {} and is {} now", prefix, key, TextOf(a), TextOf(b)));
    }
  }
}

// The n of <prefix>n<extension>, or nothing.
std::optional<uint64_t> NumberOf(std::string_view name, std::string_view prefix,
                                 std::string_view extension) {
  if (!name.starts_with(prefix) || !name.ends_with(extension) ||
      name.size() <= prefix.size() + extension.size()) {
    return std::nullopt;
  }
  name.remove_prefix(prefix.size());
  name.remove_suffix(extension.size());
  const std::optional<int64_t> number = ParseInt(name);
  if (!number || *number < 1) return std::nullopt;
  return static_cast<uint64_t>(*number);
}

}  // namespace

RecoveryFolder::RecoveryFolder(std::string folder, std::string grid_id)
    : folder_(std::move(folder)), grid_id_(std::move(grid_id)) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (!error && !fs::is_directory(folder_, error)) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  if (error) Refuse(fmt::format("{}: {}", folder_, error.message()));
  Lock();
  RemoveTemporaries();
  if (fs::exists(SettingsFile(), error)) {
    settings_ = std::make_unique<Json>(ParseJson(ReadWholeFile(SettingsFile()), SettingsFile()));
    if (!settings_->is_object()) Refuse(SettingsFile() + ": not as a grid writes it");
    ReadEntries();
  }
}

RecoveryFolder::~RecoveryFolder() = default;

RecoveryFolder::Descriptor::~Descriptor() {
  if (number >= 0) close(number);
}

void RecoveryFolder::Lock() {
  const std::string path = (fs::path(folder_) / (grid_id_ + ".lock")).string();
  lock_.number = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_.number < 0) Refuse(fmt::format("{}: cannot write: {}", path, std::strerror(errno)));
  if (flock(lock_.number, LOCK_EX | LOCK_NB) == 0) return;
  const int error = errno;
  if (error == EWOULDBLOCK) {
    Refuse(
        fmt::format("another process works on the grid '{}' in {}; wait for it, or take another "
                    "folder or grid_id",
                    grid_id_, folder_));
  }
  Refuse(fmt::format("{}: cannot lock: {}", path, std::strerror(error)));
}

// What a process that was killed has left half written (see AtomicFile); nobody else writes here.
void RecoveryFolder::RemoveTemporaries() const {
  std::error_code error;
  std::vector<fs::path> left;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
    const std::string name = entry.path().filename().string();
    const bool ours =
        name.starts_with(grid_id_ + ".json.tmp-") || name.starts_with(grid_id_ + "_model_");
    if (ours && name.find(".tmp-") != std::string::npos) left.push_back(entry.path());
  }
  for (const fs::path& path : left) fs::remove(path, error);
}

void RecoveryFolder::ReadEntries() {
  const std::string prefix = grid_id_ + "_model_";
  for (const fs::directory_entry& file : fs::directory_iterator(folder_)) {
    const std::optional<uint64_t> number =
        NumberOf(file.path().filename().string(), prefix, kEntry);
    if (!number) continue;
    const std::string path = file.path().string();
    const Json json = ParseJson(ReadWholeFile(path), path);
    const JsonObject* object = json.if_object();
    const Json* reason = object == nullptr ? nullptr : object->if_contains("reason");
    if (reason != nullptr && reason->is_string()) {
      GridFailure failure;
      failure.number = *number;
      failure.reason = std::string(reason->as_string());
      failures_.emplace(*number, std::move(failure));
    } else {
      GridModel model = GridModelFromJson(json, path);
      // Without its file a model is trained again.
      if (model.number != *number || !fs::exists(ModelFile(*number))) continue;
      models_.emplace(*number, std::move(model));
    }
    const Json* seconds = object == nullptr ? nullptr : object->if_contains("grid_seconds");
    if (seconds != nullptr && seconds->is_number()) {
      seconds_ = std::max(seconds_, seconds->to_number<double>());
    }
  }
}

std::optional<int64_t> RecoveryFolder::seed() const {
  if (!settings_) return std::nullopt;
  const Json* seed = settings_->as_object().if_contains("search_seed");
  if (seed == nullptr || !seed->is_string()) return std::nullopt;
  return ParseInt(std::string(seed->as_string()));
}

void RecoveryFolder::Settle(const Json& settings) {
  if (!settings_) {
    // Without the settings nobody knows what these are of.
    for (const fs::directory_entry& file : fs::directory_iterator(folder_)) {
      const std::string name = file.path().filename().string();
      if (NumberOf(name, grid_id_ + "_model_", kModel) ||
          NumberOf(name, grid_id_ + "_model_", kEntry)) {
        Refuse(
            fmt::format("{} is there, but not {}, which would say of what grid it is; take "
                        "another folder or grid_id",
                        file.path().string(), SettingsFile()));
      }
    }
    WriteWholeFile(SettingsFile(), FormatJson(settings) + "\n");
    settings_ = std::make_unique<Json>(settings);
    return;
  }
  std::vector<std::string> differences;
  Compare("", settings_->as_object(), settings.as_object(), differences);
  if (differences.empty()) return;
  const size_t all = differences.size();
  if (all > kShownDifferences) {
    differences.resize(kShownDifferences);
    differences.push_back(fmt::format("{} more", all - kShownDifferences));
  }
  Refuse(
      fmt::format("{} holds another grid of the name {}: {}. Give the same settings and data to "
                  "go on with it, or take another folder or grid_id",
                  folder_, grid_id_, Join(differences, "; ")));
}

std::string RecoveryFolder::Path(uint64_t number, const char* extension) const {
  return (fs::path(folder_) / fmt::format("{}_model_{}{}", grid_id_, number, extension)).string();
}

std::string RecoveryFolder::SettingsFile() const {
  return (fs::path(folder_) / (grid_id_ + kEntry)).string();
}

std::string RecoveryFolder::ModelFile(uint64_t number) const { return Path(number, kModel); }

void RecoveryFolder::SaveModel(const GridModel& model, const Model& file,
                               double grid_seconds) const {
  file.Save(Path(model.number, kModel));
  Json entry = ToJson(model);
  entry.as_object()["grid_seconds"] = JsonNumber(grid_seconds);
  WriteWholeFile(Path(model.number, kEntry), FormatJson(entry) + "\n");
}

void RecoveryFolder::SaveFailure(const GridFailure& failure, double grid_seconds) const {
  Json entry = ToJson(failure);
  entry.as_object()["grid_seconds"] = JsonNumber(grid_seconds);
  WriteWholeFile(Path(failure.number, kEntry), FormatJson(entry) + "\n");
}

void RecoveryFolder::Remove(uint64_t number) const {
  // The entry first: without it the model does not count.
  std::error_code error;
  fs::remove(Path(number, kEntry), error);
  fs::remove(Path(number, kModel), error);
}

}  // namespace thalweg
