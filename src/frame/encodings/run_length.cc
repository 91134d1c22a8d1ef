#include "frame/encodings/run_length.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "frame/encodings/values.h"

namespace thalweg::internal {
namespace {

bool MayPay(const Analysis& cells) {
  // Sparse cells would have to be spread out first.
  return cells.numeric() && !cells.given_sparse() && cells.stats().changes < cells.stats().rows / 4;
}

std::optional<ValueFormat> FormatOf(const Analysis& cells) {
  const CellStats& stats = cells.stats();
  if (!cells.scaled()) return RealFormat(stats.floats);
  return MantissaFormat(stats.min, stats.max, stats.missing > 0);
}

uint64_t EndBytes(uint32_t rows, uint64_t runs) { return BitArrayBytes(runs, BitWidth(rows)); }

std::optional<uint64_t> Estimate(Analysis& cells) {
  const CellStats& stats = cells.stats();
  if (!cells.numeric() || stats.rows == 0) return std::nullopt;
  const std::optional<ValueFormat> format = FormatOf(cells);
  if (!format) return std::nullopt;
  const uint64_t runs = uint64_t{stats.changes} + 1;
  return EndBytes(stats.rows, runs) + format->Bytes(runs) + kBitArraySlack;
}

template <class T>
std::vector<uint32_t> Ends(std::span<const T> cells) {
  std::vector<uint32_t> ends;
  for (size_t i = 1; i < cells.size(); ++i) {
    if (std::bit_cast<uint64_t>(cells[i]) != std::bit_cast<uint64_t>(cells[i - 1])) {
      ends.push_back(static_cast<uint32_t>(i));
    }
  }
  ends.push_back(static_cast<uint32_t>(cells.size()));
  return ends;
}

ChunkPtr Compress(Analysis& cells) {
  const CellStats& stats = cells.stats();
  const ValueFormat format = *FormatOf(cells);
  const std::vector<uint32_t> ends = cells.scaled() ? Ends(cells.mantissas()) : Ends(cells.reals());
  const uint64_t end_bytes = EndBytes(stats.rows, ends.size());
  Chunk* chunk =
      ChunkAccess::Make({.encoding = EncodingId::kRunLength,
                         .rows = stats.rows,
                         .missing = stats.missing,
                         .bias = format.bias,
                         .width = static_cast<uint8_t>(format.width),
                         .scale = static_cast<uint8_t>(cells.scale()),
                         .flags = static_cast<uint8_t>((format.real ? kFlagReal : 0) |
                                                       (stats.integral ? kFlagIntegral : 0)),
                         .extra = static_cast<uint32_t>(ends.size())},
                        end_bytes + format.Bytes(ends.size()) + kBitArraySlack);
  std::byte* payload = ChunkAccess::Payload(chunk);
  BitWriter end_writer(payload, BitWidth(stats.rows));
  for (const uint32_t end : ends) end_writer.Add(end);
  end_writer.Finish();
  if (format.real) {
    const std::span<const double> reals = cells.reals();
    for (size_t i = 0; i < ends.size(); ++i) {
      WriteReal(payload + end_bytes, format, i, reals[ends[i] - 1]);
    }
  } else {
    const std::span<const int64_t> mantissas = cells.mantissas();
    BitWriter values(payload + end_bytes, format.width);
    for (const uint32_t end : ends) values.Add(MantissaCode(format, mantissas[end - 1]));
    values.Finish();
  }
  return ChunkPtr(chunk);
}

template <class T>
void Decode(const Chunk& chunk, size_t begin, std::span<T> out) {
  if (out.empty()) return;
  const std::byte* payload = ChunkAccess::Payload(chunk);
  const int end_width = BitWidth(chunk.rows());
  const uint32_t runs = ChunkAccess::Extra(chunk);
  // The first run that ends after `begin`.
  uint32_t run = 0;
  for (uint32_t last = runs - 1; run < last;) {
    const uint32_t middle = run + (last - run) / 2;
    if (ReadBits(payload, end_width, middle) > begin) {
      last = middle;
    } else {
      run = middle + 1;
    }
  }
  const ValueFormat format = {.real = (ChunkAccess::Flags(chunk) & kFlagReal) != 0,
                              .width = ChunkAccess::Width(chunk),
                              .bias = ChunkAccess::Bias(chunk),
                              .has_missing = chunk.missing() > 0};
  WithReader(payload + EndBytes(chunk.rows(), runs), payload + ChunkAccess::PayloadBytes(chunk),
             format, ChunkAccess::Scale(chunk), [&](const auto& values) {
               for (size_t done = 0; done < out.size(); ++run) {
                 const size_t end =
                     std::min(ReadBits(payload, end_width, run) - begin, uint64_t{out.size()});
                 std::fill(out.data() + done, out.data() + end, ReadValue<T>(values, run));
                 done = end;
               }
             });
}

}  // namespace

const Encoding kRunLengthEncoding = {.id = EncodingId::kRunLength,
                                     .name = "run-length",
                                     .may_pay = MayPay,
                                     .estimate = Estimate,
                                     .compress = Compress,
                                     .decode_doubles = Decode<double>,
                                     .decode_floats = Decode<float>,
                                     .decode_ints = Decode<int64_t>};

}  // namespace thalweg::internal
