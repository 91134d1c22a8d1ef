// The parameters of deep learning, each declared once, in parts by what they are about. Names and
// defaults are H2O's, but for mini_batch_size (0 here, 1 there), rate (0 here, which is 0.005 for
// sgd as there) and shuffle_training_data (true here).
#pragma once

#include <tuple>

#include "learn/cross_validation/params.h"
#include "learn/deeplearning/params/data_params.h"
#include "learn/deeplearning/params/explain_params.h"
#include "learn/deeplearning/params/metrics_params.h"
#include "learn/deeplearning/params/net_params.h"
#include "learn/deeplearning/params/optimizer_params.h"
#include "learn/deeplearning/params/rank_params.h"
#include "learn/deeplearning/params/result_params.h"
#include "learn/deeplearning/params/run_params.h"
#include "learn/deeplearning/params/scoring_params.h"

namespace thalweg {

struct DeepLearningParams : DataParams,
                            NetParams,
                            OptimizerParams,
                            RunParams,
                            RankParams,
                            ResultParams,
                            ScoringParams,
                            MetricsParams,
                            ExplainParams,
                            CrossValidationParams {
  using Parts =
      std::tuple<DataParams, NetParams, OptimizerParams, RunParams, RankParams, ResultParams,
                 ScoringParams, MetricsParams, ExplainParams, CrossValidationParams>;
};

}  // namespace thalweg
