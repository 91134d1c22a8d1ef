// Bit-packed chunks: mantissa - bias in `width` bits (1 … 64), laid out as kernels/unpack.h says.
// Where cells are missing, all ones mean missing.
#pragma once

#include "frame/encodings/encodings.h"

namespace thalweg::internal {

extern const Encoding kBitPackedEncoding;

}  // namespace thalweg::internal
