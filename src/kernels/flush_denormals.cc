#include "kernels/flush_denormals.h"

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace thalweg {

#if defined(__SSE2__)
namespace {
// MXCSR: results (bit 15) and operands (bit 6) below the smallest normal number count as 0.
constexpr uint32_t kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;
}  // namespace

FlushDenormals::FlushDenormals() : before_(_mm_getcsr()) {
  _mm_setcsr(before_ | kFlushToZero | kDenormalsAreZero);
}

FlushDenormals::~FlushDenormals() { _mm_setcsr(before_); }
#else
FlushDenormals::FlushDenormals() = default;
FlushDenormals::~FlushDenormals() = default;
#endif

}  // namespace thalweg
