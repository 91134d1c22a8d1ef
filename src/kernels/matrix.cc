#include "kernels/matrix.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace thalweg::internal {
namespace {
constexpr size_t kHugePage = size_t{2} << 20;
// Products walk over many rows at once: a matrix of some hundred small pages outgrows the first
// level of the address translation.
constexpr size_t kWorthHugePage = size_t{256} << 10;
}  // namespace

void* AllocateZeros(size_t bytes) {
  const size_t alignment = bytes >= kWorthHugePage ? kHugePage : kVectorBytes;
  const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) throw std::bad_alloc();
  if (alignment == kHugePage) madvise(memory, rounded, MADV_HUGEPAGE);
  std::memset(memory, 0, rounded);
  return memory;
}

void ReleaseZeros(void* memory) { std::free(memory); }

}  // namespace thalweg::internal
