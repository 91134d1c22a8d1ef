// Scores of rows that take some features from one row and the others from a background row: what
// Shapley values are made of.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "models/model.h"

namespace thalweg {

// Features are the model's predictors, in their order; scores are on the link scale
// (link_scores.h). Thread rule: Load alone; Score from any number of threads.
class CoalitionScorer {
 public:
  virtual ~CoalitionScorer() = default;

  virtual size_t features() const = 0;
  virtual size_t backgrounds() const = 0;
  // Takes rows begin … end-1 of a frame, in place of those loaded before.
  virtual void Load(const Frame& frame, int64_t begin, int64_t end, ThreadPool& pool) = 0;
  // scores[i] is that of the loaded row `row` (from 0) where masks[i * features() + j] is not 0,
  // and of background row backgrounds[i] elsewhere.
  virtual void Score(size_t row, std::span<const uint32_t> backgrounds,
                     std::span<const uint8_t> masks, std::span<double> scores) const = 0;
};

// For nets on encoded rows, for other models through frames.
std::unique_ptr<CoalitionScorer> MakeCoalitionScorer(const Model& model, const Frame& background,
                                                     const std::string& target, ThreadPool& pool);
// The second way, whatever the model.
std::unique_ptr<CoalitionScorer> MakeFrameCoalitionScorer(const Model& model,
                                                          const Frame& background,
                                                          const std::string& target);

}  // namespace thalweg
