#include "learn/deeplearning/fold_params.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/random.h"
#include "learn/deeplearning/trainer.h"

namespace thalweg {

DeepLearningParams ForCrossValidation(DeepLearningParams params) {
  if (!params.checkpoint.empty()) {
    throw FieldErrors(std::vector<FieldError>{
        {"checkpoint", "cannot be cross-validated: it has seen the rows held out"}});
  }
  if (params.autoencoder) {
    throw FieldErrors(
        std::vector<FieldError>{{params.fold_column.empty() ? "nfolds" : "fold_column",
                                 "an autoencoder has no response to be cross-validated"}});
  }
  if (params.seed < 0) params.seed = DrawSeed();
  return params;
}

uint64_t FoldSeed(const DeepLearningParams& params) {
  constexpr uint64_t kStream = 101;
  return Random(static_cast<uint64_t>(params.seed), {kStream}).Next();
}

bool MayShareFolds(const DeepLearningParams& params) {
  return !params.single_node_mode && params.export_checkpoints_dir.empty();
}

DeepLearningParams ForFold(DeepLearningParams params, size_t fold, size_t shares) {
  if (!params.export_checkpoints_dir.empty()) {
    params.export_checkpoints_dir += fmt::format("/cv_{}", fold + 1);
  }
  if (!params.model_id.empty()) params.model_id += fmt::format("_cv_{}", fold + 1);
  params.export_weights_and_biases = false;
  params.max_runtime_secs /= static_cast<double>(shares);
  return params;
}

DeepLearningParams ForMainModel(DeepLearningParams params,
                                const std::vector<TrainingOutcome>& folds, size_t shares) {
  params.overwrite_with_best_model = false;
  if (params.stopping_rounds == 0 && params.max_runtime_secs == 0) return params;
  params.stopping_rounds = 0;
  params.max_runtime_secs /= static_cast<double>(shares);
  double sum = 0;
  for (const TrainingOutcome& fold : folds) sum += fold.kept_epochs;
  params.epochs = sum / static_cast<double>(folds.size());
  return params;
}

}  // namespace thalweg
