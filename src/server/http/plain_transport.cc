#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "server/http/transport.h"

namespace thalweg::internal {

namespace {

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(int descriptor) : descriptor_(descriptor) {}
  ~PlainTransport() override { close(descriptor_); }
  PlainTransport(const PlainTransport&) = delete;
  PlainTransport& operator=(const PlainTransport&) = delete;

  Result Read(std::span<char> buffer) override {
    const ssize_t bytes = recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (bytes > 0) return {Outcome::kMoved, static_cast<size_t>(bytes)};
    if (bytes == 0) return {Outcome::kEnd};
    return {TryAgain() ? Outcome::kWantRead : Outcome::kFailed};
  }

  Result Write(std::span<const iovec> pieces) override {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());
    message.msg_iovlen = pieces.size();
    const ssize_t bytes = sendmsg(descriptor_, &message, MSG_NOSIGNAL);
    if (bytes > 0) return {Outcome::kMoved, static_cast<size_t>(bytes)};
    return {bytes < 0 && TryAgain() ? Outcome::kWantWrite : Outcome::kFailed};
  }

  void EndWriting() override { shutdown(descriptor_, SHUT_WR); }
  bool secure() const override { return false; }
  int descriptor() const override { return descriptor_; }

 private:
  static bool TryAgain() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

  const int descriptor_;
};

}  // namespace

std::unique_ptr<Transport> NewPlainTransport(int descriptor) {
  return std::make_unique<PlainTransport>(descriptor);
}

}  // namespace thalweg::internal
