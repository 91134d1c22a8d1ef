#include "learn/deeplearning/score_over_ranks.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "cluster/local/local_ranks.h"
#include "learn/deeplearning/training_for_test.h"
#include "models/deeplearning_model.h"
#include "models/frame_stretches.h"

namespace thalweg {
namespace {

void ExpectTheSameOnRanks(DeepLearningParams params) {
  params.epochs = 1;
  const TrainingOutcome outcome = Train(params);
  const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
  for (const size_t rows : {2000, 300, 3}) {
    const Frame frame = MakeFrame(rows, 5);
    ThreadPool pool(2);
    const FeatureBinding binding(model.encoder(), frame);
    const RowStore store(binding, 0, frame.rows(), {}, pool);
    ActualResponses actual;
    if (!params.autoencoder) {
      actual =
          ReadResponses(frame, frame.IndexOf(model.response()), model.scale(), 0, frame.rows());
    }
    actual.weights.assign(rows, 0.5);
    // Not all rows, and not in their order.
    std::vector<uint32_t> chosen;
    for (size_t i = 0; i < rows; i += 2) chosen.push_back(static_cast<uint32_t>(rows - 1 - i));
    const auto score = [&](Communicator* ranks) {
      ThreadPool own(2);
      return ScoreOverRanks(model.network(), model.scale(), store, actual, chosen, own, ranks);
    };
    const std::string want = FormatJson(score(nullptr).ToJson());
    for (const int size : {1, 2, 3, 7}) {
      RunLocalRanks(size, [&](Communicator& ranks) {
        const Metrics metrics = score(&ranks);
        if (ranks.rank() != 0) return;
        EXPECT_EQ(FormatJson(metrics.ToJson()), want) << size;
      });
    }
  }
}

TEST(ScoreOverRanks, OfTwoClasses) { ExpectTheSameOnRanks(Classify()); }

TEST(ScoreOverRanks, OfManyClasses) {
  DeepLearningParams params = Classify();
  params.response_column = "level";
  params.auc_type = AucType::kMacroOvr;
  ExpectTheSameOnRanks(params);
}

TEST(ScoreOverRanks, OfNumbers) { ExpectTheSameOnRanks(Regress()); }

TEST(ScoreOverRanks, OfAutoencoders) {
  DeepLearningParams params = Classify();
  params.response_column = "";
  params.ignored_columns = {};
  params.autoencoder = true;
  ExpectTheSameOnRanks(params);
}

void ExpectJudgedAlike(DeepLearningParams params) {
  params.epochs = 1;
  const TrainingOutcome outcome = Train(params);
  const Frame frame = MakeFrame(20'000, 5);  // more than a stretch
  ThreadPool pool(2);
  const Frame predictions = params.autoencoder
                                ? outcome.model->ReconstructionErrors(frame, false, pool)
                                : outcome.model->Predict(frame, pool);
  for (const bool best : {false, true}) {
    const ScoringOptions how{.best_threshold = best};
    EXPECT_EQ(FormatJson(outcome.model->ScorePredictions(how, predictions, frame, pool).ToJson()),
              FormatJson(outcome.model->ScoreWith(how, frame, pool).ToJson()));
  }
}

TEST(ScorePredictions, IsWhatScoringComesTo) {
  ExpectJudgedAlike(Classify());
  ExpectJudgedAlike(Regress());
  DeepLearningParams params = Classify();
  params.response_column = "level";
  ExpectJudgedAlike(params);
  params.response_column = "";
  params.ignored_columns = {};
  params.autoencoder = true;
  ExpectJudgedAlike(params);
}

}  // namespace
}  // namespace thalweg
