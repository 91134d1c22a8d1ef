#include "server/http/chunked_decoder.h"

#include <algorithm>

#include "server/http/request_head.h"

namespace thalweg::internal {

namespace {

constexpr size_t kMaxOrnament = 16 << 10;
constexpr int kMaxDigits = 15;  // of a chunk's size: below 2^60

int HexDigit(uint8_t byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

}  // namespace

void ChunkedDecoder::NextByte(uint8_t byte) {
  switch (state_) {
    case State::kSize:
      if (const int digit = HexDigit(byte); digit >= 0 && digits_ < kMaxDigits) {
        left_ = left_ * 16 + static_cast<uint64_t>(digit);
        ++digits_;
      } else if (digits_ > 0 && byte == ';') {
        state_ = State::kExtension;
      } else if (digits_ > 0 && byte == '\r') {
        state_ = State::kSizeEnd;
      } else {
        state_ = State::kBad;
      }
      return;
    case State::kExtension:
      if (byte == '\r') {
        state_ = State::kSizeEnd;
      } else if (++ornament_ > kMaxOrnament || (byte < 0x20 && byte != '\t') || byte == 0x7f) {
        state_ = State::kBad;
      }
      return;
    case State::kSizeEnd:
      digits_ = 0;
      if (byte != '\n') {
        state_ = State::kBad;
      } else {
        state_ = left_ > 0 ? State::kData : State::kTrailer;
      }
      return;
    case State::kDataCr:
      state_ = byte == '\r' ? State::kDataEnd : State::kBad;
      return;
    case State::kDataEnd:
      state_ = byte == '\n' ? State::kSize : State::kBad;
      return;
    case State::kTrailer:
      if (carriage_return_) {
        carriage_return_ = false;
        if (byte != '\n') {
          state_ = State::kBad;
        } else if (line_ == 0) {
          state_ = State::kDone;
        }
        line_ = 0;
        named_ = false;
      } else if (byte == '\r') {
        // A line is NAME: VALUE, or the empty one at the end.
        if (line_ > 0 && !named_) state_ = State::kBad;
        carriage_return_ = true;
      } else if (!named_ && byte == ':' && line_ > 0) {
        named_ = true;
        ++line_;
      } else if (!named_ && !IsTokenByte(byte)) {
        state_ = State::kBad;
      } else if (++ornament_ > kMaxOrnament || (byte < 0x20 && byte != '\t') || byte == 0x7f) {
        state_ = State::kBad;
      } else {
        ++line_;
      }
      return;
    case State::kData:
    case State::kDone:
    case State::kBad:
      return;
  }
}

ChunkedDecoder::Step ChunkedDecoder::Next(std::string_view input) {
  size_t at = 0;
  while (at < input.size() && !done() && !bad()) {
    if (state_ == State::kData) {
      const size_t size = std::min<uint64_t>(left_, input.size() - at);
      left_ -= size;
      if (left_ == 0) state_ = State::kDataCr;
      return {.consumed = at + size, .data = input.substr(at, size)};
    }
    NextByte(static_cast<uint8_t>(input[at++]));
  }
  return {.consumed = at, .data = {}};
}

}  // namespace thalweg::internal
