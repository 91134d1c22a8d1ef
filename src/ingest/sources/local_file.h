// Local files: mapped where they can be, read in order where not (pipes, /proc).
#pragma once

#include <memory>
#include <span>
#include <string>

#include "ingest/source.h"

namespace thalweg::internal {

// A file mapped read-only. Another process that shortens the file while it is mapped kills this one
// with SIGBUS, as with every mapping.
class FileMapping {
 public:
  FileMapping() = default;
  FileMapping(const void* data, size_t size) : data_(data), size_(size) {}
  FileMapping(FileMapping&& other) noexcept { *this = std::move(other); }
  FileMapping& operator=(FileMapping&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~FileMapping();

  std::span<const char> bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  const void* data_ = nullptr;
  size_t size_ = 0;
};

// An open file: what it is, its first bytes, and both ways to its content.
class LocalFile {
 public:
  // UserError where it cannot be opened or is a folder.
  explicit LocalFile(std::string path);
  LocalFile(const LocalFile&) = delete;
  LocalFile& operator=(const LocalFile&) = delete;
  ~LocalFile();

  const std::string& path() const { return path_; }
  // 0 where unknown (pipes).
  uint64_t size() const { return size_; }
  // A regular file with bytes in it: Map may be tried.
  bool mappable() const { return mappable_; }

  // Empty where the file system does not map files.
  FileMapping Map() const;
  // The next bytes in order, 0 at the end. UserError on a read error.
  size_t Read(std::span<char> out);

 private:
  std::string path_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
  bool mappable_ = false;
};

// The bytes of a file as they are, read in order; `head` holds those read already.
std::unique_ptr<ByteSource> MakeFileSource(std::unique_ptr<LocalFile> file, std::string head);
// The bytes of a mapped file as they are.
std::unique_ptr<ByteSource> MakeMappedSource(FileMapping mapping, std::string name);
// Bytes that someone else owns.
std::unique_ptr<ByteSource> MakeBytesSource(std::span<const char> bytes, std::string name);

}  // namespace thalweg::internal
