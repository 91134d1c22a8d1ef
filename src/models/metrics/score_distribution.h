// How the scores of rows are distributed, by the class that the rows really have: what every metric
// over thresholds (AUC, maximum F1, gains/lift …) is made of.
//
// Holds one cell per distinct score and class while there are at most `capacity` of them: exact.
// Beyond, the lowest bits of all scores are dropped, as few as will do. Which ones depends on the
// set of rows alone, not on their order, nor on how they were cut into parts; and a row of weight 2
// is the same as two rows. With a million distinct scores, cells are some 1e-6 wide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/thread_pool.h"

namespace thalweg {

// Weights of rows of two classes that share a score.
struct ScoreCell {
  double score = 0;  // the smallest in the cell: the threshold that includes it
  double negatives = 0;
  double positives = 0;
};

class ScoreDistribution {
 public:
  static constexpr size_t kCapacity = size_t{1} << 19;

  // One cell takes 16 bytes; while merging, there are up to three times as many. Rows of two
  // classes without weights wait as keys of 4 bytes, up to four times as many as cells.
  explicit ScoreDistribution(size_t classes = 2, size_t capacity = kCapacity);

  // 0 <= score <= 1; actual < classes; weight > 0.
  void Add(float score, size_t actual, double weight);
  void Merge(const ScoreDistribution& other);

  struct Entry {
    double score;
    uint32_t actual;
    double weight;
  };
  // By descending score, then ascending class; each pair once.
  std::vector<Entry> Entries() const;
  // By descending score; the last class of two is the positive one.
  std::vector<ScoreCell> Cells(ThreadPool* pool = nullptr) const;
  // A score was NaN: there is no order.
  bool has_nan() const { return has_nan_; }
  // 0 while exact.
  int dropped_bits() const { return dropped_bits_; }

 private:
  // Key of the score, then bits of the class.
  struct Cell {
    uint64_t key;
    double weight;
  };
  uint64_t Mask() const { return ~uint64_t{0} << (class_bits_ + dropped_bits_); }
  uint64_t ClassMask() const { return (uint64_t{1} << class_bits_) - 1; }
  uint64_t Coarse(uint64_t key) const { return key & (Mask() | ClassMask()); }
  // Keys of two classes fit 32 bits.
  bool small_keys() const { return class_bits_ == 1; }
  void AddCell(Cell cell);
  void AddKey(uint32_t key);
  void DropBits(int bits);
  // Waiting keys and pending cells into the sorted ones.
  void Compact(ThreadPool* pool = nullptr);
  void SortKeys(ThreadPool* pool);
  void MergeSorted(std::vector<Cell>&& cells);

  int class_bits_;
  size_t capacity_;
  int dropped_bits_ = 0;
  bool has_nan_ = false;
  std::vector<Cell> sorted_;
  // Not sorted yet, in the order of their arrival. At most one of the two is not empty: the second
  // is for weight 1 only, where sums are exact in any order.
  std::vector<Cell> pending_;
  std::vector<uint32_t> keys_;
};

}  // namespace thalweg
