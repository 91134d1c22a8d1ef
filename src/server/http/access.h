// Who may ask: answers to the host names that this server goes by, and to no page of another site
// (against DNS rebinding and cross-site request forgery). Programs that are no browsers send none
// of the fields looked at here but Host.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/http.h"
#include "server/http/request_head.h"

namespace thalweg::internal {

// "localhost:54321" -> "localhost", "[::1]:1" -> "::1"; lower case, no final dot. Nothing where it
// is no host with or without a port.
struct HostPort {
  std::string host;
  std::string port;  // empty where none is given
};
std::optional<HostPort> ParseHostPort(std::string_view text);

class AccessRules {
 public:
  // `address` is what the server was told to listen at; `hosts` the names it goes by besides.
  AccessRules(const std::string& address, const std::vector<std::string>& hosts);

  // What to answer instead, if anything. `local` is the address the connection came in at: a
  // request that names it does not come by a name of somebody's own. `secure`: over TLS.
  std::optional<HeadRefusal> Check(const RequestHead& head, std::string_view local) const;

 private:
  bool Knows(const std::string& host) const;
  std::optional<HeadRefusal> CheckOrigin(const RequestHead& head, const HostPort& host) const;

  std::vector<std::string> hosts_;
};

}  // namespace thalweg::internal
