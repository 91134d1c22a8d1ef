// A list of numbers as Rapids writes it: [1 2 5], [0:10] (ten numbers from 0), [0:4:3] (0 3 6 9).
#pragma once

#include <cstdint>
#include <vector>

namespace thalweg::internal {

// base, base + stride, …: `count` numbers. A count of infinity means "to the end" and fits only
// where the list names rows or columns.
struct NumberRange {
  double base = 0;
  double count = 1;
  double stride = 1;
};

// Ranges stay ranges: [0:1000000000] takes no room.
class NumberList {
 public:
  // Lists that are written out hold at most so many numbers.
  static constexpr double kMostExpanded = 1e8;

  void Add(NumberRange range) { ranges_.push_back(range); }
  const std::vector<NumberRange>& ranges() const { return ranges_; }
  bool empty() const { return ranges_.empty(); }
  double size() const;
  // All numbers; UserError where there are too many.
  std::vector<double> Expand() const;

 private:
  std::vector<NumberRange> ranges_;
};

}  // namespace thalweg::internal
