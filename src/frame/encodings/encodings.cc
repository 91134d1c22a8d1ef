#include "frame/encodings/encodings.h"

#include <array>

#include "frame/encodings/bit_packed.h"
#include "frame/encodings/constant.h"
#include "frame/encodings/delta.h"
#include "frame/encodings/floating.h"
#include "frame/encodings/run_length.h"
#include "frame/encodings/sparse.h"
#include "frame/encodings/string_dictionary.h"
#include "frame/encodings/string_plain.h"
#include "frame/encodings/uuid_plain.h"

namespace thalweg::internal {

std::span<const Encoding> Encodings() {
  static const std::array<Encoding, kEncodingCount> table = {
      kConstantEncoding,    kBitPackedEncoding,        kDeltaEncoding,      kFloatEncoding,
      kDoubleEncoding,      kSparseEncoding,           kSparseOnesEncoding, kRunLengthEncoding,
      kStringPlainEncoding, kStringDictionaryEncoding, kUuidPlainEncoding,
  };
  return table;
}

}  // namespace thalweg::internal
