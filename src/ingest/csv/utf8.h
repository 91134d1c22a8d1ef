// UTF-8 (RFC 3629).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace thalweg::internal {

// The position of the first byte that begins no valid character, or npos. Text in ASCII passes at
// the speed of memory.
size_t FindInvalidUtf8(std::string_view text);

// Every byte as the character of its number (ISO 8859-1): what text that is not UTF-8 most often
// is.
std::string Latin1ToUtf8(std::string_view text);

}  // namespace thalweg::internal
