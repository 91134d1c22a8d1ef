// Float and double chunks: cells as they are, NaN where missing. The payload is the array.
#pragma once

#include "frame/encodings/encodings.h"

namespace thalweg::internal {

extern const Encoding kFloatEncoding;
extern const Encoding kDoubleEncoding;

}  // namespace thalweg::internal
