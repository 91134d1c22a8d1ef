#include "ingest/sources/local_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace thalweg::internal {
namespace {

std::string Reason() { return std::strerror(errno); }

class FileSource : public ByteSource {
 public:
  FileSource(std::unique_ptr<LocalFile> file, std::string head)
      : file_(std::move(file)), head_(std::move(head)) {}

  size_t Read(std::span<char> out) override {
    size_t count = 0;
    if (head_taken_ < head_.size()) {
      count = std::min(out.size(), head_.size() - head_taken_);
      std::memcpy(out.data(), head_.data() + head_taken_, count);
      head_taken_ += count;
    } else {
      count = file_->Read(out);
    }
    position_ += count;
    return count;
  }
  const std::string& name() const override { return file_->path(); }
  uint64_t position() const override { return position_; }
  uint64_t size() const override { return file_->size(); }

 private:
  std::unique_ptr<LocalFile> file_;
  std::string head_;
  size_t head_taken_ = 0;
  uint64_t position_ = 0;
};

class BytesSource : public ByteSource {
 public:
  BytesSource(std::span<const char> bytes, std::string name)
      : bytes_(bytes), name_(std::move(name)) {}
  BytesSource(FileMapping mapping, std::string name)
      : mapping_(std::move(mapping)), bytes_(mapping_.bytes()), name_(std::move(name)) {}

  size_t Read(std::span<char> out) override {
    const size_t count = std::min<uint64_t>(out.size(), bytes_.size() - position_);
    if (count > 0) std::memcpy(out.data(), bytes_.data() + position_, count);
    position_ += count;
    return count;
  }
  const std::string& name() const override { return name_; }
  uint64_t position() const override { return position_; }
  uint64_t size() const override { return bytes_.size(); }
  std::span<const char> mapped() const override { return bytes_; }

  void Release(size_t begin, size_t end) const override {
    if (mapping_.bytes().empty()) return;
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    begin = (begin + page - 1) / page * page;
    if (end < bytes_.size()) end = end / page * page;
    if (begin >= end) return;
    // Only advice: the pages are clean, and come back from the file if somebody reads them.
    madvise(const_cast<char*>(bytes_.data()) + begin, end - begin, MADV_DONTNEED);
  }

 private:
  FileMapping mapping_;
  std::span<const char> bytes_;
  std::string name_;
  uint64_t position_ = 0;
};

}  // namespace

FileMapping::~FileMapping() {
  if (data_ != nullptr) munmap(const_cast<void*>(data_), size_);
}

LocalFile::LocalFile(std::string path) : path_(std::move(path)) {
  descriptor_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw UserError("cannot open " + path_ + ": " + Reason());
  struct stat status = {};
  std::string problem;
  if (fstat(descriptor_, &status) != 0) {
    problem = "cannot read " + path_ + ": " + Reason();
  } else if (S_ISDIR(status.st_mode)) {
    problem = path_ + " is a folder, not a file";
  }
  if (!problem.empty()) {
    close(descriptor_);
    throw UserError(problem);
  }
  if (S_ISREG(status.st_mode)) {
    size_ = static_cast<uint64_t>(status.st_size);
    mappable_ = size_ > 0;
    posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
}

LocalFile::~LocalFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

FileMapping LocalFile::Map() const {
  if (!mappable_) return {};
  void* data = mmap(nullptr, size_, PROT_READ, MAP_SHARED, descriptor_, 0);
  if (data == MAP_FAILED) return {};
  madvise(data, size_, MADV_SEQUENTIAL);
  return {data, static_cast<size_t>(size_)};
}

size_t LocalFile::Read(std::span<char> out) {
  while (true) {
    const ssize_t count = read(descriptor_, out.data(), out.size());
    if (count >= 0) return static_cast<size_t>(count);
    if (errno != EINTR) throw UserError("cannot read " + path_ + ": " + Reason());
  }
}

std::unique_ptr<ByteSource> MakeFileSource(std::unique_ptr<LocalFile> file, std::string head) {
  return std::make_unique<FileSource>(std::move(file), std::move(head));
}

std::unique_ptr<ByteSource> MakeMappedSource(FileMapping mapping, std::string name) {
  return std::make_unique<BytesSource>(std::move(mapping), std::move(name));
}

std::unique_ptr<ByteSource> MakeBytesSource(std::span<const char> bytes, std::string name) {
  return std::make_unique<BytesSource>(bytes, std::move(name));
}

}  // namespace thalweg::internal
