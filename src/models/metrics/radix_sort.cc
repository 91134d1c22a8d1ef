#include "models/metrics/radix_sort.h"

namespace thalweg::internal {
namespace {

constexpr int kKeyBits = 32;
constexpr int kTopShift = kKeyBits - kDigitBits;
// Fewer are not worth a second thread.
constexpr size_t kManyKeys = size_t{1} << 16;

struct Range {
  size_t begin;
  size_t end;
};
Range PartOf(size_t size, size_t part, size_t parts) {
  return {size * part / parts, size * (part + 1) / parts};
}

void SortAlone(std::span<uint32_t> keys, std::span<uint32_t> scratch) {
  SortByKey(
      keys, scratch, [](uint32_t key) { return key; }, kKeyBits);
}

}  // namespace

// Keys go into one range of values per thread first, of about as many keys each; then every thread
// sorts a range.
void SortKeys(std::vector<uint32_t>& keys, ThreadPool* pool) {
  std::vector<uint32_t> scratch(keys.size());
  const size_t parts = pool == nullptr || keys.size() < kManyKeys ? 1 : pool->size();
  if (parts == 1) return SortAlone(keys, scratch);

  std::vector<std::array<uint32_t, kDigits>> counts(parts);  // [piece of the keys][top digit]
  pool->Run(parts, [&](size_t piece, size_t /*thread*/) {
    const Range range = PartOf(keys.size(), piece, parts);
    for (size_t i = range.begin; i < range.end; ++i) ++counts[piece][keys[i] >> kTopShift];
  });
  std::array<uint32_t, kDigits> range_of{};  // by top digit
  std::vector<size_t> ends(parts);
  size_t seen = 0;
  uint32_t current = 0;
  for (size_t d = 0; d < kDigits; ++d) {
    if (seen >= PartOf(keys.size(), current, parts).end && current + 1 < parts) ++current;
    range_of[d] = current;
    for (const auto& of_piece : counts) seen += of_piece[d];
    ends[current] = seen;
  }
  for (size_t range = 1; range < parts; ++range)
    ends[range] = std::max(ends[range], ends[range - 1]);
  // places[piece][range]: where a piece's keys of a range go.
  std::vector<std::vector<size_t>> places(parts, std::vector<size_t>(parts));
  std::vector<size_t> next(parts);
  for (size_t range = 1; range < parts; ++range) next[range] = ends[range - 1];
  for (size_t piece = 0; piece < parts; ++piece) {
    places[piece] = next;
    for (size_t d = 0; d < kDigits; ++d) next[range_of[d]] += counts[piece][d];
  }
  pool->Run(parts, [&](size_t piece, size_t /*thread*/) {
    std::vector<size_t> place = places[piece];
    const Range range = PartOf(keys.size(), piece, parts);
    for (size_t i = range.begin; i < range.end; ++i) {
      scratch[place[range_of[keys[i] >> kTopShift]]++] = keys[i];
    }
  });
  pool->Run(parts, [&](size_t range, size_t /*thread*/) {
    const size_t begin = range == 0 ? 0 : ends[range - 1];
    const size_t size = ends[range] - begin;
    SortAlone(std::span(scratch).subspan(begin, size), std::span(keys).subspan(begin, size));
  });
  keys.swap(scratch);
}

}  // namespace thalweg::internal
