// Elastic averaging over ranks (Zhang, Choromanska, LeCun: Deep learning with elastic averaging
// SGD, 2015), as H2O has it: the gradient of each weight and bias gets a pull towards a center.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "learn/deeplearning/optimizers/optimizer.h"

namespace thalweg {

// Does what `inner` does, with pull * (w - center) added to each gradient.
class ElasticOptimizer : public Optimizer<float> {
 public:
  // The blocks must outlive this.
  ElasticOptimizer(std::unique_ptr<Optimizer<float>> inner,
                   std::span<const ParameterBlock<float>> blocks, double pull)
      : inner_(std::move(inner)), pull_(static_cast<float>(pull)), blocks_(blocks.size()) {
    for (size_t b = 0; b < blocks.size(); ++b) blocks_[b].values = blocks[b].values;
  }

  // The center of a block, which outlives this; not set as yet: no pull.
  void SetCenter(size_t block, const Matrix<float>* center) { blocks_[block].center = center; }

  void BeginStep(double samples, size_t updates) override {
    inner_->ReduceRate(reduction() / inner_->reduction());
    inner_->BeginStep(samples, updates);
  }
  void Update(size_t block, size_t row, size_t column, const float* gradient, float factor,
              size_t count) override {
    const Block& b = blocks_[block];
    if (b.center == nullptr) {
      inner_->Update(block, row, column, gradient, factor, count);
      return;
    }
    const float* values = b.values->row(row) + column;
    const float* center = b.center->row(row) + column;
    // Aligned as rows of a matrix are; whole vectors, as the padding is there.
    constexpr size_t kPiece = 512, kVector = 16;
    alignas(64) float pulled[kPiece];
    for (size_t begin = 0; begin < count; begin += kPiece) {
      const size_t piece = std::min(kPiece, count - begin);
      const size_t whole = (piece + kVector - 1) / kVector * kVector;
      for (size_t i = 0; i < whole; ++i) {
        const size_t at = begin + i;
        pulled[i] = factor * gradient[at] + pull_ * (values[at] - center[at]);
      }
      inner_->Update(block, row, column + begin, pulled, 1, piece);
    }
  }
  Upcoming<float> Touched(size_t block, size_t row, size_t column) override {
    return inner_->Touched(block, row, column);
  }
  double RateOf(size_t block, size_t row, size_t column) const override {
    return inner_->RateOf(block, row, column);
  }
  std::vector<Matrix<float>*> State() override { return inner_->State(); }

 private:
  struct Block {
    const Matrix<float>* values = nullptr;
    const Matrix<float>* center = nullptr;
  };
  const std::unique_ptr<Optimizer<float>> inner_;
  const float pull_;
  std::vector<Block> blocks_;
};

}  // namespace thalweg
