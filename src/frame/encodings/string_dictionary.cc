#include "frame/encodings/string_dictionary.h"

#include <cstring>

#include "frame/encodings/bit_array.h"
#include "frame/encodings/chunk_access.h"
#include "frame/encodings/string_levels.h"

namespace thalweg::internal {
namespace {

bool MayPay(const Analysis& cells) {
  return cells.kind() == CellKind::kString && SampleRepeats(cells.strings());
}

struct Plan {
  Plan(uint64_t rows, uint64_t levels, uint64_t text_bytes)
      : code_width(BitWidth(levels)),
        offset_width(BitWidth(text_bytes)),
        offsets(BitArrayBytes(rows, code_width)),
        text(offsets + BitArrayBytes(levels + 1, offset_width)),
        bytes(text + text_bytes + kBitArraySlack) {}
  int code_width;
  int offset_width;
  uint64_t offsets;
  uint64_t text;
  uint64_t bytes;
};

std::optional<uint64_t> Estimate(Analysis& cells) {
  if (cells.kind() != CellKind::kString) return std::nullopt;
  const StringLevels& levels = cells.levels();
  if (levels.codes.size() != cells.stats().rows) return std::nullopt;
  return Plan(levels.codes.size(), levels.levels.size(), levels.text_bytes).bytes;
}

ChunkPtr Compress(Analysis& cells) {
  const StringLevels& levels = cells.levels();
  const Plan plan(levels.codes.size(), levels.levels.size(), levels.text_bytes);
  Chunk* chunk = ChunkAccess::Make({.encoding = EncodingId::kStringDictionary,
                                    .rows = cells.stats().rows,
                                    .missing = cells.stats().missing,
                                    .width = static_cast<uint8_t>(plan.code_width),
                                    .scale = static_cast<uint8_t>(plan.offset_width),
                                    .extra = static_cast<uint32_t>(levels.levels.size())},
                                   plan.bytes);
  std::byte* payload = ChunkAccess::Payload(chunk);
  BitWriter codes(payload, plan.code_width);
  for (const uint32_t code : levels.codes) codes.Add(code);
  codes.Finish();
  uint64_t offset = 0;
  for (size_t i = 0; i < levels.levels.size(); ++i) {
    const std::string_view level = levels.levels[i];
    if (!level.empty()) std::memcpy(payload + plan.text + offset, level.data(), level.size());
    offset += level.size();
    WriteBits(payload + plan.offsets, plan.offset_width, i + 1, offset);
  }
  return ChunkPtr(chunk);
}

void DecodeStrings(const Chunk& chunk, size_t begin, std::span<std::string_view> out) {
  const std::byte* payload = ChunkAccess::Payload(chunk);
  const int code_width = ChunkAccess::Width(chunk);
  const int offset_width = ChunkAccess::Scale(chunk);
  const uint64_t levels = ChunkAccess::Extra(chunk);
  const std::byte* offsets = payload + BitArrayBytes(chunk.rows(), code_width);
  const auto* text =
      reinterpret_cast<const char*>(offsets + BitArrayBytes(levels + 1, offset_width));
  for (size_t i = 0; i < out.size(); ++i) {
    const uint64_t code = ReadBits(payload, code_width, begin + i);
    if (code == levels) {
      out[i] = std::string_view();
      continue;
    }
    const uint64_t from = ReadBits(offsets, offset_width, code);
    out[i] = std::string_view(text + from, ReadBits(offsets, offset_width, code + 1) - from);
  }
}

}  // namespace

const Encoding kStringDictionaryEncoding = {.id = EncodingId::kStringDictionary,
                                            .name = "string-dictionary",
                                            .may_pay = MayPay,
                                            .estimate = Estimate,
                                            .compress = Compress,
                                            .decode_strings = DecodeStrings};

}  // namespace thalweg::internal
