#include "learn/learners.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/error.h"
#include "base/json.h"
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
  using SharesFunction = bool (*)(const Params&, const Communicator*);
  DeclaredLearner(std::string name, Function train, CheckFunction check, SharesFunction shares)
      : name_(std::move(name)), train_(train), check_(check), shares_(shares) {}

  std::string name() const override { return name_; }
  const ParamSchema& schema() const override { return SchemaOf<Params>(); }
  std::shared_ptr<void> NewParams() const override { return std::make_shared<Params>(); }
  std::shared_ptr<void> CopyParams(const void* params) const override {
    return std::make_shared<Params>(*static_cast<const Params*>(params));
  }
  std::vector<FieldError> Check(const void* params, const TrainingFrames& frames) const override {
    return check_(*static_cast<const Params*>(params), frames);
  }
  bool SharesRows(const void* params, const Communicator* ranks) const override {
    const auto& p = *static_cast<const Params*>(params);
    // Folds are made of whole frames.
    return p.nfolds == 0 && p.fold_column.empty() && shares_(p, ranks);
  }
  TrainingOutcome Train(const void* params, const TrainingFrames& frames, ThreadPool& pool,
                        const WorkContext& context, Communicator* ranks) const override {
    const auto& p = *static_cast<const Params*>(params);
    if (p.nfolds == 0 && p.fold_column.empty()) return train_(p, frames, pool, context, ranks);
    return TrainWithFolds(p, frames, pool, context, ranks);
  }

 private:
  TrainingOutcome TrainWithFolds(const Params& given, const TrainingFrames& frames,
                                 ThreadPool& pool, const WorkContext& context,
                                 Communicator* ranks) const {
    const bool leads = ranks == nullptr || ranks->rank() == 0;
    Params params = ForCrossValidation(given);
    // As when it began for the first time: a seed may have been drawn.
    constexpr const char* kParameters = "parameters";
    const bool again = frames.kept != nullptr && frames.kept->parts.contains(kParameters);
    if (again) params = FromText(frames.kept->parts[kParameters]);
    params = AsOfLeader(params, ranks);
    if (frames.kept != nullptr) frames.kept->parts[kParameters] = ToText(params);
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
    used.training = drop(frames.training);
    used.validation = drop(frames.validation);
    Communicator* const sharing = MayShareFolds(params) ? ranks : nullptr;
    FoldTrainers trainers;
    trainers.parallel = ParallelFolds(*used.training, folds.count, pool.size());
    auto at_once = static_cast<int64_t>(trainers.parallel);
    if (sharing != nullptr) sharing->AllReduceSum(std::span<int64_t>(&at_once, 1));
    // Of the time: folds side by side have one together, the main model has one.
    const size_t side_by_side = std::min(folds.count, static_cast<size_t>(at_once));
    const size_t shares = (folds.count + side_by_side - 1) / side_by_side + 1;
    trainers.fold = [&](size_t fold, const TrainingFrames& own, ThreadPool& threads,
                        const WorkContext& work) {
      return train_(ForFold(params, fold, shares), own, threads, work, nullptr);
    };
    if (!leads) {
      if (sharing != nullptr) ServeFolds(folds, used, trainers, pool, context, *sharing);
      return train_(AsOfLeader(params, ranks), used, pool, context, ranks);
    }
    std::optional<RankWorkers> others(sharing);
    trainers.others = &*others;
    trainers.kept = frames.kept;
    trainers.main = [&](const std::vector<TrainingOutcome>& outcomes, const TrainingFrames& all) {
      others.reset();
      const Params own = AsOfLeader(ForMainModel(params, outcomes, shares), ranks);
      return train_(own, all, pool, context, ranks);
    };
    return CrossValidate(params, folds, used, trainers, pool, context);
  }

  // What rank 0 has, on all.
  static Params AsOfLeader(const Params& params, Communicator* ranks) {
    if (ranks == nullptr || ranks->size() == 1) return params;
    return FromText(ranks->Broadcast(ToText(params), 0));
  }
  static std::string ToText(const Params& params) {
    return FormatJson(SchemaOf<Params>().ToJson(&params));
  }
  static Params FromText(const std::string& text) {
    Params params;
    SchemaOf<Params>().FromJson(ParseJson(text, "parameters"), &params);
    return params;
  }

  std::string name_;
  Function train_;
  CheckFunction check_;
  SharesFunction shares_;
};

// The list.
const std::vector<std::unique_ptr<Learner>>& Learners() {
  static const auto learners = [] {
    std::vector<std::unique_ptr<Learner>> list;
    list.push_back(std::make_unique<DeclaredLearner<DeepLearningParams>>(
        "deeplearning", TrainDeepLearning, CheckDeepLearning, SharesRows));
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
