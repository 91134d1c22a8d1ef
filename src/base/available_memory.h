// How much memory this process may still take.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace thalweg {

// Bytes that can be allocated without swapping: what the kernel calls available, or what the
// process's control group (version 1 or 2) leaves of its limit, if that is less. Nothing where
// neither is known. Never more than the limit below leaves.
std::optional<uint64_t> AvailableMemory();

// From now on the process is to take at most so many bytes in all, as far as those ask who plan
// memory; 0: as many as there are.
void SetMemoryLimit(uint64_t bytes);
// 0 where there is none.
uint64_t MemoryLimit();

// Before work that takes memory by the size of the data: MemoryError with what it needs, what is
// free and the limit, where that does not fit. `what` is the beginning of the sentence ("parsing
// a.csv"). Less than a megabyte always fits.
void RequireMemory(double bytes, const std::string& what);

}  // namespace thalweg
