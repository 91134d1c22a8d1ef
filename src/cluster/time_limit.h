// How long a rank waits for another.
#pragma once

#include <chrono>

namespace thalweg {

// For commands of users: one rank may well read or train for days while others wait. Ranks that are
// lost are noticed at once, whatever the limit.
inline constexpr std::chrono::milliseconds kNoTimeLimit = std::chrono::hours(24 * 365);

}  // namespace thalweg
