// UTF-8 (RFC 3629).
#pragma once

#include <cstddef>
#include <string_view>

namespace thalweg::internal {

// The position of the first byte that begins no valid character, or npos. Text in ASCII passes at
// the speed of memory.
size_t FindInvalidUtf8(std::string_view text);

}  // namespace thalweg::internal
