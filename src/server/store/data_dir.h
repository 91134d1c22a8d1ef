// The data directory (`thalweg serve --data-dir`): what is kept of a server's catalog on disk.
//
//   lock              locked while a server uses the directory
//   catalog           which names there are, and the file of each (server/store/sealed_record.h)
//   00000012.frame    server/store/frame_file.h
//   00000013.model    server/model_archive.h in a sealed record
//   00000014.grid     JSON in a sealed record
//   *.new             not finished; goes at the next start unless the catalog names it
//
// A state of the catalog takes the place of another by the renaming of one file: first the new
// files are written as *.new and synced, then `catalog`, then *.new get their names, then the files
// that are in no use any more go. Killed at any moment, the directory holds the state before or
// after. Names that users chose are never names of files. All is mode 0600, the folder 0700.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg {

// A name of the catalog and its file.
struct StoredEntry {
  std::string name;
  std::string kind;  // "frame", "model", "grid"
  std::string file;  // "00000012.frame"
  bool operator==(const StoredEntry&) const = default;
};

// Not thread-safe.
class DataDir {
 public:
  // Makes the folder where there is none, locks it, reads the catalog and removes what a server
  // that was killed had not finished. UserError where it cannot be used or another server uses it.
  explicit DataDir(std::string path);
  ~DataDir();
  DataDir(const DataDir&) = delete;
  DataDir& operator=(const DataDir&) = delete;

  const std::string& path() const { return path_; }
  // In the order in which they were put into the server's catalog.
  const std::vector<StoredEntry>& entries() const { return entries_; }
  // What was wrong or strange in the directory when it was opened; whole sentences.
  const std::vector<std::string>& warnings() const { return warnings_; }

  std::string PathOf(const std::string& file) const { return path_ + "/" + file; }
  // A name for a new file that was never used. It is to be written at NewPath of it.
  std::string NewFile(std::string_view kind);
  std::string NewPath(const std::string& file) const { return PathOf(file) + ".new"; }
  // From now on these are the entries; their files are there, under their own or their new paths.
  // Files of entries that are named no more go. UserError where that cannot be written; then the
  // entries are those of before.
  void Commit(std::vector<StoredEntry> entries);

 private:
  void Lock();
  void ReadCatalog();
  // The catalog is lost or damaged: what the files say of themselves.
  void AdoptFiles();
  void CleanUp();

  const std::string path_;
  int lock_ = -1;
  uint64_t next_ = 1;
  bool new_catalog_ = false;
  std::vector<StoredEntry> entries_;
  std::vector<std::string> dropped_;  // files that are to go
  std::vector<std::string> warnings_;
};

// Bytes other than printable ASCII, and %, as %1F: any name in JSON.
std::string EscapeName(std::string_view name);
std::string UnescapeName(std::string_view text);

}  // namespace thalweg
