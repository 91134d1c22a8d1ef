// The head of an answer.
#pragma once

#include <string>
#include <string_view>

#include "server/http/http.h"

namespace thalweg::internal {

struct ResponseFraming {
  bool keep_alive = true;
  bool http_1_0 = false;
  bool chunked = false;      // a stream
  bool until_close = false;  // a stream to an HTTP/1.0 client
  bool gzip = false;         // the body is compressed
  bool varies = false;       // it might have been, for another client
  uint64_t body_bytes = 0;
};

// 1xx, 204 and 304 have no body.
bool StatusHasBody(int status);

// Appends the status line and the fields: those of the response, those that keep a browser from
// misusing it (nosniff, a policy for HTML that allows nothing from elsewhere, no caching), and the
// framing. Control characters in values become blanks, so that no value can add a field.
void AppendResponseHead(const HttpResponse& response, const ResponseFraming& framing,
                        std::string_view date, std::string& out);

// The line before a chunk of so many bytes, at least one.
void AppendChunkHead(size_t bytes, std::string& out);

// The time in the form of a Date field (RFC 9110, section 5.6.7).
std::string HttpDate(int64_t unix_seconds);

}  // namespace thalweg::internal
