#include "ingest/csv/uuid_text.h"

#include <cstdint>

namespace thalweg::internal {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

bool ParseUuid(std::string_view text, Uuid& uuid) {
  if (text.size() != 36) return false;
  uint64_t words[2] = {0, 0};
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') return false;
      continue;
    }
    const int digit = HexDigit(text[i]);
    if (digit < 0) return false;
    uint64_t& word = words[digits++ / 16];
    word = word << 4 | static_cast<uint64_t>(digit);
  }
  uuid = {words[0], words[1]};
  return true;
}

}  // namespace thalweg::internal
