#include "learn/learners.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "learn/deeplearning/trainer.h"

namespace thalweg {
namespace {

// A learner out of its parameters and its training function.
template <class Params>
class DeclaredLearner : public Learner {
 public:
  using Function = TrainingOutcome (*)(const Params&, const TrainingFrames&, ThreadPool&,
                                       const WorkContext&);
  DeclaredLearner(std::string name, Function train) : name_(std::move(name)), train_(train) {}

  std::string name() const override { return name_; }
  const ParamSchema& schema() const override { return SchemaOf<Params>(); }
  std::shared_ptr<void> NewParams() const override { return std::make_shared<Params>(); }
  TrainingOutcome Train(const void* params, const TrainingFrames& frames, ThreadPool& pool,
                        const WorkContext& context) const override {
    return train_(*static_cast<const Params*>(params), frames, pool, context);
  }

 private:
  std::string name_;
  Function train_;
};

// The list.
const std::vector<std::unique_ptr<Learner>>& Learners() {
  static const auto learners = [] {
    std::vector<std::unique_ptr<Learner>> list;
    list.push_back(
        std::make_unique<DeclaredLearner<DeepLearningParams>>("deeplearning", TrainDeepLearning));
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
