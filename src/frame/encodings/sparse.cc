#include "frame/encodings/sparse.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "frame/encodings/sparse_layout.h"
#include "frame/encodings/values.h"

namespace thalweg::internal {
namespace {

constexpr uint64_t kWord = 8;

// Sparse cells are read more slowly than bit-packed ones: they have to save something.
constexpr double kWeight = 1.1;

bool MayPay(const Analysis& cells) {
  const CellStats& stats = cells.stats();
  if (!cells.numeric()) return false;
  if (stats.nonzeros == 0 || stats.nonzeros == stats.rows) return false;
  const int width =
      cells.scaled() ? BitWidth(static_cast<uint64_t>(stats.max) - static_cast<uint64_t>(stats.min))
                     : (stats.floats ? 32 : 64);
  // Gaps take a little more than the entropy of where the entries lie, values about what dense
  // cells take; a value besides 0 that is always the same takes nothing.
  const double share = static_cast<double>(stats.nonzeros) / stats.rows;
  const double entropy = -share * std::log2(share) - (1 - share) * std::log2(1 - share);
  return kWeight * (1.1 * entropy + (width == 1 ? 0 : share * width)) < width;
}

bool CanHold(const Analysis& cells) { return cells.numeric() && !cells.stats().negative_zero; }

SparseLayout LayoutOf(Analysis& cells) {
  return {.rows = cells.stats().rows,
          .entries = cells.stats().nonzeros,
          .gaps = cells.entry_stats().gaps};
}

std::optional<ValueFormat> FormatOf(Analysis& cells) {
  const CellStats& stats = cells.stats();
  if (!cells.scaled()) return RealFormat(stats.floats);
  return MantissaFormat(cells.entry_stats().min, cells.entry_stats().max, stats.missing > 0);
}

ChunkAccess::Header HeaderOf(Analysis& cells, EncodingId encoding) {
  const CellStats& stats = cells.stats();
  return {.encoding = encoding,
          .rows = stats.rows,
          .missing = stats.missing,
          .width = static_cast<uint8_t>(cells.entry_stats().gaps.width),
          .scale = static_cast<uint8_t>(cells.scale()),
          .flags = static_cast<uint8_t>((cells.scaled() ? 0 : kFlagReal) |
                                        (stats.integral ? kFlagIntegral : 0)),
          .extra = stats.nonzeros};
}

std::optional<uint64_t> EstimateSparse(Analysis& cells) {
  if (!CanHold(cells)) return std::nullopt;
  const std::optional<ValueFormat> format = FormatOf(cells);
  if (!format) return std::nullopt;
  return kWord + LayoutOf(cells).bytes() + format->Bytes(cells.stats().nonzeros) + kBitArraySlack;
}

ChunkPtr CompressSparse(Analysis& cells) {
  const SparseLayout layout = LayoutOf(cells);
  const ValueFormat format = *FormatOf(cells);
  const auto offset = static_cast<uint32_t>(layout.bytes());
  ChunkAccess::Header header = HeaderOf(cells, EncodingId::kSparse);
  header.bias = format.bias;
  Chunk* chunk = ChunkAccess::Make(
      header, kWord + offset + format.Bytes(cells.stats().nonzeros) + kBitArraySlack);
  std::byte* payload = ChunkAccess::Payload(chunk);
  payload[0] = static_cast<std::byte>(format.width);
  std::memcpy(payload + sizeof(uint32_t), &offset, sizeof(offset));
  const SparseCells& entries = cells.sparse();
  WriteGaps(entries.rows, layout, payload + kWord);
  std::byte* values = payload + kWord + offset;
  if (format.real) {
    for (size_t i = 0; i < entries.reals.size(); ++i) {
      WriteReal(values, format, i, entries.reals[i]);
    }
  } else {
    BitWriter writer(values, format.width);
    for (const int64_t mantissa : entries.mantissas) writer.Add(MantissaCode(format, mantissa));
    writer.Finish();
  }
  return ChunkPtr(chunk);
}

std::optional<uint64_t> EstimateOnes(Analysis& cells) {
  if (!CanHold(cells) || !cells.entry_stats().same) return std::nullopt;
  return LayoutOf(cells).bytes() + kBitArraySlack;
}

ChunkPtr CompressOnes(Analysis& cells) {
  const SparseLayout layout = LayoutOf(cells);
  const SparseCells& entries = cells.sparse();
  ChunkAccess::Header header = HeaderOf(cells, EncodingId::kSparseOnes);
  if (!entries.rows.empty()) {
    header.bias = cells.scaled() ? entries.mantissas[0] : std::bit_cast<int64_t>(entries.reals[0]);
  }
  Chunk* chunk = ChunkAccess::Make(header, layout.bytes() + kBitArraySlack);
  WriteGaps(entries.rows, layout, ChunkAccess::Payload(chunk));
  return ChunkPtr(chunk);
}

// The one value of a chunk of sparse ones.
struct OneValue {
  double real;
  int64_t integer;
  double Real(uint64_t) const { return real; }
  int64_t Int(uint64_t) const { return integer; }
};

// Calls use(first byte of the rows, reader of the values).
template <class Use>
auto Read(const Chunk& chunk, Use use) {
  const std::byte* payload = ChunkAccess::Payload(chunk);
  const int64_t bias = ChunkAccess::Bias(chunk);
  const int scale = ChunkAccess::Scale(chunk);
  const bool real = (ChunkAccess::Flags(chunk) & kFlagReal) != 0;
  if (chunk.encoding() == EncodingId::kSparseOnes) {
    OneValue value = {kMissingReal, kMissingInt};
    if (chunk.missing() == 0) {
      value.real = real ? std::bit_cast<double>(bias) : DecimalValue(bias, scale);
      if (chunk.integral()) value.integer = real ? static_cast<int64_t>(value.real) : bias;
    }
    return use(payload, value);
  }
  uint32_t offset;
  std::memcpy(&offset, payload + sizeof(uint32_t), sizeof(offset));
  const ValueFormat format = {.real = real,
                              .width = static_cast<int>(payload[0]),
                              .bias = bias,
                              .has_missing = chunk.missing() > 0};
  const std::byte* end = payload + ChunkAccess::PayloadBytes(chunk);
  return WithReader(payload + kWord + offset, end, format, scale,
                    [&](const auto& values) { return use(payload + kWord, values); });
}

// How many of the rows, which ascend, lie before `row`. Without branches: none can be foreseen.
size_t CountBefore(std::span<const uint32_t> rows, size_t row) {
  size_t low = 0;
  for (size_t size = rows.size() + 1; size > 1;) {
    const size_t half = size / 2;
    low += half & (size_t{0} - static_cast<size_t>(rows[low + half - 1] < row));
    size -= half;
  }
  return low;
}

// Calls use(rows, number of the first) for the entries in [begin, end), at most kBitBatch a time.
template <class Use>
void ForEntries(const Chunk& chunk, const std::byte* payload, size_t begin, size_t end, Use use) {
  GapReader reader(payload, ChunkAccess::Payload(chunk) + ChunkAccess::PayloadBytes(chunk),
                   chunk.rows(), ChunkAccess::Extra(chunk), ChunkAccess::Width(chunk), begin);
  std::array<uint32_t, kRowBatch> batch;
  while (!reader.Passed(end)) {
    const uint32_t entry = reader.entry();
    const std::span<const uint32_t> rows(batch.data(),
                                         reader.Next(static_cast<uint32_t>(end), batch));
    if (rows.empty() || rows.back() < begin) continue;
    const size_t first = rows.front() < begin ? CountBefore(rows, begin) : 0;
    const size_t last = rows.back() < end ? rows.size() : CountBefore(rows, end);
    use(rows.subspan(first, last - first), entry + first);
  }
}

template <class T>
void Decode(const Chunk& chunk, size_t begin, std::span<T> out) {
  std::fill(out.begin(), out.end(), T{0});
  Read(chunk, [&](const std::byte* payload, const auto& values) {
    ForEntries(chunk, payload, begin, begin + out.size(),
               [&](std::span<const uint32_t> rows, uint64_t first) {
                 ReadValues<T>(values, first, rows.size(),
                               [&](size_t i, T value) { out[rows[i] - begin] = value; });
               });
  });
}

size_t NonZeros(const Chunk& chunk, size_t begin, size_t end, std::span<uint32_t> rows_out,
                std::span<double> values_out) {
  size_t count = 0;
  Read(chunk, [&](const std::byte* payload, const auto& values) {
    ForEntries(chunk, payload, begin, end, [&](std::span<const uint32_t> rows, uint64_t first) {
      std::copy(rows.begin(), rows.end(), rows_out.begin() + count);
      ReadValues<double>(values, first, rows.size(),
                         [&](size_t i, double value) { values_out[count + i] = value; });
      count += rows.size();
    });
  });
  return count;
}

}  // namespace

const Encoding kSparseEncoding = {.id = EncodingId::kSparse,
                                  .name = "sparse",
                                  .may_pay = MayPay,
                                  .estimate = EstimateSparse,
                                  .compress = CompressSparse,
                                  .weight = kWeight,
                                  .decode_doubles = Decode<double>,
                                  .decode_floats = Decode<float>,
                                  .decode_ints = Decode<int64_t>,
                                  .nonzeros = NonZeros};

const Encoding kSparseOnesEncoding = {.id = EncodingId::kSparseOnes,
                                      .name = "sparse-ones",
                                      .may_pay = MayPay,
                                      .estimate = EstimateOnes,
                                      .compress = CompressOnes,
                                      .weight = kWeight,
                                      .decode_doubles = Decode<double>,
                                      .decode_floats = Decode<float>,
                                      .decode_ints = Decode<int64_t>,
                                      .nonzeros = NonZeros};

}  // namespace thalweg::internal
