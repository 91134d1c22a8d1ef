#include "frame/encodings/analysis.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "base/text.h"
#include "kernels/decimal.h"

namespace thalweg::internal {
namespace {

void MeasureScaled(const Cells& cells, CellStats* stats) {
  int64_t min = std::numeric_limits<int64_t>::max();
  int64_t max = std::numeric_limits<int64_t>::min();
  for (const int64_t cell : cells.mantissas) {
    if (cell == kMissingInt) {
      ++stats->missing;
    } else {
      min = std::min(min, cell);
      max = std::max(max, cell);
    }
  }
  if (stats->missing < stats->rows) {
    stats->min = min;
    stats->max = max;
  }
  stats->integral = cells.scale == 0;
  stats->constant = stats->missing == stats->rows || (stats->missing == 0 && min == max);
}

bool Same(double a, double b) { return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b); }

void MeasureReals(const Cells& cells, CellStats* stats) {
  stats->integral = true;
  stats->floats = true;
  stats->constant = true;
  for (const double cell : cells.reals) {
    if (std::isnan(cell)) {
      ++stats->missing;
      continue;
    }
    stats->integral = stats->integral && std::abs(cell) < 0x1p63 && std::trunc(cell) == cell;
    stats->floats = stats->floats && Same(static_cast<float>(cell), cell);
    stats->constant = stats->constant && Same(cell, cells.reals[0]);
  }
  stats->constant = stats->constant && (stats->missing == 0 || stats->missing == stats->rows);
}

// The mantissa of a cell at a scale, if there is one.
std::optional<int64_t> Mantissa(double cell, int scale) {
  const double scaled = cell * kPowersOfTen[static_cast<size_t>(scale)];
  if (!(std::abs(scaled) <= static_cast<double>(kMaxMantissa))) return std::nullopt;
  const auto mantissa = static_cast<int64_t>(std::nearbyint(scaled));
  if (!Same(DecimalValue(mantissa, scale), cell)) return std::nullopt;
  return mantissa;
}

}  // namespace

CellStats Analyze(const Cells& cells) {
  CellStats stats;
  stats.rows = cells.rows();
  switch (cells.kind) {
    case CellKind::kScaled:
      MeasureScaled(cells, &stats);
      break;
    case CellKind::kReal:
      MeasureReals(cells, &stats);
      break;
    case CellKind::kString:
      for (const std::string_view cell : cells.strings) stats.missing += cell.data() == nullptr;
      break;
    case CellKind::kUuid:
      for (const Uuid& cell : cells.uuids) stats.missing += cell == kMissingUuid;
      break;
  }
  return stats;
}

std::optional<int> FindDecimals(std::span<const double> cells, std::vector<int64_t>* mantissas) {
  mantissas->resize(cells.size());
  int scale = 0;
  size_t i = 0;
  // A cell that needs a larger scale starts the pass anew with that one.
  while (i < cells.size()) {
    if (std::isnan(cells[i])) {
      (*mantissas)[i++] = kMissingInt;
      continue;
    }
    std::optional<int64_t> mantissa = Mantissa(cells[i], scale);
    if (mantissa) {
      (*mantissas)[i++] = *mantissa;
      continue;
    }
    while (!mantissa && scale < kMaxScale) mantissa = Mantissa(cells[i], ++scale);
    if (!mantissa) return std::nullopt;
    i = 0;
  }
  return scale;
}

double RoundedDecimal(int64_t mantissa, int scale) {
  if (mantissa == kMissingInt) return kMissingReal;
  if (mantissa >= -kMaxMantissa && mantissa <= kMaxMantissa) return DecimalValue(mantissa, scale);
  return *ParseReal(std::to_string(mantissa) + "e-" + std::to_string(scale));
}

}  // namespace thalweg::internal
