#include "frame/encodings/decimals.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
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

namespace {

// Divides by 10^exponent where that leaves no rest (Granlund, Montgomery 1994): 5^exponent divides
// x if x times its inverse modulo 2^64 is at most (2^64 - 1) / 5^exponent, and is then the
// quotient. A rotation takes the zeros of 2^exponent out of the low end; others land at the top.
class ExactDivision {
 public:
  explicit ExactDivision(int exponent) : exponent_(exponent) {
    uint64_t five = 1;
    for (int i = 0; i < exponent; ++i) five *= 5;
    // Newton's iteration doubles the bits that are right; x * x = 1 modulo 8 gives the first 3.
    inverse_ = five;
    for (int i = 0; i < 5; ++i) inverse_ *= 2 - five * inverse_;
    limit_ = (std::numeric_limits<uint64_t>::max() / five) >> exponent;
  }

  // The quotient of a magnitude, or something larger than limit().
  uint64_t Quotient(uint64_t magnitude) const { return std::rotr(magnitude * inverse_, exponent_); }
  uint64_t limit() const { return limit_; }

 private:
  int exponent_;
  uint64_t inverse_;
  uint64_t limit_;
};

// All ones where m is negative: signs cannot be foreseen, so no branches.
uint64_t Sign(int64_t m) { return static_cast<uint64_t>(m >> 63); }
uint64_t Magnitude(int64_t m) { return (static_cast<uint64_t>(m) ^ Sign(m)) - Sign(m); }

// The largest exponent up to `limit` whose power divides m.
int LargestExponent(int64_t m, int limit) {
  if (m == kMissingInt || m == 0) return limit;
  while (limit > 0) {
    const ExactDivision division(limit);
    if (division.Quotient(Magnitude(m)) <= division.limit()) break;
    --limit;
  }
  return limit;
}

// Where all mantissas may be divided by 10^exponent, `quotients` gets them. Otherwise the largest
// smaller exponent that suits the first that cannot.
int TryDivide(std::span<const int64_t> mantissas, int exponent, int64_t* quotients) {
  const ExactDivision division(exponent);
  for (size_t i = 0; i < mantissas.size();) {
    i += DivideMantissas(mantissas.subspan(i), exponent, quotients + i);
    // Large ones, and those a few places before one that stops the kernel.
    for (; i < mantissas.size(); ++i) {
      const int64_t m = mantissas[i];
      const uint64_t quotient = division.Quotient(Magnitude(m));
      if (m != kMissingInt && quotient > division.limit()) return LargestExponent(m, exponent - 1);
      quotients[i] = m == kMissingInt ? m : static_cast<int64_t>((quotient ^ Sign(m)) - Sign(m));
    }
  }
  return exponent;
}

}  // namespace

int DropCommonZeros(std::span<const int64_t> mantissas, int limit,
                    std::vector<int64_t>* quotients) {
  int exponent = limit;
  const size_t step = std::max<size_t>(1, mantissas.size() / kSample);
  for (size_t i = 0; i < mantissas.size() && exponent > 0; i += step) {
    exponent = LargestExponent(mantissas[i], exponent);
  }
  if (exponent == 0) return 0;
  quotients->resize(mantissas.size());
  while (exponent > 0) {
    const int possible = TryDivide(mantissas, exponent, quotients->data());
    if (possible == exponent) break;
    exponent = possible;
  }
  return exponent;
}

double RoundedDecimal(int64_t mantissa, int scale) {
  if (mantissa == kMissingInt) return kMissingReal;
  if (mantissa >= -kMaxMantissa && mantissa <= kMaxMantissa) return DecimalValue(mantissa, scale);
  return *ParseReal(std::to_string(mantissa) + "e-" + std::to_string(scale));
}

}  // namespace thalweg::internal
