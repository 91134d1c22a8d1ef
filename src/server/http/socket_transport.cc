#include <array>
#include <boost/asio/buffer.hpp>

#include "server/http/asio_socket.h"

namespace thalweg::internal {

namespace {

using Error = boost::system::error_code;

class PlainTransport final : public SocketTransport {
 public:
  using SocketTransport::SocketTransport;

  Result Read(std::span<char> buffer) override {
    Error error;
    const size_t bytes = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), error);
    if (!error) return {Outcome::kMoved, bytes};
    if (error == asio::error::eof) return {Outcome::kEnd};
    return {TryAgain(error) ? Outcome::kWantRead : Outcome::kFailed};
  }

  Result Write(std::span<const std::string_view> pieces) override {
    std::array<asio::const_buffer, kMaxPieces> buffers;
    size_t count = 0;
    for (const std::string_view piece : pieces) {
      buffers[count++] = asio::const_buffer(piece.data(), piece.size());
    }
    Error error;
    const size_t bytes = socket_.write_some(std::span(buffers.data(), count), error);
    if (!error) return {Outcome::kMoved, bytes};
    return {TryAgain(error) ? Outcome::kWantWrite : Outcome::kFailed};
  }

  void EndWriting() override {
    Error ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  }
  bool secure() const override { return false; }

 private:
  static bool TryAgain(const Error& error) {
    return error == asio::error::would_block || error == asio::error::interrupted;
  }
};

}  // namespace

void SocketTransport::Wait(Direction direction, std::shared_ptr<Waiter> waiter) {
  const auto what =
      direction == Direction::kRead ? asio::socket_base::wait_read : asio::socket_base::wait_write;
  socket_.async_wait(what, [direction, waiter = std::move(waiter)](const Error& error) {
    if (error != asio::error::operation_aborted) waiter->OnReady(direction);
  });
}

std::unique_ptr<Transport> NewPlainTransport(AsioSocket socket) {
  return std::make_unique<PlainTransport>(std::move(socket));
}

}  // namespace thalweg::internal
