// Run-length chunks: runs of cells that are the same, bit by bit.
//
// width: bits of a value. extra: runs. bias, scale: those of the values. Payload: the row after
// each run as a bit array of BitWidth(rows) bits each, then the values (values.h).
#pragma once

#include "frame/encodings/encodings.h"

namespace thalweg::internal {

extern const Encoding kRunLengthEncoding;

}  // namespace thalweg::internal
