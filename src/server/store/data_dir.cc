#include "server/store/data_dir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <unordered_set>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "base/wall_clock.h"
#include "server/store/frame_file.h"
#include "server/store/private_file.h"
#include "server/store/sealed_record.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCatalog = "catalog";
constexpr std::string_view kLock = "lock";
constexpr std::string_view kNew = ".new";
constexpr size_t kDigits = 8;

bool IsKind(std::string_view kind) { return kind == "frame" || kind == "model" || kind == "grid"; }

// Of a file of ours: its number.
std::optional<uint64_t> NumberOf(std::string_view file) {
  const size_t dot = file.find('.');
  if (dot < kDigits || dot > 18 || dot == std::string_view::npos) return std::nullopt;
  if (!IsKind(file.substr(dot + 1))) return std::nullopt;
  if (file.substr(0, dot).find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  return static_cast<uint64_t>(*ParseInt(file.substr(0, dot)));
}

void MakePrivateFolder(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    const fs::path parent = fs::path(path).parent_path();
    if (!parent.empty()) fs::create_directories(parent, error);
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
      throw UserError(fmt::format("--data-dir {}: cannot make it: {}", path, std::strerror(errno)));
    }
  }
  if (!fs::is_directory(path, error)) throw UserError("--data-dir " + path + ": it is no folder");
}

std::string HexDigits(unsigned char c) { return fmt::format("%{:02X}", c); }

}  // namespace

std::string EscapeName(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    text += byte < 0x20 || byte > 0x7e || c == '%' ? HexDigits(byte) : std::string(1, c);
  }
  return text;
}

std::string UnescapeName(std::string_view text) {
  std::string name;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      name += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      name += text[i];
    }
  }
  return name;
}

DataDir::DataDir(std::string path) : path_(std::move(path)) {
  MakePrivateFolder(path_);
  Lock();
  try {
    struct stat status {};
    if (stat(path_.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
      warnings_.push_back(fmt::format(
          "{}: others may look into this folder: chmod 700 it (its files are private)", path_));
    }
    ReadCatalog();
    CleanUp();
    if (new_catalog_) Commit(entries_);
  } catch (...) {
    close(lock_);
    throw;
  }
}

DataDir::~DataDir() { close(lock_); }

void DataDir::Lock() {
  const std::string file = PathOf(std::string(kLock));
  lock_ = open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (lock_ < 0) {
    throw UserError(fmt::format("--data-dir {}: cannot write: {}", path_, std::strerror(errno)));
  }
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    char owner[32] = {};
    const ssize_t got = pread(lock_, owner, sizeof(owner) - 1, 0);
    close(lock_);
    if (error != EWOULDBLOCK) {
      throw UserError(fmt::format("--data-dir {}: cannot lock: {}", path_, std::strerror(error)));
    }
    throw UserError(
        fmt::format("--data-dir {}: another server{} uses it; end that one, or give "
                    "this one a folder of its own",
                    path_, got > 0 ? fmt::format(" (process {})", Trim(owner)) : ""));
  }
  // For the message above only: the lock counts, not what is in it.
  const std::string own = fmt::format("{}\n", getpid());
  if (ftruncate(lock_, 0) != 0 || pwrite(lock_, own.data(), own.size(), 0) < 0) {
    warnings_.push_back(fmt::format("{}: cannot write: {}", file, std::strerror(errno)));
  }
}

void DataDir::ReadCatalog() {
  const std::string file = PathOf(std::string(kCatalog));
  std::error_code error;
  if (!fs::exists(file, error)) {
    new_catalog_ = true;
    AdoptFiles();
    if (!entries_.empty()) {
      warnings_.push_back(fmt::format(
          "{}: it is missing: names are those that the files had when they were saved", file));
    }
    return;
  }
  try {
    const SealedRecord record = ReadSealed(ReadWholeFile(file), file);
    const Json json = ParseJson(record.content, file);
    next_ = json.at("next").to_number<uint64_t>();
    for (const Json& entry : json.at("entries").as_array()) {
      StoredEntry stored{UnescapeName(entry.at("name").as_string()),
                         std::string(entry.at("kind").as_string()),
                         std::string(entry.at("file").as_string())};
      if (!NumberOf(stored.file) || !stored.file.ends_with("." + stored.kind)) {
        throw UserError(file + ": it is damaged");
      }
      entries_.push_back(std::move(stored));
    }
    for (const Json& dropped : json.at("dropped").as_array()) {
      std::string name(dropped.as_string());
      if (NumberOf(name)) dropped_.push_back(std::move(name));
    }
  } catch (const std::exception& problem) {
    const std::string aside = fmt::format("{}.damaged-{}", file, WallClockMs());
    fs::rename(file, aside, error);
    warnings_.push_back(
        fmt::format("{}: {}; it is kept as {}, and names are those that the files had when they "
                    "were saved",
                    file, problem.what(), aside));
    new_catalog_ = true;
    entries_.clear();
    dropped_.clear();
    AdoptFiles();
  }
}

