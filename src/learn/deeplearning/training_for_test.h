// For tests: a frame that a net can learn from, and a training on it.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "base/random.h"
#include "cluster/local/local_ranks.h"
#include "cluster/local/test_ranks_for_test.h"
#include "frame/chunk_builder.h"
#include "learn/deeplearning/trainer.h"

namespace thalweg {

// Two moons of a kind, a categorical column that matters, a constant one, some missing cells; class
// and value follow from the others.
inline Frame MakeFrame(size_t rows, uint64_t seed) {
  Random random(seed);
  std::vector<double> x(rows), y(rows), same(rows, 3), value(rows);
  std::vector<int64_t> level(rows), label(rows);
  for (size_t r = 0; r < rows; ++r) {
    x[r] = random.Uniform(-2, 2);
    y[r] = random.Uniform(0, 50);
    level[r] = static_cast<int64_t>(random.Below(3));
    value[r] = 100 + 10 * (std::sin(2 * x[r]) + (level[r] == 1 ? 1 : 0) + y[r] / 50);
    label[r] = value[r] > 110 ? 1 : 0;
    if (r % 17 == 3) x[r] = kMissingReal;
    if (r % 19 == 4) level[r] = kMissingInt;
    if (r % 101 == 5) label[r] = kMissingInt, value[r] = kMissingReal;
  }
  std::vector<int64_t> starts;
  std::vector<std::vector<ChunkPtr>> chunks(6);
  for (size_t i = 0; i < rows; i += 70) {
    const size_t n = std::min<size_t>(70, rows - i);
    starts.push_back(static_cast<int64_t>(i));
    chunks[0].push_back(EncodeReals(std::span(x).subspan(i, n)));
    chunks[1].push_back(EncodeReals(std::span(y).subspan(i, n)));
    chunks[2].push_back(EncodeReals(std::span(same).subspan(i, n)));
    chunks[3].push_back(EncodeIntegers(std::span<const int64_t>(level).subspan(i, n)));
    chunks[4].push_back(EncodeIntegers(std::span<const int64_t>(label).subspan(i, n)));
    chunks[5].push_back(EncodeReals(std::span(value).subspan(i, n)));
  }
  starts.push_back(static_cast<int64_t>(rows));
  const auto levels = std::make_shared<Domain>(std::vector<std::string>{"a", "b", "c"});
  const auto labels = std::make_shared<Domain>(std::vector<std::string>{"no", "yes"});
  std::vector<ColumnPtr> columns;
  const ColumnType types[] = {ColumnType::kReal,        ColumnType::kReal,
                              ColumnType::kReal,        ColumnType::kCategorical,
                              ColumnType::kCategorical, ColumnType::kReal};
  for (size_t c = 0; c < 6; ++c) {
    columns.push_back(std::make_shared<Column>(types[c], chunks[c],
                                               c == 3 ? levels : (c == 4 ? labels : nullptr)));
  }
  return Frame(std::make_shared<Layout>(starts), {"x", "y", "same", "level", "label", "value"},
               columns);
}

inline DeepLearningParams Classify() {
  DeepLearningParams params;
  params.response_column = "label";
  params.ignored_columns = {"value"};
  params.hidden = {32, 16};
  params.epochs = 20;
  params.seed = 42;
  return params;
}

inline DeepLearningParams Regress() {
  DeepLearningParams params = Classify();
  params.response_column = "value";
  params.ignored_columns = {"label"};
  return params;
}

// The outcome of the leader of the test's ranks (cluster/local/test_ranks_for_test.h), who all have
// the same frames, and pools as large as this one.
inline TrainingOutcome TrainOnTestRanks(const DeepLearningParams& params,
                                        const TrainingFrames& frames, ThreadPool& pool,
                                        const WorkContext& context = {}) {
  if (TestRanks() == 1) return TrainDeepLearning(params, frames, pool, context);
  TrainingOutcome outcome;
  RunLocalRanks(TestRanks(), [&](Communicator& ranks) {
    ThreadPool own(pool.size());
    const bool leads = ranks.rank() == 0;
    TrainingOutcome mine = TrainDeepLearning(
        params, frames, own,
        {.progress = leads ? context.progress : nullptr, .cancel = context.cancel}, &ranks);
    if (leads) outcome = std::move(mine);
  });
  return outcome;
}

inline TrainingOutcome Train(const DeepLearningParams& params, size_t threads = 2,
                             const CancelToken* cancel = nullptr,
                             ProgressListener* progress = nullptr) {
  static const Frame training = MakeFrame(2000, 1);
  static const Frame validation = MakeFrame(500, 2);
  ThreadPool pool(threads);
  return TrainOnTestRanks(params, {&training, &validation}, pool,
                          {.progress = progress, .cancel = cancel});
}

}  // namespace thalweg
