#include "frame/encodings/encodings.h"

#include <array>

#include "frame/encodings/bit_packed.h"
#include "frame/encodings/constant.h"
#include "frame/encodings/floating.h"
#include "frame/encodings/string_plain.h"
#include "frame/encodings/uuid_plain.h"

namespace thalweg::internal {
namespace {

std::optional<uint64_t> Never(const Cells&, const CellStats&) { return std::nullopt; }

}  // namespace

std::span<const Encoding> Encodings() {
  static const std::array<Encoding, kEncodingCount> table = {
      kConstantEncoding,
      kBitPackedEncoding,
      Encoding{.id = EncodingId::kDelta, .name = "delta", .estimate = Never, .compress = nullptr},
      kFloatEncoding,
      kDoubleEncoding,
      Encoding{.id = EncodingId::kSparse, .name = "sparse", .estimate = Never, .compress = nullptr},
      Encoding{.id = EncodingId::kSparseOnes,
               .name = "sparse-ones",
               .estimate = Never,
               .compress = nullptr},
      Encoding{.id = EncodingId::kRunLength,
               .name = "run-length",
               .estimate = Never,
               .compress = nullptr},
      kStringPlainEncoding,
      Encoding{.id = EncodingId::kStringDictionary,
               .name = "string-dictionary",
               .estimate = Never,
               .compress = nullptr},
      kUuidPlainEncoding,
  };
  return table;
}

}  // namespace thalweg::internal
