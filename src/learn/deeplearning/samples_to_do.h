// The samples that a training has still to train on, as ranks share them out. Ranks that are slower
// than others leave some of their part, which comes first in the next turn.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace thalweg {

struct SampleRange {
  uint64_t begin = 0;
  uint64_t end = 0;
  bool operator==(const SampleRange&) const = default;
};

class SamplesToDo {
 public:
  SamplesToDo() = default;
  SamplesToDo(uint64_t begin, uint64_t end);

  // Of the next `count` samples (or all, where there are fewer) the part of one of `ranks` ranks:
  // as many as others have, or one more.
  std::vector<SampleRange> PartOf(int rank, int ranks, uint64_t count) const;
  // Each rank has trained on the first so many of its part of the next `count` samples.
  void Remove(uint64_t count, std::span<const uint64_t> trained);

 private:
  uint64_t size() const;
  std::vector<SampleRange> Slice(uint64_t from, uint64_t to) const;

  std::vector<SampleRange> ranges_;  // in their order, none empty
};

}  // namespace thalweg
