// Reads one request (RFC 9110, 9112) with Boost.Beast's parser, and refuses beside it what Beast
// takes but another reader of the same bytes could see as another request (request smuggling).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "server/http/request_head.h"

namespace thalweg::internal {

// Beside Beast (1.81) are refused: folded fields, all of Content-Length but one number of at most
// 18 digits, all of Transfer-Encoding but one "chunked" in HTTP/1.1, a missing or second Host,
// unknown methods and expectations, targets with a fragment or of other schemes, more than
// kMaxFields fields, and extensions and trailers of chunks beyond kMaxOrnament. Trailers are read
// and dropped.
class RequestParser {
 public:
  static constexpr size_t kMaxFields = 100;
  static constexpr size_t kMaxOrnament = 16 << 10;

  explicit RequestParser(size_t max_head_bytes);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  struct Step {
    size_t consumed = 0;    // bytes of the input that are done with
    std::string_view data;  // what of them is data of the body; within the input
  };
  // Takes the next part of the request: a part of the head, the rest of it, a run of the body's
  // data … Where nothing was consumed, and nothing is refused, more has to come; the next input
  // then begins with the bytes of this one. Not to be called after done() or a refusal.
  Step Next(std::string_view input);

  bool head_done() const;
  // The request is whole.
  bool done() const;
  const std::optional<HeadRefusal>& refusal() const;
  // Once head_done().
  RequestHead& head();

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

}  // namespace thalweg::internal
