#include "learn/deeplearning/samples_to_do.h"

#include <algorithm>

#include "base/error.h"

namespace thalweg {
namespace {

uint64_t CutOf(uint64_t count, size_t rank, size_t ranks) { return count * rank / ranks; }

}  // namespace

SamplesToDo::SamplesToDo(uint64_t begin, uint64_t end) {
  if (begin < end) ranges_.push_back({begin, end});
}

uint64_t SamplesToDo::size() const {
  uint64_t sum = 0;
  for (const SampleRange& range : ranges_) sum += range.end - range.begin;
  return sum;
}

std::vector<SampleRange> SamplesToDo::Slice(uint64_t from, uint64_t to) const {
  std::vector<SampleRange> slice;
  uint64_t before = 0;  // samples of the ranges before this one
  for (const SampleRange& range : ranges_) {
    const uint64_t length = range.end - range.begin;
    const uint64_t begin = std::max(from, before);
    const uint64_t end = std::min(to, before + length);
    if (begin < end)
      slice.push_back({range.begin + (begin - before), range.begin + (end - before)});
    before += length;
  }
  return slice;
}

std::vector<SampleRange> SamplesToDo::PartOf(int rank, int ranks, uint64_t count) const {
  count = std::min(count, size());
  const auto r = static_cast<size_t>(rank);
  const auto n = static_cast<size_t>(ranks);
  return Slice(CutOf(count, r, n), CutOf(count, r + 1, n));
}

void SamplesToDo::Remove(uint64_t count, std::span<const uint64_t> trained) {
  count = std::min(count, size());
  std::vector<SampleRange> left;
  const auto keep = [&](const std::vector<SampleRange>& slice) {
    for (const SampleRange& range : slice) {
      if (!left.empty() && left.back().end == range.begin) {
        left.back().end = range.end;
      } else {
        left.push_back(range);
      }
    }
  };
  for (size_t r = 0; r < trained.size(); ++r) {
    const uint64_t begin = CutOf(count, r, trained.size());
    const uint64_t end = CutOf(count, r + 1, trained.size());
    Check(trained[r] <= end - begin, "ranks train on their part");
    keep(Slice(begin + trained[r], end));
  }
  keep(Slice(count, size()));
  ranges_ = std::move(left);
}

}  // namespace thalweg
