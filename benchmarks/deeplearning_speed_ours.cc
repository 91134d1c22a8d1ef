// Trains one net on MNIST and prints what it did, as JSON; or measures the SGEMM peak of the
// machine. Called by deeplearning_speed.py, which sets the figures beside those of other programs.
#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/thread_pool.h"
#include "ingest/parse.h"
#include "learn/deeplearning/trainer.h"

namespace thalweg {
namespace {

// Operations per second of OpenBLAS on square matrices, one product per thread at a time; the best
// of some rounds.
double PeakGflops(ThreadPool& pool) {
  constexpr int kSize = 1536;
  scipy_openblas_set_num_threads(1);
  struct Square {
    Matrix<float> a{kSize, kSize}, b{kSize, kSize}, c{kSize, kSize};
  };
  std::vector<Square> squares(pool.size());
  for (Square& s : squares) {
    std::fill(s.a.elements().begin(), s.a.elements().end(), 0.5F);
    std::fill(s.b.elements().begin(), s.b.elements().end(), 0.25F);
  }
  double best = 0;
  for (int round = 0; round < 12; ++round) {
    const auto start = std::chrono::steady_clock::now();
    pool.Run(squares.size(), [&](size_t i, size_t /*thread*/) {
      Square& s = squares[i];
      scipy_cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, kSize, kSize, kSize, 1,
                        s.a.data(), static_cast<int>(s.a.stride()), s.b.data(),
                        static_cast<int>(s.b.stride()), 0, s.c.data(),
                        static_cast<int>(s.c.stride()));
    });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(
        best, 2e-9 * std::pow(kSize, 3) * static_cast<double>(squares.size()) / seconds.count());
  }
  return best;
}

Frame Digits(const std::string& path, ThreadPool& pool) {
  ParseOptions options;
  options.header = Toggle::kFalse;
  options.column_types = {"C785=enum"};
  return ParseFiles({path}, options, pool).frame;
}

int Main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr,
               "usage: deeplearning_speed_ours THREADS peak MNIST_FOLDER | THREADS train "
               "MNIST_FOLDER [name=value ...]\n");
    return 2;
  }
  ThreadPool pool(std::stoul(argv[1]));
  if (std::string(argv[2]) == "peak") {
    fmt::print("{{\"gflops\": {:.1f}}}\n", PeakGflops(pool));
    return 0;
  }
  DeepLearningParams params;
  std::vector<std::pair<std::string, std::string>> fields = {{"response_column", "C785"},
                                                             {"seed", "1"},
                                                             {"score_interval", "1e9"},
                                                             {"stopping_rounds", "0"}};
  for (int i = 4; i < argc; ++i) {
    const std::string field = argv[i];
    fields.emplace_back(field.substr(0, field.find('=')), field.substr(field.find('=') + 1));
  }
  SchemaOf<DeepLearningParams>().Parse(fields, &params);
  const std::string folder = argv[3];
  const Frame training = Digits(folder + "/train.csv.gz", pool);
  const Frame test = Digits(folder + "/test.csv.gz", pool);
  const TrainingOutcome outcome = TrainDeepLearning(params, {&training, &test}, pool, {});
  const double training_seconds = static_cast<double>(outcome.samples) / outcome.samples_per_second;
  fmt::print(
      "{{\"samples_per_second\": {:.1f}, \"with_scoring\": {:.1f}, \"scorings\": {}, "
      "\"epochs\": {:.3f}, \"error\": {:.5f}}}\n",
      outcome.samples_per_second,
      static_cast<double>(outcome.samples) / (training_seconds + outcome.scoring_seconds),
      outcome.scoring_history->as_array().size(), outcome.epochs,
      *outcome.validation_metrics->classification_error);
  return 0;
}

}  // namespace
}  // namespace thalweg

int main(int argc, char** argv) { return thalweg::Main(argc, argv); }
