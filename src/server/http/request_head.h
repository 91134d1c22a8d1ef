// The head of an HTTP/1.x request: request line and fields (RFC 9112, sections 2 to 6). Strict
// where leniency would let two readers of the same bytes see different requests (request
// smuggling).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

constexpr size_t kMaxFields = 100;

// Whether names of fields and methods may have it (RFC 9110, section 5.6.2).
bool IsTokenByte(uint8_t byte);

// Looks for the empty line that ends a head, from byte `from` on (what was looked at before, less
// one). Refuses at once what can become no head: a line feed without carriage return, bytes that no
// request begins with.
struct HeadEnd {
  size_t size = 0;  // of the head with its empty line; 0 where it has not come yet
  std::optional<HeadRefusal> refusal;
};
HeadEnd FindHeadEnd(std::string_view bytes, size_t from);

// `bytes` is one whole head as found by FindHeadEnd. Fills `head`, or says why it is refused.
std::optional<HeadRefusal> ParseRequestHead(std::string_view bytes, RequestHead& head);

// The first field of this name (any case), or empty.
std::string_view FindField(const std::vector<std::pair<std::string, std::string>>& fields,
                           std::string_view name);

}  // namespace thalweg::internal
