#include "learn/deeplearning/trainer.h"

#include <fmt/format.h>

#include <chrono>
#include <random>

#include "base/text.h"
#include "learn/deeplearning/checkpoint.h"
#include "learn/deeplearning/optimizer_choice.h"
#include "learn/deeplearning/trainer_options.h"
#include "learn/deeplearning/training_data.h"
#include "learn/deeplearning/training_loop.h"

namespace thalweg {
namespace {

// Whatever the other ranks do.
bool OneTrains(const DeepLearningParams& p) {
  return p.single_node_mode || (p.reproducible && p.averaging != Averaging::kGradients);
}

// What the user asked for, with what stands for "choose" filled in.
DeepLearningParams Resolve(DeepLearningParams params, const TrainingData& data) {
  CheckParams(params, data);
  ResolveOptimizer(params);
  if (params.seed < 0) params.seed = DrawSeed();
  if (params.mini_batch_size == 0) {
    size_t weights = 0;
    size_t inputs = data.encoder->shape().units();
    for (int64_t units : params.hidden) {
      weights += inputs * static_cast<size_t>(units);
      inputs = static_cast<size_t>(units);
    }
    params.mini_batch_size = ChooseMiniBatchSize(data.shared_training.total, weights);
  }
  return params;
}

}  // namespace

bool SharesRows(const DeepLearningParams& params, const Communicator* ranks) {
  return !params.replicate_training_data && ranks != nullptr && ranks->size() > 1 &&
         params.averaging != Averaging::kGradients && !OneTrains(params);
}

int64_t DrawSeed() {
  std::random_device device;
  return static_cast<int64_t>((uint64_t{device()} << 32 | device()) >> 1);
}

int64_t ChooseMiniBatchSize(size_t rows, size_t weights) {
  if (rows < 1000) return 8;
  return weights <= 1'000'000 ? 32 : 64;
}

std::vector<FieldError> CheckDeepLearning(const DeepLearningParams& params,
                                          const TrainingFrames& frames) {
  std::vector<FieldError> errors;
  CollectFieldErrors(errors, [&] { CheckColumns(params, *frames.training); });
  // What goes on has its response from before.
  if (errors.empty() && params.checkpoint.empty()) {
    CollectFieldErrors(errors, [&] { PlanForFrame(params, *frames.training); });
  }
  CheckParams(params, HasClasses(params, *frames.training), errors);
  return errors;
}

TrainingOutcome TrainDeepLearning(const DeepLearningParams& params, const TrainingFrames& frames,
                                  ThreadPool& pool, const WorkContext& context,
                                  Communicator* ranks) {
  const Stopwatch clock;
  if (ranks != nullptr && OneTrains(params)) {
    if (ranks->rank() != 0) return {};
    ranks = nullptr;
  }
  std::shared_ptr<const DeepLearningModel> previous;
  DeepLearningParams resolved = params;
  if (ranks != nullptr && resolved.seed < 0) {
    resolved.seed = *ParseInt(ranks->Broadcast(std::to_string(DrawSeed()), 0));
  }
  previous = KeptByLeader(frames.kept, ranks);
  if (previous && frames.kept != nullptr && context.progress != nullptr) {
    const std::chrono::duration<double> lost = std::chrono::steady_clock::now() - frames.kept->when;
    context.progress->Warn(
        fmt::format("training goes on where it was {} before", HumanDuration(lost.count())));
  }
  if (!previous && !params.checkpoint.empty()) {
    previous = LoadCheckpoint(params.checkpoint, frames);
  }
  if (previous) resolved = Continue(params, *previous);
  TrainingData data = PrepareTrainingData(resolved, frames, previous.get(), pool,
                                          SharesRows(resolved, ranks) ? ranks : nullptr);
  resolved = Resolve(resolved, data);
  return TrainingLoop(resolved, frames, data, previous.get(), ranks, pool, context, clock).Run();
}

}  // namespace thalweg
