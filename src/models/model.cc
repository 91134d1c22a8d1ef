#include "models/model.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "models/deeplearning_model.h"
#include "models/model_file.h"

namespace thalweg {

Metrics Model::ScoreWith(const ScoringOptions& /*options*/, const Frame& frame,
                         ThreadPool& pool) const {
  return Score(frame, pool);
}

Frame Model::ReconstructionErrors(const Frame& /*frame*/, bool /*per_feature*/,
                                  ThreadPool& /*pool*/) const {
  throw UserError("this model is no autoencoder: it has no reconstruction error");
}

Frame Model::DeepFeatures(const Frame& /*frame*/, int64_t /*layer*/, ThreadPool& /*pool*/) const {
  throw UserError("this model is no net: it has no hidden layers");
}

std::shared_ptr<const Model> LoadModel(const std::string& path) {
  return ReadModel(ModelFile::Load(path));
}

std::shared_ptr<const Model> ReadModel(const ModelFile& file) {
  const Json* algo = file.description().as_object().if_contains("algo");
  const std::string name =
      algo != nullptr && algo->is_string() ? std::string(algo->as_string()) : "";
  // The list of kinds of models.
  if (name == DeepLearningModel::kAlgo) return DeepLearningModel::FromFile(file);
  throw UserError(fmt::format("{}: unknown kind of model '{}'", file.name(), name));
}

}  // namespace thalweg
