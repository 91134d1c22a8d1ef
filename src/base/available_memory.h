// How much memory this process may still take.
#pragma once

#include <cstdint>
#include <optional>

namespace thalweg {

// Bytes that can be allocated without swapping: what the kernel calls available, or what the
// process's control group (version 1 or 2) leaves of its limit, if that is less. Nothing where
// neither is known. Never more than the limit below leaves.
std::optional<uint64_t> AvailableMemory();

// From now on the process is to take at most so many bytes in all, as far as those ask who plan
// memory; 0: as many as there are.
void SetMemoryLimit(uint64_t bytes);

}  // namespace thalweg
