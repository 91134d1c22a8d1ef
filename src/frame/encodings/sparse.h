// Sparse chunks: only the cells that are not zero are stored; their rows as sparse_layout.h says.
// Neither holds -0.0.
//
// Both: width: bits of a gap code. extra: entries.
// Sparse: bias, scale: those of the values. Payload: one word {byte 0: bits of a value; bytes 4 …
// 7: offset of the values from the rows' first byte}, the rows, the values (values.h).
// Sparse ones: bias: the mantissa of every entry, or (kFlagReal) the bits of its double. Payload:
// the rows.
#pragma once

#include "frame/encodings/encodings.h"

namespace thalweg::internal {

extern const Encoding kSparseEncoding;
extern const Encoding kSparseOnesEncoding;

}  // namespace thalweg::internal
