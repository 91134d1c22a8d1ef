// The time of day.
#pragma once

#include <chrono>
#include <cstdint>

namespace thalweg {

// Milliseconds since 1970, UTC.
inline int64_t WallClockMs() {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return duration_cast<milliseconds>(now).count();
}

}  // namespace thalweg
