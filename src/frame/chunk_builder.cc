#include "frame/chunk_builder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "frame/encodings/analysis.h"
#include "kernels/decimal.h"
#include "frame/encodings/encodings.h"

namespace thalweg {
namespace {

using internal::CellKind;
using internal::Cells;
using internal::CellStats;
using internal::Encoding;

void CheckRows(size_t rows) { Check(rows <= size_t{1} << 31, "a chunk has at most 2^31 rows"); }

ChunkPtr Encode(const Cells& cells, const EncodeOptions& options) {
  const CellStats stats = internal::Analyze(cells);
  const Encoding* best = nullptr;
  uint64_t best_bytes = std::numeric_limits<uint64_t>::max();
  for (const Encoding& encoding : internal::Encodings()) {
    const std::optional<uint64_t> bytes = encoding.estimate(cells, stats);
    if (!bytes) continue;
    if (options.force == encoding.id) return encoding.compress(cells, stats);
    if (*bytes < best_bytes) {
      best = &encoding;
      best_bytes = *bytes;
    }
  }
  Check(best != nullptr, "no encoding holds the cells");
  return best->compress(cells, stats);
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
  const bool exact = std::all_of(mantissas.begin(), mantissas.end(), [](int64_t m) {
    return m == kMissingInt || (m >= -kMaxMantissa && m <= kMaxMantissa);
  });
  if (!exact) {
    std::vector<double> reals(mantissas.size());
    for (size_t i = 0; i < reals.size(); ++i) {
      reals[i] = internal::RoundedDecimal(mantissas[i], scale);
    }
    return EncodeReals(reals, options);
  }
  return Encode({.kind = CellKind::kScaled, .scale = scale, .mantissas = mantissas}, options);
}

ChunkPtr EncodeSparse(uint32_t rows, std::span<const uint32_t> positions,
                      std::span<const double> values, const EncodeOptions& options) {
  CheckRows(rows);
  Check(positions.size() == values.size(), "sparse cells have one row each");
  std::vector<double> cells(rows);
  for (size_t i = 0; i < positions.size(); ++i) {
    Check(positions[i] < rows && (i == 0 || positions[i - 1] < positions[i]),
          "rows of sparse cells ascend");
    cells[positions[i]] = values[i];
  }
  return EncodeReals(cells, options);
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
