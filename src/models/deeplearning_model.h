// A trained deep-learning model: how columns become inputs, the net, and what its outputs mean.
#pragma once

#include <memory>
#include <string>

#include "models/feature_encoder.h"
#include "models/model.h"
#include "models/model_file.h"
#include "models/network.h"
#include "models/network_scoring.h"

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
  std::vector<std::string> predictors() const override;
  Frame Predict(const Frame& frame, ThreadPool& pool) const override;
  Metrics Score(const Frame& frame, ThreadPool& pool) const override;
  void Save(const std::string& path) const override;
  Json Summary() const override;
  std::vector<VariableImportance> variable_importances() const override { return importances_; }

  // What Save writes.
  std::string Bytes() const;
  static std::shared_ptr<const DeepLearningModel> FromFile(const ModelFile& file);

  const FeatureEncoder& encoder() const { return encoder_; }
  const Network& network() const { return network_; }
  const ResponseScale& scale() const { return scale_; }
  const Json& parameters() const { return *parameters_; }

 private:
  Json Description() const;
  void AddArrays(ModelFileWriter& writer) const;

  FeatureEncoder encoder_;
  Network network_;
  std::string response_;
  ResponseScale scale_;
  std::unique_ptr<Json> parameters_;
  std::vector<VariableImportance> importances_;
};

// The actual responses of rows begin … end-1 of a column, as codes of the domain (matched by level;
// whole numbers match the level of the same digits), or as values. UserError where the column's
// type cannot be that of the response.
ActualResponses ReadResponses(const Frame& frame, size_t column, const ResponseScale& response,
                              int64_t begin, int64_t end);

}  // namespace thalweg
