// How fast are rollups and quantiles over the usual kinds of chunks? Items are cells.
#include "mapreduce/rollups.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "frame/chunk_builder.h"
#include "mapreduce/quantiles.h"

namespace thalweg {
namespace {

constexpr size_t kChunkRows = 1 << 16;
constexpr size_t kChunks = 32;

struct Shape {
  std::string name;
  double (*cell)(Random& random);
};

const Shape kShapes[] = {
    {"cents", [](Random& r) { return static_cast<double>(r.Below(100'000)) / 100; }},
    {"cents_missing",
     [](Random& r) {
       return r.Bernoulli(0.1) ? NAN : static_cast<double>(r.Below(100'000)) / 100;
     }},
    {"double", [](Random& r) { return r.Normal(); }},
    {"sparse_1_percent",
     [](Random& r) { return r.Bernoulli(0.01) ? static_cast<double>(r.Below(256)) : 0; }},
    {"constant", [](Random&) { return 2.5; }},
};

Frame FrameOf(const Shape& shape) {
  Random random(1);
  std::vector<int64_t> starts = {0};
  std::vector<ChunkPtr> chunks;
  std::vector<double> cells(kChunkRows);
  for (size_t c = 0; c < kChunks; ++c) {
    for (double& cell : cells) cell = shape.cell(random);
    chunks.push_back(EncodeReals(cells));
    starts.push_back(starts.back() + static_cast<int64_t>(kChunkRows));
  }
  return Frame(std::make_shared<const Layout>(starts), {"x"},
               {std::make_shared<const Column>(ColumnType::kReal, std::move(chunks))});
}

void MeasureRollups(benchmark::State& state, const Shape& shape) {
  const Frame frame = FrameOf(shape);
  ThreadPool pool(1);
  for (auto _ : state) benchmark::DoNotOptimize(ComputeRollups(frame, pool));
  state.SetItemsProcessed(static_cast<int64_t>(kChunks * kChunkRows) * state.iterations());
}

void MeasureQuantiles(benchmark::State& state, const Shape& shape) {
  const Frame frame = FrameOf(shape);
  ThreadPool pool(1);
  const std::vector<double> probabilities = {0.01, 0.1, 0.25, 1.0 / 3, 0.5, 0.75, 0.9, 0.99};
  for (auto _ : state) benchmark::DoNotOptimize(ComputeQuantiles(frame, 0, probabilities, pool));
  state.SetItemsProcessed(static_cast<int64_t>(kChunks * kChunkRows) * state.iterations());
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const Shape& shape : kShapes) {
    benchmark::RegisterBenchmark(("rollups/" + shape.name).c_str(), MeasureRollups, shape);
    benchmark::RegisterBenchmark(("quantiles/" + shape.name).c_str(), MeasureQuantiles, shape);
  }
  return true;
}();

}  // namespace
}  // namespace thalweg
