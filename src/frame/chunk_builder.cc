#include "frame/chunk_builder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "frame/encodings/analysis.h"
#include "frame/encodings/decimals.h"
#include "frame/encodings/encodings.h"
#include "kernels/decimal.h"

namespace thalweg {
namespace {

using internal::Analysis;
using internal::CellKind;
using internal::Cells;
using internal::Encoding;
using internal::SparseCells;

void CheckRows(size_t rows) { Check(rows <= size_t{1} << 31, "a chunk has at most 2^31 rows"); }

// Asks each encoding what it would take, and compresses with the smallest.
ChunkPtr Encode(Analysis& cells, const EncodeOptions& options) {
  if (options.force) {
    const Encoding& forced = internal::EncodingOf(*options.force);
    if (forced.estimate(cells)) return forced.compress(cells);
  }
  const Encoding* best = nullptr;
  double best_size = std::numeric_limits<double>::infinity();
  for (const Encoding& encoding : internal::Encodings()) {
    if (encoding.may_pay != nullptr && !encoding.may_pay(cells)) continue;
    const std::optional<uint64_t> bytes = encoding.estimate(cells);
    if (!bytes) continue;
    const double size = static_cast<double>(*bytes) * encoding.weight;
    if (size < best_size) {
      best = &encoding;
      best_size = size;
    }
    if (*bytes == 0) break;
  }
  Check(best != nullptr, "no encoding holds the cells");
  return best->compress(cells);
}

ChunkPtr Encode(const Cells& cells, const EncodeOptions& options) {
  Analysis analysis(cells);
  return Encode(analysis, options);
}

}  // namespace

ChunkPtr EncodeIntegers(std::span<const int64_t> cells, const EncodeOptions& options) {
  CheckRows(cells.size());
  return Encode({.kind = CellKind::kScaled, .mantissas = cells}, options);
}

ChunkPtr EncodeReals(std::span<const double> cells, const EncodeOptions& options) {
  CheckRows(cells.size());
  std::vector<int64_t> mantissas;
  if (const std::optional<int> scale = internal::FindDecimals(cells, &mantissas)) {
    return Encode({.kind = CellKind::kScaled, .scale = *scale, .mantissas = mantissas}, options);
  }
  return Encode({.kind = CellKind::kReal, .reals = cells}, options);
}

ChunkPtr EncodeDecimals(std::span<const int64_t> mantissas, int scale,
                        const EncodeOptions& options) {
  CheckRows(mantissas.size());
  Check(scale >= 0 && scale <= kMaxScale, "a decimal scale lies outside 0 … 18");
  std::vector<int64_t> shorter;
  if (const int zeros = internal::DropCommonZeros(mantissas, scale, &shorter); zeros > 0) {
    mantissas = shorter;
    scale -= zeros;
  }
  Analysis analysis({.kind = CellKind::kScaled, .scale = scale, .mantissas = mantissas});
  if (analysis.stats().min < -kMaxMantissa || analysis.stats().max > kMaxMantissa) {
    std::vector<double> reals(mantissas.size());
    for (size_t i = 0; i < reals.size(); ++i) {
      reals[i] = internal::RoundedDecimal(mantissas[i], scale);
    }
    return EncodeReals(reals, options);
  }
  return Encode(analysis, options);
}

ChunkPtr EncodeSparse(uint32_t rows, std::span<const uint32_t> positions,
                      std::span<const double> values, const EncodeOptions& options) {
  CheckRows(rows);
  Check(positions.size() == values.size(), "sparse cells have one row each");
  bool zeros = false;
  bool negative_zeros = false;
  for (size_t i = 0; i < positions.size(); ++i) {
    Check(positions[i] < rows && (i == 0 || positions[i - 1] < positions[i]),
          "rows of sparse cells ascend");
    zeros = zeros || values[i] == 0;
    negative_zeros = negative_zeros || (values[i] == 0 && std::signbit(values[i]));
  }
  if (negative_zeros) {
    // No sparse encoding holds them.
    std::vector<double> cells(rows);
    for (size_t i = 0; i < positions.size(); ++i) cells[positions[i]] = values[i];
    return EncodeReals(cells, options);
  }
  if (zeros) {
    std::vector<uint32_t> entry_rows;
    std::vector<double> entries;
    for (size_t i = 0; i < positions.size(); ++i) {
      if (values[i] == 0) continue;
      entry_rows.push_back(positions[i]);
      entries.push_back(values[i]);
    }
    return EncodeSparse(rows, entry_rows, entries, options);
  }
  std::vector<int64_t> mantissas;
  SparseCells entries = {.rows = positions};
  const std::optional<int> scale = internal::FindDecimals(values, &mantissas);
  if (scale) {
    entries.mantissas = mantissas;
  } else {
    entries.reals = values;
  }
  Analysis analysis(rows, scale ? CellKind::kScaled : CellKind::kReal, scale.value_or(0), entries);
  return Encode(analysis, options);
}

ChunkPtr EncodeStrings(std::span<const std::string_view> cells, const EncodeOptions& options) {
  CheckRows(cells.size());
  return Encode({.kind = CellKind::kString, .strings = cells}, options);
}

ChunkPtr EncodeUuids(std::span<const Uuid> cells, const EncodeOptions& options) {
  CheckRows(cells.size());
  return Encode({.kind = CellKind::kUuid, .uuids = cells}, options);
}

ChunkPtr RemapCodes(const Chunk& chunk, std::span<const int64_t> map) {
  std::vector<int64_t> cells(chunk.rows());
  chunk.Decode(0, std::span<int64_t>(cells));
  for (int64_t& cell : cells) {
    if (cell == kMissingInt) continue;
    Check(cell >= 0 && static_cast<size_t>(cell) < map.size(), "a code lies outside the map");
    cell = map[static_cast<size_t>(cell)];
  }
  return EncodeIntegers(cells);
}

}  // namespace thalweg
