// String dictionary chunks: every distinct string once, and which one each cell holds.
//
// width: bits of a code. scale: bits of an offset. extra: levels. Payload: the codes as a bit array
// (the number of levels where missing), levels + 1 offsets as a bit array, the bytes of the levels.
#pragma once

#include "frame/encodings/encodings.h"

namespace thalweg::internal {

extern const Encoding kStringDictionaryEncoding;

}  // namespace thalweg::internal
