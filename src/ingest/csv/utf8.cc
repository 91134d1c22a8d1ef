#include "ingest/csv/utf8.h"

#include <cstdint>
#include <cstring>

namespace thalweg::internal {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080;

bool IsAscii(const char* text, size_t size) {
  uint64_t bits = 0;
  for (size_t i = 0; i + 8 <= size; i += 8) {
    uint64_t word;
    std::memcpy(&word, text + i, sizeof(word));
    bits |= word;
  }
  return (bits & kHighBits) == 0;
}

// Bytes of the character that begins at text[at]; 0 if it is not valid.
size_t CharacterSize(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto follows = [&](size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(at);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(at + 1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    // No overlong forms, no surrogates.
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;
    return follows(at + 1, low, high) && follows(at + 2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
    return follows(at + 1, low, high) && follows(at + 2) && follows(at + 3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

size_t FindInvalidUtf8(std::string_view text) {
  constexpr size_t kStep = 256;
  size_t at = 0;
  while (at < text.size()) {
    while (at + kStep <= text.size() && IsAscii(text.data() + at, kStep)) at += kStep;
    const size_t end = at + kStep < text.size() ? at + kStep : text.size();
    while (at < end) {
      const size_t size = CharacterSize(text, at);
      if (size == 0) return at;
      at += size;
    }
  }
  return std::string_view::npos;
}

std::string Latin1ToUtf8(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xc0 | code >> 6);
      out += static_cast<char>(0x80 | (code & 0x3f));
    }
  }
  return out;
}

}  // namespace thalweg::internal
