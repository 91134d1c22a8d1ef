// Plain string chunks: where each string begins, and the bytes of all, one after the other.
//
// width: bits of an offset. bias: bytes before the text. Payload: rows + 1 offsets as a bit array,
// where bit 0 of an offset says that its cell is missing and the rest counts bytes; then the bytes.
#pragma once

#include "frame/encodings/encodings.h"

namespace thalweg::internal {

extern const Encoding kStringPlainEncoding;

}  // namespace thalweg::internal
