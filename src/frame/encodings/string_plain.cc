#include "frame/encodings/string_plain.h"

#include <cstring>

#include "frame/encodings/bit_array.h"
#include "frame/encodings/chunk_access.h"

namespace thalweg::internal {
namespace {

std::optional<uint64_t> Estimate(Analysis& cells) {
  if (cells.kind() != CellKind::kString) return std::nullopt;
  const CellStats& stats = cells.stats();
  const uint64_t text = stats.text_bytes;
  return BitArrayBytes(uint64_t{stats.rows} + 1, BitWidth(2 * text + 1)) + text + kBitArraySlack;
}

ChunkPtr Compress(Analysis& cells) {
  const CellStats& stats = cells.stats();
  const uint64_t text = stats.text_bytes;
  const int width = BitWidth(2 * text + 1);
  const uint64_t offsets = BitArrayBytes(uint64_t{stats.rows} + 1, width);
  Chunk* chunk = ChunkAccess::Make({.encoding = EncodingId::kStringPlain,
                                    .rows = stats.rows,
                                    .missing = stats.missing,
                                    .bias = static_cast<int64_t>(offsets),
                                    .width = static_cast<uint8_t>(width)},
                                   offsets + text + kBitArraySlack);
  std::byte* payload = ChunkAccess::Payload(chunk);
  BitWriter writer(payload, width);
  uint64_t at = 0;
  for (const std::string_view cell : cells.strings()) {
    writer.Add(2 * at + (cell.data() == nullptr ? 1 : 0));
    if (!cell.empty()) std::memcpy(payload + offsets + at, cell.data(), cell.size());
    at += cell.size();
  }
  writer.Add(2 * at);
  writer.Finish();
  return ChunkPtr(chunk);
}

void DecodeStrings(const Chunk& chunk, size_t begin, std::span<std::string_view> out) {
  const std::byte* payload = ChunkAccess::Payload(chunk);
  const int width = ChunkAccess::Width(chunk);
  const auto* text = reinterpret_cast<const char*>(payload + ChunkAccess::Bias(chunk));
  uint64_t offset = ReadBits(payload, width, begin);
  for (size_t i = 0; i < out.size(); ++i) {
    const uint64_t next = ReadBits(payload, width, begin + i + 1);
    out[i] = offset & 1 ? std::string_view()
                        : std::string_view(text + offset / 2, next / 2 - offset / 2);
    offset = next;
  }
}

}  // namespace

const Encoding kStringPlainEncoding = {.id = EncodingId::kStringPlain,
                                       .name = "string-plain",
                                       .estimate = Estimate,
                                       .compress = Compress,
                                       .decode_strings = DecodeStrings};

}  // namespace thalweg::internal
