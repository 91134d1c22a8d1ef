#include "frame/encodings/sparse_layout.h"

#include <array>
#include <limits>

namespace thalweg::internal {
namespace {

constexpr int kMaxWidth = 31;

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
  // The best width and its neighbours are then counted out.
  int best = 1;
  double best_bits = std::numeric_limits<double>::infinity();
  for (int width = 1; width <= kMaxWidth; ++width) {
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
  GapCodes chosen = {best, CodesAt(rows, best)};
  for (const int width : {best - 1, best + 1}) {
    if (width < 1 || width > kMaxWidth) continue;
    const GapCodes other = {width, CodesAt(rows, width)};
    if (other.count * static_cast<uint64_t>(other.width) <
        chosen.count * static_cast<uint64_t>(chosen.width)) {
      chosen = other;
    }
  }
  return chosen;
}

void WriteGaps(std::span<const uint32_t> rows, const SparseLayout& layout, std::byte* payload) {
  std::byte* codes = payload + layout.skip_bytes();
  const int width = layout.gaps.width;
  const uint32_t escape = (uint32_t{1} << width) - 1;
  uint64_t code = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    uint32_t gap = Gap(rows, i);
    if (i > 0 && i % kSkipEntries == 0) {
      const std::array<uint32_t, 2> skip = {rows[i] - gap, static_cast<uint32_t>(code)};
      std::memcpy(payload + (i / kSkipEntries - 1) * sizeof(skip), skip.data(), sizeof(skip));
    }
    for (; gap >= escape; gap -= escape) WriteBits(codes, width, code++, escape);
    WriteBits(codes, width, code++, gap);
  }
}

}  // namespace thalweg::internal
