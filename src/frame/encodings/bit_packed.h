// Bit-packed chunks: (mantissa - bias) / divisor in `width` bits (1 … 64), laid out as
// kernels/unpack.h says. Where cells are missing, all ones mean missing. The divisor (in the
// header's extra; 0 means 1) is not 1 where that saves a quarter of the bits: times of whole
// seconds or days, round amounts.
#pragma once

#include "frame/encodings/encodings.h"

namespace thalweg::internal {

extern const Encoding kBitPackedEncoding;

}  // namespace thalweg::internal
