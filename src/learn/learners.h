// The list of learners, and what each looks like to those that do not know its parameters' type.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "base/params.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"
#include "models/model.h"

namespace thalweg {

struct TrainingFrames {
  const Frame* training = nullptr;
  const Frame* validation = nullptr;  // may be null
  // The frames that parameters name, such as initial_weights.
  std::map<std::string, const Frame*> named = {};
  // The models that parameters name, such as checkpoint; a name that is not here is a file's.
  std::map<std::string, std::shared_ptr<const Model>> models = {};
  // Where it may have to begin again, as a rank was lost: training leaves here a model to go on
  // with, and goes on with one that it finds. Null: not wanted, or another rank than 0.
  KeptModel* kept = nullptr;
};

struct CrossValidationOutcome;

// What is left after training, beside the model.
struct TrainingOutcome {
  std::shared_ptr<const Model> model;
  bool interrupted = false;
  bool out_of_time = false;  // max_runtime_secs ended it, or the training of a fold
  std::string stop_reason;   // why training ended, e.g. "all epochs are done"
  double epochs = 0;         // trained
  double kept_epochs = 0;    // after which the model was the best, and kept
  int64_t samples = 0;
  double seconds = 0;             // of training, scoring included
  double scoring_seconds = 0;     // of these
  double samples_per_second = 0;  // without the time for scoring
  Metrics training_metrics;
  std::optional<Metrics> validation_metrics;
  std::shared_ptr<const CrossValidationOutcome> cross_validation;  // null: there was none
  // With export_weights_and_biases: one per layer, as models/weight_frames.h has them; else empty.
  std::vector<std::shared_ptr<const Frame>> weights;
  std::vector<std::shared_ptr<const Frame>> biases;
  std::shared_ptr<const Json> scoring_history;  // array of objects, one per scoring
  std::shared_ptr<const Json> parameters;       // as used
  std::shared_ptr<const Json> memory;           // object: bytes planned, by what they are for
  std::vector<std::string> warnings;
};

class Learner {
 public:
  virtual ~Learner() = default;
  virtual std::string name() const = 0;
  virtual const ParamSchema& schema() const = 0;
  // A fresh struct of parameters, to be filled through the schema.
  virtual std::shared_ptr<void> NewParams() const = 0;
  virtual std::shared_ptr<void> CopyParams(const void* params) const = 0;
  // What is wrong with parameters as far as it shows without reading a cell: all of it.
  virtual std::vector<FieldError> Check(const void* params, const TrainingFrames& frames) const = 0;
  // Whether Train takes training and validation frames in parts, too, one part on each rank
  // (mapreduce/frame_parts.h), as each rank trains on rows of its own.
  virtual bool SharesRows(const void* /*params*/, const Communicator* /*ranks*/) const {
    return false;
  }
  // `ranks`: a collective of ranks that all have these parameters and whole frames (or parts, where
  // SharesRows says so); null: this rank alone. Only rank 0's outcome has a model. Each fold is
  // trained by one of the ranks, and is the same whichever it is; then all train the main model.
  virtual TrainingOutcome Train(const void* params, const TrainingFrames& frames, ThreadPool& pool,
                                const WorkContext& context,
                                Communicator* ranks = nullptr) const = 0;
};

std::vector<std::string> LearnerNames();
// UserError that names the nearest if there is none of this name.
const Learner& FindLearner(const std::string& name);

}  // namespace thalweg
