#include "server/http/listener.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <cerrno>
#include <memory>
#include <utility>

#include "base/error.h"
#include "server/http/asio_socket.h"
#include "server/http/connection.h"
#include "server/http/io_thread.h"

namespace thalweg::internal {

namespace {

using Error = boost::system::error_code;
using asio::ip::tcp;

// Accepted in one go before other events have their turn.
constexpr int kAcceptsPerRound = 64;
// Of connections over the limit: so many may be told 503 at a time; more are just closed.
constexpr uint64_t kMaxTurnedAway = 64;

std::string AddressText(const tcp::endpoint& end) {
  const asio::ip::address address = end.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace

struct Listener::Acceptor {
  explicit Acceptor(asio::io_context& context) : socket(context) {}
  asio::basic_socket_acceptor<tcp, AsioSocket::Executor> socket;
};

Listener::Listener(const HttpServerOptions& options, std::vector<IoThread*> threads)
    : acceptor_(std::make_unique<Acceptor>(threads.front()->context())),
      spare_(open("/dev/null", O_RDONLY | O_CLOEXEC)),
      threads_(std::move(threads)) {
  Bind(options);
  const tcp::endpoint bound = acceptor_->socket.local_endpoint();
  port_ = bound.port();
  bound_ = AddressText(bound);
  any_ = bound.address().is_unspecified();
  WaitForClients();
}

Listener::~Listener() {
  Close();
  close(spare_);
}

void Listener::Close() {
  Error ignored;
  acceptor_->socket.close(ignored);
}

void Listener::Bind(const HttpServerOptions& options) {
  asio::io_context context;
  tcp::resolver resolver(context);
  Error error;
  const auto found = resolver.resolve(
      options.address, "0", tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error || found.empty()) {
    throw UserError("cannot listen on the address " + options.address + ": " + error.message());
  }
  const asio::ip::address address = found.begin()->endpoint().address();
  auto& socket = acceptor_->socket;
  for (int i = 0; i < std::max(options.port_tries, 1); ++i) {
    const int port = options.port == 0 ? 0 : options.port + i;
    if (port > 65535) break;
    const tcp::endpoint end(address, static_cast<uint16_t>(port));
    socket.open(end.protocol(), error);
    if (error) throw UserError("cannot make a socket: " + error.message());
    fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    socket.set_option(asio::socket_base::reuse_address(true));
    // Connections inherit it.
    socket.set_option(tcp::no_delay(true));
    socket.non_blocking(true);
    socket.bind(end, error);
    if (!error) socket.listen(asio::socket_base::max_listen_connections, error);
    if (!error) return;
    Error ignored;
    socket.close(ignored);
    if (error != asio::error::address_in_use && error != asio::error::access_denied) break;
  }
  throw UserError("cannot listen on " + options.address + " at port " +
                  std::to_string(options.port) + " or the next " +
                  std::to_string(options.port_tries) + ": " + error.message());
}

void Listener::WaitForClients() {
  acceptor_->socket.async_wait(asio::socket_base::wait_read, [this](const Error& error) {
    if (error || !acceptor_->socket.is_open()) return;
    threads_.front()->UpdateTime();
    AcceptSome();
    WaitForClients();
  });
}

void Listener::AcceptSome() {
  for (int i = 0; i < kAcceptsPerRound; ++i) {
    IoThread* thread = threads_[next_ % threads_.size()];
    Error error;
    tcp::endpoint remote;
    AsioSocket client{acceptor_->socket.accept(thread->context(), remote, error)};
    if (!error) {
      ++next_;
      try {
        Accept(std::move(client), thread, AddressText(remote));
      } catch (const std::exception&) {
        // Of memory: this connection is closed, the others live on.
      }
    } else if (error == asio::error::no_descriptors || error.value() == ENFILE) {
      TurnAwayOne();
    } else if (error != asio::error::connection_aborted && error != asio::error::interrupted) {
      return;
    }
  }
}

// No descriptor is left, and the one that waits would be reported for ever: the spare one is given
// up to take it in and close it.
void Listener::TurnAwayOne() {
  close(spare_);
  Error ignored;
  acceptor_->socket.accept(threads_.front()->context(), ignored);
  spare_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void Listener::Accept(AsioSocket client, IoThread* thread, const std::string& remote) {
  HttpContext& server = thread->server;
  server.accepted.fetch_add(1, std::memory_order_relaxed);
  fcntl(client.socket.native_handle(), F_SETFD, FD_CLOEXEC);
  client.socket.non_blocking(true);
  Connection::Ends ends{.remote = remote, .local = bound_, .loopback = false};
  if (any_) ends.local = AddressText(client.socket.local_endpoint());
  ends.loopback = remote == "::1" || remote.starts_with("127.");
  auto transport = server.tls != nullptr ? server.tls->NewTransport(std::move(client))
                                         : NewPlainTransport(std::move(client));
  const bool full = server.connections >= server.options.max_connections;
  if (full && server.turned_away >= kMaxTurnedAway) return;
  auto connection = std::make_shared<Connection>(*thread, std::move(transport), std::move(ends));
  if (full) connection->RefuseAtOnce();
  if (thread == threads_.front()) {
    thread->Adopt(connection);
  } else {
    thread->Post([thread, connection = std::move(connection)] { thread->Adopt(connection); });
  }
}

}  // namespace thalweg::internal
