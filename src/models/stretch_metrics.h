// Metrics of a frame's rows that come in stretches (frame_stretches.h), and in each in the blocks
// of ScoreRows: sums are formed in that order, whoever has scored the rows.
#pragma once

#include <vector>

#include "models/metrics.h"
#include "models/model.h"
#include "models/network_scoring.h"

namespace thalweg {

class StretchMetrics {
 public:
  // Errors are those of the labels that Predict gives, where `how` does not say otherwise.
  StretchMetrics(const ResponseScale& scale, const ScoringOptions& how);

  // One stretch after the other; `actual` is of its rows and lives until End.
  void Begin(size_t rows, const ActualResponses& actual);
  // Scores of the rows from `first` of the stretch on, which are those of the block. From any
  // thread, each block once.
  void Add(size_t block, size_t first, ConstMatrixView<float> scores);
  // The same for many blocks, the first of which begins at row `first`.
  void AddBlocks(size_t first, ConstMatrixView<float> scores, ThreadPool& pool);
  void End();

  Metrics Finish(ThreadPool& pool) const;

 private:
  const ResponseScale& scale_;
  const ClassificationAccumulator no_classes_;
  const RegressionAccumulator no_values_;
  ClassificationAccumulator classes_;
  RegressionAccumulator values_;
  const ActualResponses* actual_ = nullptr;
  std::vector<ClassificationAccumulator> class_parts_;
  std::vector<RegressionAccumulator> value_parts_;
};

}  // namespace thalweg
