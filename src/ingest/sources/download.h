// Files of web servers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg {

struct DownloadOptions {
  // Servers that may be asked, also after a redirection: "host" for its usual ports (80 of http,
  // 443 of https), "host:port" for that one. Names are compared without regard to case, never
  // resolved.
  std::vector<std::string> hosts;
  uint64_t most_bytes = 0;        // of the body
  std::string login = {};         // NAME:PASSWORD, sent to any of them; empty: none
  std::string certificates = {};  // a file of those to trust; empty: the system's
  int64_t connect_seconds = 10;   // until a connection stands
  int64_t stall_seconds = 30;     // with less than 1,000 bytes a second, then it is given up
};

// Whether a path is one that Download takes: of http or https.
bool IsWebUrl(std::string_view path);

// Writes the body of GET `url` to the file `path`, as it comes (a packed file stays packed), and
// returns its bytes. Follows five redirections at most, none from https to http. Certificates are
// checked against the system's. Takes a proxy from the environment (http_proxy, no_proxy …), as
// curl does. UserError that names the URL where its host is not among options.hosts, where it holds
// a password, or where anything goes wrong; `path` is gone then. Any thread.
uint64_t Download(const std::string& url, const std::string& path, const DownloadOptions& options);

}  // namespace thalweg
