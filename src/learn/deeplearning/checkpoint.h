// Going on with a training: what a saved model keeps of it, and what may be changed.
//
// The model file of a net holds, beside the net to score with, the weights as they were last (which
// need not be the best), the optimizer's state and the progress. With `reproducible` the progress
// holds no reading of a clock, so that equal trainings make equal files.
#pragma once

#include <memory>
#include <string>

#include "learn/deeplearning/net.h"
#include "learn/deeplearning/params.h"
#include "learn/learners.h"
#include "models/deeplearning_model.h"

namespace thalweg {

// Where a training stands, counted over all its parts.
struct TrainingProgress {
  uint64_t samples = 0;
  double epochs = 0;
  uint64_t rows = 0;  // of the training frame
  // All epochs had so many rows: the place within the epoch follows from the samples.
  bool counted_alike = true;
  int64_t iterations = 0;
  double seconds = 0;
  int returns = 0;  // to the last good state, each of which halved the rate
};

// The model of this name among the frames' models, or in a file, to go on with. FieldErrors names
// `checkpoint` where it cannot be.
std::shared_ptr<const DeepLearningModel> LoadCheckpoint(const std::string& name,
                                                        const TrainingFrames& frames = {});

// The parameters with what stands for "choose" (seed, mini_batch_size) as in the model. Throws
// FieldErrors that name every parameter which differs and must not: those of the net's shape, of
// what its inputs and outputs mean, of the kind of optimizer, and of how weights start. Everything
// else may change.
DeepLearningParams Continue(DeepLearningParams params, const DeepLearningModel& model);

// A collective where `ranks` is not null: what rank 0 finds at `kept` (which may be null) of a
// training that was cut off, on all ranks; null where there is nothing.
std::shared_ptr<const DeepLearningModel> KeptByLeader(const KeptModel* kept, Communicator* ranks);

// `scores` is what ScoreKeeper::ToJson gave.
std::shared_ptr<const TrainingSnapshot> TakeSnapshot(const TrainingProgress& progress,
                                                     const Json& scores, bool reproducible,
                                                     Net<float>& net, Optimizer<float>& optimizer);
// Weights and the optimizer's state; FieldErrors where they do not fit.
TrainingProgress RestoreSnapshot(const TrainingSnapshot& snapshot, Net<float>& net,
                                 Optimizer<float>& optimizer);

// Makes the folder export_checkpoints_dir if it is not there, and removes what processes that were
// killed left half written there. FieldErrors where that cannot be.
void PrepareExport(const DeepLearningParams& params);
// Writes <model_id>.thalweg, or deeplearning.thalweg, there, whole or not at all.
void ExportCheckpoint(const DeepLearningModel& model, const DeepLearningParams& params);

}  // namespace thalweg
