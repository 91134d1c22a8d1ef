// Functions that H2O's clients know and that need what is not there.
#include "base/error.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

struct Missing {
  std::string_view function;
  std::string_view why;
};

constexpr Missing kMissing[] = {
    {"grouped_permute", "permutations within groups are not there"},
    {"mojo.pipeline.transform", "pipelines of other programs (MOJO) are not run"},
    {"result", "it needs the learners model selection or ANOVA GLM, which are not there yet"},
    {"rulefit.predict.rules", "it needs the learner RuleFit, which is not there yet"},
    {"run_tool", "the server runs no code that a client names"},
    {"segment_models_as_frame", "training by segments is not there yet"},
    {"set.calibration.model", "it needs learners of trees, which are not there yet"},
    {"transform", "it needs the learner GLRM, which is not there yet"},
    {"tree.update.weights", "it needs learners of trees, which are not there yet"},
    {"word2vec.to.frame", "it needs the learner Word2Vec, which is not there yet"},
};

}  // namespace

Value NotAvailable(const Arguments& arguments, Evaluator& /*evaluator*/) {
  for (const Missing& missing : kMissing) {
    if (missing.function != arguments.function()) continue;
    throw UserError("(" + std::string(missing.function) + " …): " + std::string(missing.why));
  }
  throw InternalError("a function without a reason");
}

}  // namespace thalweg::internal
