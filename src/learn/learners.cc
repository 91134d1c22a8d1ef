#include "learn/learners.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "learn/cross_validation/cross_validation.h"
#include "learn/deeplearning/fold_params.h"
#include "learn/deeplearning/trainer.h"

namespace thalweg {
namespace {

// A learner out of its parameters and its training function.
template <class Params>
class DeclaredLearner : public Learner {
 public:
  using Function = TrainingOutcome (*)(const Params&, const TrainingFrames&, ThreadPool&,
                                       const WorkContext&, Communicator*);
  using CheckFunction = std::vector<FieldError> (*)(const Params&, const TrainingFrames&);
  DeclaredLearner(std::string name, Function train, CheckFunction check)
      : name_(std::move(name)), train_(train), check_(check) {}

  std::string name() const override { return name_; }
  const ParamSchema& schema() const override { return SchemaOf<Params>(); }
  std::shared_ptr<void> NewParams() const override { return std::make_shared<Params>(); }
  std::shared_ptr<void> CopyParams(const void* params) const override {
    return std::make_shared<Params>(*static_cast<const Params*>(params));
  }
  std::vector<FieldError> Check(const void* params, const TrainingFrames& frames) const override {
    return check_(*static_cast<const Params*>(params), frames);
  }
  TrainingOutcome Train(const void* params, const TrainingFrames& frames, ThreadPool& pool,
                        const WorkContext& context, Communicator* ranks) const override {
    const auto& p = *static_cast<const Params*>(params);
    if (p.nfolds == 0 && p.fold_column.empty()) return train_(p, frames, pool, context, ranks);
    if (ranks != nullptr && ranks->rank() != 0) return {};
    return TrainWithFolds(p, frames, pool, context);
  }

 private:
  TrainingOutcome TrainWithFolds(const Params& given, const TrainingFrames& frames,
                                 ThreadPool& pool, const WorkContext& context) const {
    const Params params = ForCrossValidation(given);
    const Folds folds =
        AssignFolds(params, *frames.training, params.response_column, FoldSeed(params));
    std::vector<Frame> without;
    const auto drop = [&](const Frame* frame) -> const Frame* {
      if (frame == nullptr) return nullptr;
      const std::optional<size_t> column = frame->Find(params.fold_column);
      if (!column) return frame;
      without.push_back(frame->Without(std::array{*column}));
      return &without.back();
    };
    without.reserve(2);
    TrainingFrames used = frames;
    used.kept = nullptr;
    used.training = drop(frames.training);
    used.validation = drop(frames.validation);
    const size_t parallel = ParallelFolds(*used.training, folds.count, pool.size());
    // Of the time: folds side by side have one together, the main model has one.
    const size_t shares = (folds.count + parallel - 1) / parallel + 1;
    return CrossValidate(
        params, folds, used,
        {.parallel = parallel,
         .fold =
             [&](size_t fold, const TrainingFrames& own, ThreadPool& threads,
                 const WorkContext& work) {
               return train_(ForFold(params, fold, shares), own, threads, work, nullptr);
             },
         .main =
             [&](const std::vector<TrainingOutcome>& outcomes, const TrainingFrames& all) {
               return train_(ForMainModel(params, outcomes, shares), all, pool, context, nullptr);
             }},
        pool, context);
  }

  std::string name_;
  Function train_;
  CheckFunction check_;
};

// The list.
const std::vector<std::unique_ptr<Learner>>& Learners() {
  static const auto learners = [] {
    std::vector<std::unique_ptr<Learner>> list;
    list.push_back(std::make_unique<DeclaredLearner<DeepLearningParams>>(
        "deeplearning", TrainDeepLearning, CheckDeepLearning));
    return list;
  }();
  return learners;
}

}  // namespace

std::vector<std::string> LearnerNames() {
  std::vector<std::string> names;
  for (const auto& learner : Learners()) names.push_back(learner->name());
  return names;
}

const Learner& FindLearner(const std::string& name) {
  for (const auto& learner : Learners()) {
    if (learner->name() == name) return *learner;
  }
  const std::string nearest = NearestWord(name, LearnerNames());
  throw UserError(fmt::format("no learner '{}'{}", Printable(name),
                              nearest.empty() ? "; there are: " + Join(LearnerNames(), ", ")
                                              : "; did you mean " + nearest + "?"));
}

}  // namespace thalweg
