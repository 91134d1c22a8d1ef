// Constant chunks: every cell holds the same value, or every cell is missing.
//
// bias: the mantissa, or (kFlagReal) the bits of the double. scale: that of the mantissa.
// No payload. A chunk whose cells are all missing may belong to a column of any type.
#pragma once

#include "frame/encodings/encodings.h"

namespace thalweg::internal {

extern const Encoding kConstantEncoding;

}  // namespace thalweg::internal
