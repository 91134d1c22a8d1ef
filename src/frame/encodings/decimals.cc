#include "frame/encodings/decimals.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/text.h"
#include "frame/types.h"
#include "kernels/decimal.h"

namespace thalweg::internal {
namespace {

// The smallest scale above `scale` at which one cell has a mantissa.
std::optional<int> NextScale(double cell, int scale) {
  int64_t mantissa = 0;
  while (++scale <= kMaxScale) {
    if (FindMantissas(std::span<const double>(&cell, 1), scale, &mantissa) == 1) return scale;
  }
  return std::nullopt;
}

// Cells looked at first, spread evenly: real data shows its scale, or that it has none, soon.
constexpr size_t kSample = 32;

}  // namespace

std::optional<int> FindDecimals(std::span<const double> cells, std::vector<int64_t>* mantissas) {
  int scale = 0;
  int64_t mantissa = 0;
  const auto holds = [&](double cell) {
    return FindMantissas(std::span<const double>(&cell, 1), scale, &mantissa) == 1;
  };
  const size_t step = std::max<size_t>(1, cells.size() / kSample);
  for (size_t i = 0; i < cells.size(); i += step) {
    if (holds(cells[i])) continue;
    const std::optional<int> next = NextScale(cells[i], scale);
    if (!next) return std::nullopt;
    scale = *next;
  }
  mantissas->resize(cells.size());
  // Each cell that needs a larger scale starts the pass anew with that one: at most 18 times.
  for (size_t i = 0; i < cells.size();) {
    i += FindMantissas(cells.subspan(i), scale, mantissas->data() + i);
    while (i < cells.size() && holds(cells[i])) (*mantissas)[i++] = mantissa;
    if (i == cells.size()) break;
    const std::optional<int> next = NextScale(cells[i], scale);
    if (!next) return std::nullopt;
    scale = *next;
    i = 0;
  }
  return scale;
}

int CommonPowerOfTen(std::span<const int64_t> mantissas, int limit) {
  int64_t power = 1;
  for (int i = 0; i < limit; ++i) power *= 10;
  int exponent = limit;
  for (const int64_t m : mantissas) {
    if (m == kMissingInt) continue;
    while (exponent > 0 && m % power != 0) {
      power /= 10;
      --exponent;
    }
    if (exponent == 0) break;
  }
  return exponent;
}

double RoundedDecimal(int64_t mantissa, int scale) {
  if (mantissa == kMissingInt) return kMissingReal;
  if (mantissa >= -kMaxMantissa && mantissa <= kMaxMantissa) return DecimalValue(mantissa, scale);
  return *ParseReal(std::to_string(mantissa) + "e-" + std::to_string(scale));
}

}  // namespace thalweg::internal
