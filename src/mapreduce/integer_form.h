// Numeric columns as whole numbers: cells of most columns are integers or short decimals, whose
// mantissas compare, add up and are moved exactly and in few bits.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg::internal {

// How the cells of one numeric column are written as int64 (kMissingInt where missing).
struct IntegerForm {
  enum class Kind {
    kDecimal,  // the cell times 10^scale; scale is 0 for integer, categorical and time columns
    kReal,     // the bits of the double, changed so that they compare as the doubles do
  };
  Kind kind = Kind::kDecimal;
  int scale = 0;
  // Over the cells that are not missing; min > max where there are none.
  int64_t min = std::numeric_limits<int64_t>::max();
  int64_t max = std::numeric_limits<int64_t>::min();
  int64_t missing = 0;

  bool empty() const { return min > max; }
  // max - min.
  uint64_t range() const {
    return empty() ? 0 : static_cast<uint64_t>(max) - static_cast<uint64_t>(min);
  }
};

// The form of a column; reads all cells once, in parallel.
IntegerForm FindIntegerForm(const Column& column, ThreadPool& pool);

// The forms of some columns of a frame over ranks, of which `part` holds this rank's rows: what
// FindIntegerForm finds where one rank has all of them. A collective.
std::vector<IntegerForm> FindIntegerForms(const Frame& part, std::span<const size_t> columns,
                                          Communicator& ranks, ThreadPool& pool);

// Cells begin … begin + out.size() - 1 of a chunk of a column of this form. Chunks may also hold
// some of the column's cells only, encoded anew.
void ReadIntegers(const Chunk& chunk, const IntegerForm& form, size_t begin,
                  std::span<int64_t> out);

// The double that an integer of this form stands for.
double RealOf(int64_t integer, const IntegerForm& form);

// Order-preserving bits of doubles, and back. 0.0 and -0.0 differ; NaN is kMissingInt.
int64_t OrderedBits(double value);
double FromOrderedBits(int64_t bits);

}  // namespace thalweg::internal
