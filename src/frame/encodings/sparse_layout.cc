#include "frame/encodings/sparse_layout.h"

#include <array>
#include <limits>

namespace thalweg::internal {
namespace {

uint32_t Gap(std::span<const uint32_t> rows, size_t i) {
  return i == 0 ? rows[0] : rows[i] - rows[i - 1] - 1;
}

uint64_t CodesAt(std::span<const uint32_t> rows, int width) {
  const uint32_t escape = (uint32_t{1} << width) - 1;
  uint64_t codes = rows.size();
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint32_t gap = Gap(rows, i);
    if (gap >= escape) codes += gap / escape;
  }
  return codes;
}

}  // namespace

GapCodes ChooseGapCodes(std::span<const uint32_t> rows) {
  if (rows.empty()) return {};
  // By size class: gaps with b bits.
  std::array<uint64_t, 33> counts = {};
  std::array<uint64_t, 33> sums = {};
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint32_t gap = Gap(rows, i);
    const auto bits = static_cast<size_t>(std::bit_width(gap));
    ++counts[bits];
    sums[bits] += gap;
  }
  // Escapes that a width needs are estimated from the classes; half a code is lost to rounding.
  int best = 1;
  double best_bits = std::numeric_limits<double>::infinity();
  for (int width = 1; width <= kMaxBatchWidth; ++width) {
    const double escape = static_cast<double>((uint64_t{1} << width) - 1);
    auto codes = static_cast<double>(rows.size());
    for (size_t b = static_cast<size_t>(width); b < counts.size(); ++b) {
      if (counts[b] == 0) continue;
      const double each = static_cast<double>(sums[b]) / static_cast<double>(counts[b]) / escape;
      codes += static_cast<double>(counts[b]) * (each > 2 ? each - 0.5 : each * 0.75);
    }
    if (codes * width < best_bits) {
      best_bits = codes * width;
      best = width;
    }
  }
  return {best, CodesAt(rows, best)};
}

void WriteGaps(std::span<const uint32_t> rows, const SparseLayout& layout, std::byte* payload) {
  std::byte* skip_codes = payload + layout.skip_bytes();
  BitWriter codes(skip_codes + layout.skip_bytes(), layout.gaps.width);
  const uint32_t escape = (uint32_t{1} << layout.gaps.width) - 1;
  uint64_t code = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    uint32_t gap = Gap(rows, i);
    if (i > 0 && i % kSkipEntries == 0) {
      const uint64_t skip = i / kSkipEntries - 1;
      WriteBits(payload, layout.skip_width(), skip, rows[i] - gap);
      WriteBits(skip_codes, layout.skip_width(), skip, code);
    }
    for (; gap >= escape; gap -= escape, ++code) codes.Add(escape);
    codes.Add(gap);
    ++code;
  }
  codes.Finish();
}

}  // namespace thalweg::internal
