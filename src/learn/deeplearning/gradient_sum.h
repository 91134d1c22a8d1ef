// The gradient of a batch, summed over parts of it and over ranks.
//
// Exact sums are of whole multiples of 2^-40, in 64 bits: they do not depend on the order, so not
// on who has computed which part. What is smaller is rounded, what is larger than 2^17 (which a
// gradient of a training that does not explode is not) is cut off.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cluster/communicator.h"
#include "learn/deeplearning/optimizers/optimizer.h"

namespace thalweg {

class GradientSum {
 public:
  enum Kind { kExact, kFloats, kBfloat16 };  // the last: of floats, which travel as bfloat16
  // The blocks must outlive this.
  GradientSum(std::span<const ParameterBlock<float>> blocks, Kind kind);
  ~GradientSum();

  // All zero, no row touched.
  void Clear();
  // In place of an optimizer: takes updates as gradients to be added, times `share`, and moves no
  // weight. Thread rule: as Optimizer.
  Optimizer<float>& Recorder(double share);
  // The sum of the blocks first … last-1 over all ranks, on all of them; null: of this rank alone.
  // A collective. Meanwhile other threads may add to other blocks.
  void AllReduce(size_t first, size_t last, Communicator* ranks);

  // After AllReduce of it. Rows of the first block that no gradient was added to: their inputs are
  // zero in all rows of the batch, and nothing is to be done with them.
  bool IsTouched(size_t row) const { return touched_[row].load(std::memory_order_relaxed) != 0; }
  const Matrix<float>& block(size_t b) const { return sums_[b]; }

 private:
  class Adder;
  void JoinTouched(Communicator& ranks);
  template <class Number>
  void Exchange(std::span<Matrix<Number>> sums, size_t first, std::vector<Number>& values,
                Communicator& ranks) const;
  void ToFloats(size_t block);

  const Kind kind_;
  std::unique_ptr<Adder> adder_;
  std::vector<Matrix<float>> sums_;
  std::vector<Matrix<int64_t>> multiples_;  // where exact
  std::vector<std::atomic<uint8_t>> touched_;
  std::vector<float> values_;  // what travels
  std::vector<int64_t> whole_values_;
};

}  // namespace thalweg
