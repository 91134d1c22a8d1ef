// A trained deep-learning model: how columns become inputs, the net, and what its outputs mean.
#pragma once

#include <memory>
#include <string>

#include "models/feature_encoder.h"
#include "models/model.h"
#include "models/model_file.h"
#include "models/network.h"
#include "models/network_scoring.h"
#include "models/training_snapshot.h"

namespace thalweg {

class DeepLearningModel : public Model {
 public:
  static constexpr const char* kAlgo = "deeplearning";

  // `parameters` is the JSON object of the parameters as used, kept for the record.
  DeepLearningModel(FeatureEncoder encoder, Network network, std::string response,
                    ResponseScale scale, const Json& parameters,
                    std::vector<VariableImportance> importances = {});
  ~DeepLearningModel() override;

  std::string algo() const override { return kAlgo; }
  const std::string& response() const override { return response_; }
  std::vector<std::string> domain() const override { return scale_.domain; }
  std::vector<std::pair<std::string, ColumnType>> TrainedTypes() const override;
  std::vector<std::string> predictors() const override;
  Frame Predict(const Frame& frame, ThreadPool& pool) const override;
  Metrics Score(const Frame& frame, ThreadPool& pool) const override;
  Metrics ScoreWith(const ScoringOptions& options, const Frame& frame,
                    ThreadPool& pool) const override;
  std::vector<std::string> ScoredBy() const override { return {response_, scale_.weights_column}; }
  Frame ReconstructionErrors(const Frame& frame, bool per_feature, ThreadPool& pool) const override;
  Frame DeepFeatures(const Frame& frame, int64_t layer, ThreadPool& pool) const override;
  Metrics ScorePredictions(const ScoringOptions& options, const Frame& predictions,
                           const Frame& frame, ThreadPool& pool) const override;
  void Save(const std::string& path) const override;
  std::string Bytes() const override;
  const Json& parameters() const override { return *parameters_; }
  Json Summary() const override;
  std::vector<VariableImportance> variable_importances() const override { return importances_; }

  static std::shared_ptr<const DeepLearningModel> FromFile(const ModelFile& file);

  // To be saved with the model; null: none. Before the model is shared.
  void set_snapshot(std::shared_ptr<const TrainingSnapshot> s) { snapshot_ = std::move(s); }
  const TrainingSnapshot* snapshot() const { return snapshot_.get(); }

  // The same net with another threshold of its labels.
  std::shared_ptr<const DeepLearningModel> WithThreshold(double threshold) const;
  // Weights, and the state of training.
  size_t ByteSize() const;

  const FeatureEncoder& encoder() const { return encoder_; }
  const Network& network() const { return network_; }
  const ResponseScale& scale() const { return scale_; }

 private:
  Json Description() const;
  // Of rows begin … end-1; empty where the model has none.
  std::vector<double> Offsets(const Frame& frame, int64_t begin, int64_t end) const;
  // Responses and weights of these rows.
  ActualResponses Actual(const Frame& frame, int64_t begin, int64_t end) const;
  Frame Reconstruct(const Frame& frame, ThreadPool& pool) const;
  Metrics ScoreReconstructions(const Frame& frame, ThreadPool& pool) const;
  void AddArrays(ModelFileWriter& writer) const;

  FeatureEncoder encoder_;
  Network network_;
  std::string response_;
  ResponseScale scale_;
  std::unique_ptr<Json> parameters_;
  std::shared_ptr<const TrainingSnapshot> snapshot_;
  std::vector<VariableImportance> importances_;
};

// The actual responses of rows begin … end-1 of a column, as codes of the domain (matched by level;
// whole numbers match the level of the same digits), or as values. UserError where the column's
// type cannot be that of the response.
ActualResponses ReadResponses(const Frame& frame, size_t column, const ResponseScale& response,
                              int64_t begin, int64_t end);

}  // namespace thalweg
