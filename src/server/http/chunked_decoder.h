// Takes the chunked transfer encoding off a body (RFC 9112, section 7.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace thalweg::internal {

// Bytes come in pieces of any size. Trailer fields are checked for their form and dropped.
class ChunkedDecoder {
 public:
  enum class State { kSize, kExtension, kSizeEnd, kData, kDataCr, kDataEnd, kTrailer, kDone, kBad };

  struct Step {
    size_t consumed = 0;    // bytes of the input that are done with
    std::string_view data;  // what of them is data of the body; within the input
  };
  // Goes on until the input ends, one run of data is found, or the body ends (see state()).
  Step Next(std::string_view input);

  bool done() const { return state_ == State::kDone; }
  bool bad() const { return state_ == State::kBad; }

 private:
  void NextByte(uint8_t byte);

  State state_ = State::kSize;
  uint64_t left_ = 0;  // of this chunk
  int digits_ = 0;
  // Bytes of extensions and trailer: bounded, as they cost work and carry nothing.
  size_t ornament_ = 0;
  size_t line_ = 0;     // bytes of this line of the trailer
  bool named_ = false;  // its name is over
  bool carriage_return_ = false;
};

}  // namespace thalweg::internal
