// TLS of the server's side, by OpenSSL.
#pragma once

#include <memory>
#include <string>

#include "server/http/transport.h"

namespace thalweg::internal {

// Certificate and key, and what protocol versions are spoken (1.2 and 1.3). Thread rule: any
// thread.
class TlsContext {
 public:
  // UserError naming the file where the certificate or the key cannot be used.
  TlsContext(const std::string& certificate, const std::string& key);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // The handshake is a part of the first reads. A client that speaks plain HTTP is told so.
  std::unique_ptr<Transport> NewTransport(AsioSocket socket) const;

 private:
  void* context_;
};

}  // namespace thalweg::internal
