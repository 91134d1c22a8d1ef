#include "server/http/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "base/error.h"
#include "server/http/connection.h"
#include "server/http/io_thread.h"

namespace thalweg::internal {

namespace {

// Accepted in one go before other events have their turn.
constexpr int kAcceptsPerRound = 64;
// Of connections over the limit: so many may be told 503 at a time; more are just closed.
constexpr uint64_t kMaxTurnedAway = 64;

std::string AddressText(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
      inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], text.data(), text.size());
      return text.data();
    }
    inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
  } else {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
  }
  return text.data();
}

struct AddressList {
  addrinfo* first = nullptr;
  ~AddressList() {
    if (first != nullptr) freeaddrinfo(first);
  }
};

}  // namespace

ListeningSocket Listen(const HttpServerOptions& options) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  AddressList list;
  const int failure = getaddrinfo(options.address.c_str(), "0", &hints, &list.first);
  if (failure != 0 || list.first == nullptr) {
    throw UserError("cannot listen on the address " + options.address + ": " +
                    gai_strerror(failure));
  }
  const addrinfo& address = *list.first;
  int error = 0;
  for (int i = 0; i < std::max(options.port_tries, 1); ++i) {
    const int port = options.port == 0 ? 0 : options.port + i;
    if (port > 65535) break;
    const int descriptor = socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) throw UserError(std::string("cannot make a socket: ") + strerror(errno));
    const int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    // Connections inherit it.
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    sockaddr_storage bound{};
    std::memcpy(&bound, address.ai_addr, address.ai_addrlen);
    // The port is at the same place for both families.
    reinterpret_cast<sockaddr_in*>(&bound)->sin_port = htons(static_cast<uint16_t>(port));
    if (bind(descriptor, reinterpret_cast<sockaddr*>(&bound), address.ai_addrlen) == 0 &&
        listen(descriptor, SOMAXCONN) == 0) {
      socklen_t size = sizeof(bound);
      getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &size);
      return {descriptor, ntohs(reinterpret_cast<sockaddr_in*>(&bound)->sin_port)};
    }
    error = errno;
    close(descriptor);
    if (error != EADDRINUSE && error != EACCES) break;
  }
  throw UserError("cannot listen on " + options.address + " at port " +
                  std::to_string(options.port) + " or the next " +
                  std::to_string(options.port_tries) + ": " + std::strerror(error));
}

Listener::Listener(const ListeningSocket& socket, std::vector<IoThread*> threads)
    : descriptor_(socket.descriptor),
      spare_(open("/dev/null", O_RDONLY | O_CLOEXEC)),
      threads_(std::move(threads)) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  getsockname(descriptor_, reinterpret_cast<sockaddr*>(&bound), &size);
  bound_ = AddressText(bound);
  any_ = bound_ == "0.0.0.0" || bound_ == "::";
  Check(threads_.front()->loop.Add(descriptor_, EPOLLIN, this), "the listener can be watched");
}

Listener::~Listener() {
  Close();
  close(spare_);
}

void Listener::Close() {
  if (descriptor_ < 0) return;
  threads_.front()->loop.Remove(descriptor_);
  close(descriptor_);
  descriptor_ = -1;
}

void Listener::OnEvents(uint32_t /*events*/) {
  for (int i = 0; i < kAcceptsPerRound && descriptor_ >= 0; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    const int descriptor = accept4(descriptor_, reinterpret_cast<sockaddr*>(&address), &size,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      try {
        Accept(descriptor, address);
      } catch (const std::exception&) {
        // Of memory: this connection is closed, the others live on.
      }
    } else if (errno == EMFILE || errno == ENFILE) {
      TurnAwayOne();
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return;
    }
  }
}

// No descriptor is left, and the one that waits would be reported for ever: the spare one is given
// up to take it in and close it.
void Listener::TurnAwayOne() {
  close(spare_);
  const int descriptor = accept4(descriptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor >= 0) close(descriptor);
  spare_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void Listener::Accept(int descriptor, const sockaddr_storage& address) {
  IoThread* thread = threads_[next_++ % threads_.size()];
  HttpContext& server = thread->server;
  server.accepted.fetch_add(1, std::memory_order_relaxed);
  auto transport =
      server.tls != nullptr ? server.tls->NewTransport(descriptor) : NewPlainTransport(descriptor);
  const bool full = server.connections >= server.options.max_connections;
  if (full && server.turned_away >= kMaxTurnedAway) return;
  Connection::Ends ends{.remote = AddressText(address), .local = bound_, .loopback = false};
  if (any_) {
    sockaddr_storage local{};
    socklen_t size = sizeof(local);
    getsockname(descriptor, reinterpret_cast<sockaddr*>(&local), &size);
    ends.local = AddressText(local);
  }
  ends.loopback = ends.remote == "::1" || ends.remote.starts_with("127.");
  auto connection = std::make_shared<Connection>(*thread, std::move(transport), std::move(ends));
  if (full) connection->RefuseAtOnce();
  if (thread == threads_.front()) {
    thread->Adopt(std::move(connection));
  } else {
    thread->loop.Post([thread, connection = std::move(connection)] { thread->Adopt(connection); });
  }
}

}  // namespace thalweg::internal
