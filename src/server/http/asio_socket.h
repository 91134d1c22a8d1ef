// Asio's part of a connection. Included by few .cc files and by no widely included header: Asio's
// headers take seconds to compile.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <utility>

#include "server/http/transport.h"

namespace thalweg::internal {

namespace asio = boost::asio;

struct AsioSocket {
  using Executor = asio::io_context::executor_type;
  asio::basic_stream_socket<asio::ip::tcp, Executor> socket;  // non-blocking
};

// A transport over a socket: waits by Asio, moves bytes without waiting.
class SocketTransport : public Transport {
 public:
  explicit SocketTransport(AsioSocket socket) : socket_(std::move(socket.socket)) {}

  void Wait(Direction direction, std::shared_ptr<Waiter> waiter) override;

 protected:
  asio::basic_stream_socket<asio::ip::tcp, AsioSocket::Executor> socket_;
};

}  // namespace thalweg::internal
