// What every trained model can do.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json_fwd.h"
#include "base/thread_pool.h"
#include "frame/frame.h"
#include "models/explain/variable_importance.h"
#include "models/metrics.h"

namespace thalweg {

class ModelFile;

struct ScoringOptions {
  // More than two classes; nothing: as in training.
  std::optional<AucType> auc_type = std::nullopt;
  // Two classes: errors are those at the threshold of the largest F1 on these rows, not those of
  // the labels that the model gives.
  bool best_threshold = false;
};

// Immutable after training. Thread rule: any number of threads may predict at the same time, each
// with a pool of its own.
class Model {
 public:
  virtual ~Model() = default;

  // "deeplearning", …
  virtual std::string algo() const = 0;
  // Empty: an autoencoder.
  virtual const std::string& response() const = 0;
  // Levels of a categorical response, in the order of the probabilities; else none.
  virtual std::vector<std::string> domain() const { return {}; }
  // Columns that predictions depend on.
  virtual std::vector<std::string> predictors() const = 0;

  // Name and type of the predictors in the training frame, and of a categorical response whose
  // levels are not numbers: what a reader of new rows should take these columns for.
  virtual std::vector<std::pair<std::string, ColumnType>> TrainedTypes() const = 0;

  // One row per row of `frame`. Autoencoders: columns reconstr_<input>. Others: column `predict` (a
  // level, or a number), and for classification one column of probabilities per level, named by the
  // level. Columns are found by name; a predictor that is not there is a UserError, levels never
  // seen in training count as such.
  virtual Frame Predict(const Frame& frame, ThreadPool& pool) const = 0;
  // Metrics on a frame that has the response; UserError where it is not there.
  virtual Metrics Score(const Frame& frame, ThreadPool& pool) const = 0;
  // The same with other options than those of the training.
  virtual Metrics ScoreWith(const ScoringOptions& options, const Frame& frame,
                            ThreadPool& pool) const;
  // Autoencoders: how far each row is from what the model makes of it, in columns
  // Reconstruction.MSE (the mean over its inputs, on their scale) and, where per_feature,
  // reconstr_<input>.SE. UserError for others.
  virtual Frame ReconstructionErrors(const Frame& frame, bool per_feature, ThreadPool& pool) const;
  // Nets: what the units of a hidden layer, counted from 1, come out as: columns DF.L<layer>.C1, ….
  // UserError where there is no such layer.
  virtual Frame DeepFeatures(const Frame& frame, int64_t layer, ThreadPool& pool) const;
  // Columns that scoring needs beside the predictors, where a frame has them: the response,
  // weights.
  virtual std::vector<std::string> ScoredBy() const { return {response()}; }
  // Metrics of predictions that this model has made before: what ScoreWith comes to, to the bit.
  // They are as Predict gives them, of autoencoders as ReconstructionErrors without features. Of
  // the frame, the response and weights are used.
  virtual Metrics ScorePredictions(const ScoringOptions& options, const Frame& predictions,
                                   const Frame& frame, ThreadPool& pool) const = 0;
  // Atomically; see model_file.h.
  virtual void Save(const std::string& path) const = 0;
  // What Save writes.
  virtual std::string Bytes() const = 0;
  // The JSON object of the parameters as used in training.
  virtual const Json& parameters() const = 0;
  // For a person or a report: kind, sizes, inputs.
  virtual Json Summary() const = 0;
  // As found at training, in descending order; empty where there are none.
  virtual std::vector<VariableImportance> variable_importances() const { return {}; }
};

// What is there of a training already, to go on with should it have to begin again.
struct KeptModel {
  std::shared_ptr<const Model> model = nullptr;  // rank 0's; null: none
  std::string bytes = {};                        // of the model, where all ranks have one
  std::chrono::steady_clock::time_point when = {};
  // All ranks have one: each of them may be the one that goes on.
  bool on_all_ranks = false;
  // What else is done already, such as folds, by the names of who left it.
  std::map<std::string, std::string> parts = {};
};

// Any saved model. UserError where the file cannot be used.
std::shared_ptr<const Model> LoadModel(const std::string& path);
// The same for a file that has been read.
std::shared_ptr<const Model> ReadModel(const ModelFile& file);

}  // namespace thalweg
