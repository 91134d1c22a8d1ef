// How well an autoencoder reproduces the rows of a frame, and which of its inputs it misses: for
// reports.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "base/thread_pool.h"
#include "models/deeplearning_model.h"
#include "models/explain/histogram.h"

namespace thalweg {

struct ReconstructionSummary {
  struct Feature {
    std::string name;  // of the input: a column, or column.level
    double mse = 0;    // on the scale of the net's inputs
  };
  int64_t rows = 0;
  double mse = 0;                 // the mean of the rows' errors, and of the features'
  Histogram histogram;            // of the rows' errors; no counts where all are equal
  std::vector<Feature> features;  // in the order of columns

  Json ToJson() const;
};

// Rows count once, whatever their weight. Takes 8 bytes per row, and some hundred rows at a time.
// The same for every number of threads. `model` is an autoencoder.
ReconstructionSummary SummarizeReconstruction(const DeepLearningModel& model, const Frame& frame,
                                              ThreadPool& pool, size_t bins = 40);

}  // namespace thalweg
