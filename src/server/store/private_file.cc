#include "server/store/private_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace thalweg {
namespace {

constexpr size_t kBuffer = 1 << 18;

// The folder is what the user can do something about.
[[noreturn]] void Fail(const std::string& path, int error) {
  const std::string folder = path.substr(0, path.rfind('/'));
  throw UserError(fmt::format("{}: cannot write: {}", folder, std::strerror(error)));
}

}  // namespace

PrivateFile::PrivateFile(std::string path) : path_(std::move(path)) {
  unlink(path_.c_str());
  descriptor_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor_ < 0) Fail(path_, errno);
}

PrivateFile::~PrivateFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!synced_) unlink(path_.c_str());
}

void PrivateFile::Write(std::string_view bytes) {
  size_ += bytes.size();
  buffer_.append(bytes);
  if (buffer_.size() >= kBuffer) Flush();
}

void PrivateFile::Flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t put = write(descriptor_, rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) Fail(path_, errno);
    rest.remove_prefix(static_cast<size_t>(put));
  }
  buffer_.clear();
}

void PrivateFile::Sync() {
  Flush();
  if (fsync(descriptor_) != 0 && errno != EINVAL) Fail(path_, errno);
  // Some file systems tell of a full disk only now.
  const int closed = close(descriptor_);
  descriptor_ = -1;
  if (closed != 0 && errno != EINTR) Fail(path_, errno);
  synced_ = true;
}

void SyncFolder(const std::string& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) Fail(folder + "/", errno);
  const int result = fsync(descriptor);
  const int error = errno;
  close(descriptor);
  if (result != 0 && error != EINVAL) Fail(folder + "/", error);
}

}  // namespace thalweg
