// Frames made ready for training and scoring a net.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "learn/deeplearning/params.h"
#include "learn/deeplearning/training_rows.h"
#include "learn/learners.h"
#include "models/feature_encoder.h"
#include "models/network_scoring.h"
#include "models/row_store.h"

namespace thalweg {

// Encoded rows and what they should come out as. Rows without a response are left out.
struct ResponseRows {
  std::unique_ptr<RowStore> store;
  ActualResponses actual;
};

// The encoder stays where it is: the stores point to it.
struct TrainingData {
  std::unique_ptr<FeatureEncoder> encoder;
  ResponseScale response;
  ResponseRows training;
  std::unique_ptr<ResponseRows> validation;  // null where there is none
  std::vector<std::string> warnings;
};

// Throws FieldErrors where parameters do not fit the frames, UserError where frames cannot be used.
TrainingData PrepareTrainingData(const DeepLearningParams& params, const TrainingFrames& frames,
                                 ThreadPool& pool);

// Training rows as the trainers take them. Regression: responses are standardized.
class StoredRows : public TrainingRows<float> {
 public:
  // Both must outlive this.
  StoredRows(const ResponseRows& rows, const ResponseScale& response)
      : rows_(rows), response_(response) {}
  size_t rows() const override { return rows_.store->rows(); }
  const InputShape& shape() const override { return rows_.store->shape(); }
  void Gather(size_t row, InputBatch<float>& batch, size_t at) const override {
    rows_.store->Gather(row, batch, at);
  }
  int32_t Class(size_t row) const override { return rows_.actual.classes[row]; }
  float Value(size_t row) const override {
    return static_cast<float>((rows_.actual.values[row] - response_.mean) / response_.scale);
  }

 private:
  const ResponseRows& rows_;
  const ResponseScale& response_;
};

}  // namespace thalweg
