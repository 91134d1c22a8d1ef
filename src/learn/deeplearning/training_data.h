// Frames made ready for training and scoring a net.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "learn/deeplearning/params.h"
#include "learn/deeplearning/response.h"
#include "learn/deeplearning/shared_rows.h"
#include "learn/deeplearning/training_rows.h"
#include "learn/learners.h"
#include "models/deeplearning_model.h"
#include "models/feature_encoder.h"
#include "models/network_scoring.h"
#include "models/row_store.h"

namespace thalweg {

class DeepLearningModel;

// Encoded rows and what they should come out as. Rows without a response are left out.
struct ResponseRows {
  std::unique_ptr<RowStore> store;
  ActualResponses actual;
};

// The encoder stays where it is: the stores point to it.
struct TrainingData {
  std::unique_ptr<FeatureEncoder> encoder;
  std::shared_ptr<const DeepLearningModel> pretrained;  // null where there is none
  ResponsePlan plan;
  ResponseScale response;  // that of the plan; later with class factors
  ResponseRows training;
  std::unique_ptr<ResponseRows> validation;  // null where there is none
  // Where ranks share the rows out: those above are this rank's alone.
  SharedRows shared_training;
  SharedRows shared_validation;
  std::vector<std::string> warnings;
};

// What shows without reading a cell; FieldErrors. That columns which parameters name are there:
void CheckColumns(const DeepLearningParams& params, const Frame& frame);
// That response, distribution and loss go together:
ResponsePlan PlanForFrame(const DeepLearningParams& params, const Frame& frame);
// Whether the response is categorical.
bool HasClasses(const DeepLearningParams& params, const Frame& frame);

// Inputs and response are scaled as in `previous`, the model to go on with, where it is not null.
// Throws FieldErrors where parameters do not fit the frames, UserError where frames cannot be used.
// `sharing`: a collective of ranks that share the rows of both frames out; null: all are wanted
// here.
TrainingData PrepareTrainingData(const DeepLearningParams& params, const TrainingFrames& frames,
                                 const DeepLearningModel* previous, ThreadPool& pool,
                                 Communicator* sharing = nullptr);

// Training rows as the trainers take them: by their numbers in the store. Responses of identity
// links are standardized, offsets taken off before; weights are brought to the mean 1, so that a
// row of weight 2 moves the net as the row twice would.
class StoredRows : public TrainingRows<float> {
 public:
  // Rows and response must outlive this. Numbers of rows of the store; null: each once. What
  // weights are multiplied by follows from all rows, also where some of them are on other ranks.
  StoredRows(const ResponseRows& rows, const ResponseScale& response,
             std::optional<std::vector<uint32_t>> numbers, double weight_unit);
  size_t rows() const override { return numbers_ ? numbers_->size() : rows_.store->rows(); }
  const InputShape& shape() const override { return rows_.store->shape(); }
  void Gather(size_t row, InputBatch<float>& batch, size_t at) const override {
    rows_.store->Gather(Number(row), batch, at);
  }
  int32_t Class(size_t row) const override { return rows_.actual.classes[Number(row)]; }
  float Value(size_t row) const override {
    const size_t r = Number(row);
    const double value = rows_.actual.values[r];
    if (HasOffsets() || rows_.actual.offsets.empty()) {
      return static_cast<float>((value - response_.mean) / response_.scale);
    }
    return static_cast<float>((value - rows_.actual.offsets[r] - response_.mean) / response_.scale);
  }
  bool HasWeights() const override { return !rows_.actual.weights.empty(); }
  float Weight(size_t row) const override {
    return static_cast<float>(rows_.actual.weights[Number(row)] * weight_scale_);
  }
  double WeightUnit() const override { return weight_scale_; }
  // With an identity link, offsets are in the values.
  bool HasOffsets() const override {
    return !rows_.actual.offsets.empty() &&
           (response_.classification() || response_.distribution.HasLogLink());
  }
  float Offset(size_t row) const override {
    return static_cast<float>(rows_.actual.offsets[Number(row)]);
  }

 private:
  size_t Number(size_t row) const { return numbers_ ? (*numbers_)[row] : row; }

  const ResponseRows& rows_;
  const ResponseScale& response_;
  std::optional<std::vector<uint32_t>> numbers_;
  double weight_scale_;
};

// What needs the seed: finishes the plan (FitResponse, after balancing where classes are balanced)
// and the response, and says which rows an epoch has. The data must outlive the rows. A collective
// where the rows are shared out.
StoredRows SampleTrainingRows(const DeepLearningParams& params, uint64_t seed, TrainingData& data);

}  // namespace thalweg
