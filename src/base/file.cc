#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace thalweg {
namespace {

[[noreturn]] void Fail(const std::string& path, const char* doing, int error) {
  throw UserError(fmt::format("{}: cannot {}: {}", path, doing, std::strerror(error)));
}

}  // namespace

std::string ReadWholeFile(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) Fail(path, "open", errno);
  struct Closer {
    int descriptor;
    ~Closer() { close(descriptor); }
  } closer{descriptor};
  struct stat status {};
  if (fstat(descriptor, &status) != 0) Fail(path, "read", errno);
  if (S_ISDIR(status.st_mode)) Fail(path, "read", EISDIR);
  std::string bytes;
  bytes.reserve(static_cast<size_t>(status.st_size));
  char block[1 << 16];
  for (;;) {
    const ssize_t got = read(descriptor, block, sizeof(block));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) Fail(path, "read", errno);
    if (got == 0) return bytes;
    bytes.append(block, static_cast<size_t>(got));
  }
}

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  struct stat status {};
  if (stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    if (S_ISDIR(status.st_mode)) Fail(path_, "write", EISDIR);
    throw UserError(path_ + ": cannot write: not a regular file (a pipe or a device)");
  }
  static std::atomic<uint64_t> counter{0};
  temporary_ = fmt::format("{}.tmp-{}-{}", path_, getpid(), counter.fetch_add(1));
  descriptor_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor_ < 0) Fail(path_, "write", errno);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) {
    close(descriptor_);
    unlink(temporary_.c_str());
  }
}

void AtomicFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) Fail(path_, "write", errno);
    bytes.remove_prefix(static_cast<size_t>(put));
  }
}

void AtomicFile::Commit() {
  if (fsync(descriptor_) != 0 && errno != EINVAL) Fail(path_, "write", errno);
  if (rename(temporary_.c_str(), path_.c_str()) != 0) Fail(path_, "write", errno);
  close(descriptor_);
  descriptor_ = -1;
}

void WriteWholeFile(const std::string& path, std::string_view bytes) {
  AtomicFile file(path);
  file.Write(bytes);
  file.Commit();
}

void RequireWritable(const std::string& path) {
  if (!path.empty()) const AtomicFile file(path);
}

}  // namespace thalweg
