// The head of a request, as it was read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/http.h"

namespace thalweg::internal {

struct RequestHead {
  HttpMethod method = HttpMethod::kGet;
  std::string path;
  std::string query;
  bool http_1_0 = false;
  std::vector<std::pair<std::string, std::string>> headers;

  std::string host;  // the Host field, or that of a target in absolute form; with its port
  bool keep_alive = true;
  bool expect_continue = false;
  // The framing of the body: chunked, or so many bytes (0 where neither is said).
  bool chunked = false;
  uint64_t content_length = 0;
};

// What to answer instead; the connection is of no use any more.
struct HeadRefusal {
  int status = 400;
  std::string message;
};

// The first field of this name (any case), or empty.
std::string_view FindField(const std::vector<std::pair<std::string, std::string>>& fields,
                           std::string_view name);

}  // namespace thalweg::internal
