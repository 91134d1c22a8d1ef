// How long does it take to measure a million scored rows, on one core and on two?
#include <benchmark/benchmark.h>

#include <array>
#include <cmath>

#include "base/random.h"
#include "base/thread_pool.h"
#include "models/metrics/classification_accumulator.h"
#include "models/metrics/regression_accumulator.h"

namespace thalweg {
namespace {

constexpr size_t kRows = 1'000'000;
constexpr size_t kBlock = 256;  // as scoring does

std::vector<float> RandomScores(size_t classes) {
  Random random(1);
  std::vector<float> scores(kRows * classes);
  for (size_t r = 0; r < kRows; ++r) {
    double sum = 0;
    for (size_t k = 0; k < classes; ++k) {
      const double e = std::exp(random.Normal() * 2 + (k == r % classes ? 1 : 0));
      scores[r * classes + k] = static_cast<float>(e);
      sum += e;
    }
    for (size_t k = 0; k < classes; ++k) scores[r * classes + k] /= static_cast<float>(sum);
  }
  return scores;
}

void Classification(benchmark::State& state, size_t classes, AucType auc) {
  const std::vector<float> scores = RandomScores(classes);
  const std::vector<std::string> levels(classes, "level");
  for (auto _ : state) {
    const ClassificationAccumulator none(classes, {.auc_type = auc});
    ClassificationAccumulator all = none;
    for (size_t begin = 0; begin < kRows; begin += kBlock) {
      ClassificationAccumulator part = none;
      for (size_t r = begin; r < std::min(kRows, begin + kBlock); ++r) {
        part.Add(static_cast<int64_t>(r % classes),
                 std::span(scores).subspan(r * classes, classes));
      }
      all.Merge(part);
    }
    benchmark::DoNotOptimize(all.Finish(levels));
  }
}

// As ScoreMetrics does it: blocks on all threads of a pool, then their accumulators in their order.
void BinomialBlocks(benchmark::State& state) {
  const std::vector<float> scores = RandomScores(2);
  const std::vector<std::string> levels(2, "level");
  ThreadPool pool(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    ClassificationAccumulator all(2);
    std::vector<ClassificationAccumulator> parts((kRows + kBlock - 1) / kBlock, all);
    pool.Run(parts.size(), [&](size_t block, size_t /*thread*/) {
      for (size_t r = block * kBlock; r < std::min(kRows, (block + 1) * kBlock); ++r) {
        parts[block].Add(static_cast<int64_t>(r % 2), std::span(scores).subspan(2 * r, 2));
      }
    });
    for (const ClassificationAccumulator& part : parts) all.Merge(part);
    benchmark::DoNotOptimize(all.Finish(levels, &pool));
  }
}

void Regression(benchmark::State& state) {
  const std::vector<float> values = RandomScores(2);
  for (auto _ : state) {
    RegressionAccumulator all;
    for (size_t r = 0; r < kRows; ++r) all.Add(values[2 * r], values[2 * r + 1]);
    benchmark::DoNotOptimize(all.Finish());
  }
}

BENCHMARK_CAPTURE(Classification, binomial, 2, AucType::kAuto)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Classification, ten_classes, 10, AucType::kAuto)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Classification, ten_classes_auc, 10, AucType::kMacroOvo)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BinomialBlocks)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(Regression)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace thalweg
