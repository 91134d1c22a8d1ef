// Contributions of a net's inputs by DeepLIFT's rescale rule against each background row (Shrikumar
// et al. 2017; over many background rows: DeepSHAP, Lundberg, Lee 2017). Going back from the
// output, an activation passes on the ratio of the differences of its output and of its input. For
// Maxout, the larger of two, the exact Shapley values of the two. Cost per pair of rows: about that
// of one back-propagation. Sums to the difference of the two scores; equal to Shapley values for
// additive nets, else near them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/network.h"

namespace thalweg {

class RescaleRule {
 public:
  // `network` has one output; `feature_of_unit` is the feature that each input unit belongs to.
  // Both are copied.
  RescaleRule(Network network, std::vector<uint32_t> feature_of_unit);
  ~RescaleRule();

  // Background rows begin … end-1 of a batch, in place of those before. `batch` must stay.
  void SetBackground(const InputBatch<float>& batch, size_t begin, size_t end);
  // Adds to contributions[feature] the sum over the background rows that are set. Any number of
  // threads at the same time.
  void AddContributions(const InputBatch<float>& batch, size_t row,
                        std::vector<double>& contributions) const;

 private:
  struct Trace;
  Trace Forward(const InputBatch<float>& batch, size_t begin, size_t end) const;
  Matrix<float> PassActivation(const Matrix<float>& slopes, const Trace& own, size_t layer) const;

  const Network network_;
  const std::vector<uint32_t> feature_of_unit_;
  const InputBatch<float>* batch_ = nullptr;
  size_t begin_ = 0;
  size_t end_ = 0;
  std::unique_ptr<Trace> background_;
};

}  // namespace thalweg
