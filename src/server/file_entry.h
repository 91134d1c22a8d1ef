// A file in the catalog: one that was uploaded, or one that is to be imported.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "jobs/catalog.h"
#include "server/http/http.h"

namespace thalweg {

class FileEntry : public Entry {
 public:
  // An upload: its file goes away with the last holder of this entry.
  FileEntry(std::shared_ptr<const SpoolFile> spool, uint64_t bytes, bool uploaded = true)
      : path_(spool->path()), spool_(std::move(spool)), bytes_(bytes), uploaded_(uploaded) {}
  // A file below the import roots, already resolved.
  explicit FileEntry(std::string path, uint64_t bytes) : path_(std::move(path)), bytes_(bytes) {}

  EntryKind kind() const override { return EntryKind::kFile; }
  // On disk, not in memory.
  size_t ByteSize() const override { return 0; }
  const std::string& path() const { return path_; }
  // By a client; else it has a name of its own, that of a file.
  bool uploaded() const { return uploaded_; }
  // It lies below the import roots, where others may change it; else it is the server's own.
  bool imported() const { return spool_ == nullptr; }
  uint64_t bytes() const { return bytes_; }

 private:
  std::string path_;
  std::shared_ptr<const SpoolFile> spool_;
  uint64_t bytes_;
  bool uploaded_ = false;
};

}  // namespace thalweg
