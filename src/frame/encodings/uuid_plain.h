// UUID chunks: 16 bytes per cell, kMissingUuid where missing.
#pragma once

#include "frame/encodings/encodings.h"

namespace thalweg::internal {

extern const Encoding kUuidPlainEncoding;

}  // namespace thalweg::internal