void DataDir::AdoptFiles() {
  std::map<uint64_t, std::string> files;
  for (const auto& item : fs::directory_iterator(path_)) {
    const std::string file = item.path().filename().string();
    if (const auto number = NumberOf(file)) files[*number] = file;
  }
  for (const auto& [number, file] : files) {
    next_ = std::max(next_, number + 1);
    try {
      const std::string kind = file.substr(file.find('.') + 1);
      const std::string name = kind == "frame"
                                   ? FrameFile(PathOf(file), PathOf(file)).name()
                                   : ReadSealed(ReadWholeFile(PathOf(file)), PathOf(file)).name;
      // The newer one counts.
      std::erase_if(entries_, [&](const StoredEntry& entry) { return entry.name == name; });
      entries_.push_back({name, kind, file});
    } catch (const UserError& problem) {
      warnings_.push_back(std::string(problem.what()) + "; it is left as it is");
    }
  }
}

void DataDir::CleanUp() {
  std::unordered_set<std::string> known = {std::string(kCatalog), std::string(kLock)};
  for (const StoredEntry& entry : entries_) {
    known.insert(entry.file);
    // Killed between the catalog and the names of the new files.
    std::error_code error;
    if (!fs::exists(PathOf(entry.file), error) && fs::exists(NewPath(entry.file), error)) {
      fs::rename(NewPath(entry.file), PathOf(entry.file), error);
    }
  }
  for (const std::string& file : dropped_) {
    std::error_code error;
    if (!known.contains(file)) fs::remove(PathOf(file), error);
  }
  constexpr size_t kNamed = 20;
  size_t strange = 0;
  for (const auto& item : fs::directory_iterator(path_)) {
    const std::string file = item.path().filename().string();
    if (known.contains(file) || file.starts_with("catalog.damaged-")) continue;
    std::string_view stem = file;
    if (stem.ends_with(kNew)) {
      stem.remove_suffix(kNew.size());
      if (stem == kCatalog || NumberOf(stem)) {
        std::error_code error;
        fs::remove(item.path(), error);
        continue;
      }
    }
    if (const auto number = NumberOf(file)) next_ = std::max(next_, *number + 1);
    if (++strange <= kNamed) {
      warnings_.push_back(
          fmt::format("{}: the catalog does not know it; it is left as it is", PathOf(file)));
    }
  }
  if (strange > kNamed) {
    warnings_.push_back(
        fmt::format("{}: {} more files that the catalog does not know", path_, strange - kNamed));
  }
}

std::string DataDir::NewFile(std::string_view kind) {
  return fmt::format("{:0{}}.{}", next_++, kDigits, kind);
}

void DataDir::Commit(std::vector<StoredEntry> entries) {
  std::unordered_set<std::string> used;
  JsonArray list, dropped;
  for (const StoredEntry& entry : entries) {
    used.insert(entry.file);
    list.push_back(
        JsonObject{{"name", EscapeName(entry.name)}, {"kind", entry.kind}, {"file", entry.file}});
  }
  std::vector<std::string> going = dropped_;
  for (const StoredEntry& entry : entries_) {
    if (!used.contains(entry.file)) going.push_back(entry.file);
  }
  for (const std::string& file : going) dropped.push_back(Json(file));
  const std::string catalog = PathOf(std::string(kCatalog));
  {
    PrivateFile file(NewPath(std::string(kCatalog)));
    file.Write(SealedBytes(
        {"catalog", "",
         FormatJson(JsonObject{{"next", next_}, {"entries", list}, {"dropped", dropped}})}));
    file.Sync();
  }
  SyncFolder(path_);  // the new files are there before the catalog that names them
  std::error_code error;
  fs::rename(NewPath(std::string(kCatalog)), catalog, error);
  if (error) throw UserError(catalog + ": cannot write: " + error.message());
  entries_ = std::move(entries);
  dropped_ = std::move(going);
  // It counts from now on; a disk that does not sync tells so the next time.
  try {
    SyncFolder(path_);
  } catch (const UserError&) {
    return;  // old files stay until the next state is written
  }
  for (const StoredEntry& entry : entries_) {
    if (fs::exists(NewPath(entry.file), error)) {
      fs::rename(NewPath(entry.file), PathOf(entry.file), error);
    }
  }
  std::erase_if(dropped_, [&](const std::string& file) {
    return unlink(PathOf(file).c_str()) == 0 || errno == ENOENT;
  });
}

}  // namespace thalweg
