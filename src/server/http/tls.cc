#include "server/http/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <string_view>

#include "base/error.h"
#include "server/http/asio_socket.h"

namespace thalweg::internal {

namespace {

std::string LastError() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

// Asio waits, OpenSSL reads and writes the socket itself: Asio's own TLS stream would keep about 70
// KB of buffers for each connection that waits.
class TlsTransport final : public SocketTransport {
 public:
  TlsTransport(AsioSocket socket, SSL_CTX* context)
      : SocketTransport(std::move(socket)),
        descriptor_(socket_.native_handle()),
        ssl_(SSL_new(context)) {
    Check(ssl_ != nullptr && SSL_set_fd(ssl_, descriptor_) == 1, "TLS can be set up");
    SSL_set_accept_state(ssl_);
  }
  ~TlsTransport() override { SSL_free(ssl_); }
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;

  // A call gives one record (16 KB) at most: goes on while there are more.
  Result Read(std::span<char> buffer) override {
    if (failed_) return {Outcome::kFailed};
    size_t total = 0;
    while (total < buffer.size()) {
      ERR_clear_error();
      size_t bytes = 0;
      const int good = SSL_read_ex(ssl_, buffer.data() + total, buffer.size() - total, &bytes);
      if (good == 1) {
        total += bytes;
        continue;
      }
      const int error = SSL_get_error(ssl_, good);
      if (total > 0 && error != SSL_ERROR_SSL && error != SSL_ERROR_SYSCALL) break;
      if (error == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) {
        TellPlainClient();
      }
      return Failure(error);
    }
    return {Outcome::kMoved, total};
  }

  Result Write(std::span<const std::string_view> pieces) override {
    if (failed_) return {Outcome::kFailed};
    size_t total = 0;
    for (const std::string_view piece : pieces) {
      size_t sent = 0;
      while (sent < piece.size()) {
        ERR_clear_error();
        size_t written = 0;
        const int good = SSL_write_ex(ssl_, piece.data() + sent, piece.size() - sent, &written);
        if (good != 1) {
          if (total + sent > 0) return {Outcome::kMoved, total + sent};
          const Result failure = Failure(SSL_get_error(ssl_, good));
          return failure.outcome == Outcome::kEnd ? Result{Outcome::kFailed} : failure;
        }
        sent += written;
      }
      total += sent;
    }
    return {Outcome::kMoved, total};
  }

  void Wait(Direction direction, std::shared_ptr<Waiter> waiter) override {
    // The rest of a record that did not fit: the socket would not tell of it.
    if (direction == Direction::kRead && SSL_pending(ssl_) > 0) {
      asio::post(socket_.get_executor(), [waiter = std::weak_ptr(waiter)] {
        if (const auto held = waiter.lock()) held->OnReady(Direction::kRead);
      });
      return;
    }
    SocketTransport::Wait(direction, std::move(waiter));
  }

  void EndWriting() override {
    ERR_clear_error();
    if (!failed_ && SSL_is_init_finished(ssl_) == 1) SSL_shutdown(ssl_);
    shutdown(descriptor_, SHUT_WR);
  }
  bool secure() const override { return true; }
  bool open() const override { return SSL_is_init_finished(ssl_) == 1; }

 private:
  Result Failure(int error) {
    switch (error) {
      case SSL_ERROR_WANT_READ:
        return {Outcome::kWantRead};
      case SSL_ERROR_WANT_WRITE:
        return {Outcome::kWantWrite};
      case SSL_ERROR_ZERO_RETURN:
        return {Outcome::kEnd};
      default:
        // Also an end without TLS's own sign of it: the bytes may have been cut by somebody.
        failed_ = true;
        return {Outcome::kFailed};
    }
  }

  void TellPlainClient() const {
    constexpr std::string_view kAnswer =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 44\r\n"
        "Connection: close\r\n\r\nThis port speaks HTTPS: use https:// instead";
    (void)!send(descriptor_, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
    shutdown(descriptor_, SHUT_WR);
    // What was not read would turn the closing into a reset, which could overtake the answer.
    std::array<char, 4096> rest;
    while (recv(descriptor_, rest.data(), rest.size(), MSG_DONTWAIT) > 0) {
    }
  }

  const int descriptor_;
  SSL* ssl_;
  bool failed_ = false;
};

SSL_CTX* Native(void* context) { return static_cast<SSL_CTX*>(context); }

int SelectProtocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                   const unsigned char* in, unsigned int in_size, void* /*argument*/) {
  static constexpr std::array<unsigned char, 9> kHttp = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kHttp.data(), kHttp.size(), in, in_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TlsContext::TlsContext(const std::string& certificate, const std::string& key)
    : context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX* context = Native(context_);
  Check(context != nullptr, "TLS can be set up");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Idle connections keep no buffers of 16 KB each.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(context, SelectProtocol, nullptr);
  std::string problem;
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    problem = "the certificate " + certificate + " cannot be used: " + LastError();
  } else if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    problem = "the key " + key + " cannot be used: " + LastError();
  }
  if (!problem.empty()) {
    SSL_CTX_free(context);
    throw UserError(problem + " (both must be PEM files, the key without a passphrase)");
  }
}

TlsContext::~TlsContext() { SSL_CTX_free(Native(context_)); }

std::unique_ptr<Transport> TlsContext::NewTransport(AsioSocket socket) const {
  return std::make_unique<TlsTransport>(std::move(socket), Native(context_));
}

}  // namespace thalweg::internal
