// How much memory this process may still take.
#pragma once

#include <cstdint>
#include <optional>

namespace thalweg {

// Bytes that can be allocated without swapping: what the kernel calls available, or what the
// process's control group (version 1 or 2) leaves of its limit, if that is less. Nothing where
// neither is known.
std::optional<uint64_t> AvailableMemory();

}  // namespace thalweg
