#include "learn/deeplearning/mini_batch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "learn/deeplearning/random_rows.h"

namespace thalweg {
namespace {

// Plain loops in double: dense inputs, one hidden layer with tanh, cross-entropy, ADADELTA.
struct NaiveNet {
  std::vector<std::vector<double>> w[2];
  std::vector<double> b[2];

  void Step(const MatrixRows<float>& rows, size_t begin, size_t end, double rho, double epsilon) {
    std::vector<std::vector<double>> gw[2] = {Zeros(w[0]), Zeros(w[1])};
    std::vector<double> gb[2] = {std::vector<double>(b[0].size()),
                                 std::vector<double>(b[1].size())};
    for (size_t r = begin; r < end; ++r) {
      std::vector<double> x, h, y;
      for (size_t i = 0; i < w[0].size(); ++i) x.push_back(static_cast<double>(rows.dense(r, i)));
      for (size_t j = 0; j < b[0].size(); ++j) {
        double sum = b[0][j];
        for (size_t i = 0; i < x.size(); ++i) sum += x[i] * w[0][i][j];
        h.push_back(std::tanh(sum));
      }
      double total = 0;
      for (size_t k = 0; k < b[1].size(); ++k) {
        double sum = b[1][k];
        for (size_t j = 0; j < h.size(); ++j) sum += h[j] * w[1][j][k];
        y.push_back(std::exp(sum));
        total += y.back();
      }
      std::vector<double> dh(h.size());
      for (size_t k = 0; k < y.size(); ++k) {
        const double delta = y[k] / total - (static_cast<int32_t>(k) == rows.classes[r] ? 1 : 0);
        gb[1][k] += delta;
        for (size_t j = 0; j < h.size(); ++j) {
          gw[1][j][k] += h[j] * delta;
          dh[j] += delta * w[1][j][k];
        }
      }
      for (size_t j = 0; j < h.size(); ++j) {
        const double delta = dh[j] * (1 - h[j] * h[j]);
        gb[0][j] += delta;
        for (size_t i = 0; i < x.size(); ++i) gw[0][i][j] += x[i] * delta;
      }
    }
    const auto n = static_cast<double>(end - begin);
    size_t at = 0;
    const auto move = [&](double& weight, double gradient) {
      if (at == squares.size()) squares.push_back(0), steps.push_back(0);
      const double g = gradient / n;
      squares[at] = rho * squares[at] + (1 - rho) * g * g;
      const double change = std::sqrt((steps[at] + epsilon) / (squares[at] + epsilon)) * g;
      steps[at] = rho * steps[at] + (1 - rho) * change * change;
      weight -= change;
      ++at;
    };
    for (int l = 0; l < 2; ++l) {
      for (size_t i = 0; i < w[l].size(); ++i) {
        for (size_t j = 0; j < b[l].size(); ++j) move(w[l][i][j], gw[l][i][j]);
      }
      for (size_t j = 0; j < b[l].size(); ++j) move(b[l][j], gb[l][j]);
    }
  }

  static std::vector<std::vector<double>> Zeros(const std::vector<std::vector<double>>& like) {
    return std::vector(like.size(), std::vector<double>(like[0].size()));
  }

  std::vector<double> squares, steps;
};

TEST(MiniBatch, AgreesWithANaiveTwin) {
  const InputShape shape = {0, 23, 0};
  const MatrixRows<float> rows = RandomRows<float>(shape, 96, 4, 1);
  for (size_t batch : {1, 7, 32}) {
    Net<float> net = MakeNet<float>({.input = shape,
                                     .activation = Activation::kTanh,
                                     .hidden = {19},
                                     .dropout = {},
                                     .outputs = 4});
    InitializeWeights(net, WeightDistribution::kUniformAdaptive, 1, 2);
    NaiveNet twin;
    const auto blocks = net.Blocks();
    for (size_t l = 0; l < 2; ++l) {
      const Matrix<float>& w = *blocks[2 * l].values;
      for (size_t i = 0; i < w.rows(); ++i)
        twin.w[l].emplace_back(w.row(i), w.row(i) + w.columns());
      twin.b[l].assign(w.columns(), 0);
    }
    const auto optimizer = MakeOptimizer<float>({.rho = 0.95, .epsilon = 1e-6}, blocks);
    ThreadPool pool(2);
    MiniBatchTrainer<float> trainer(net, *optimizer, rows, {}, batch, pool);
    trainer.Train(RowNumbers(96), 0);
    for (size_t i = 0; i < 96; i += batch)
      twin.Step(rows, i, std::min<size_t>(96, i + batch), 0.95, 1e-6);
    for (size_t l = 0; l < 2; ++l) {
      const Matrix<float>& w = *blocks[2 * l].values;
      for (size_t i = 0; i < w.rows(); ++i) {
        for (size_t j = 0; j < w.columns(); ++j) {
          ASSERT_NEAR(w(i, j), twin.w[l][i][j], 2e-4) << "batch " << batch;
        }
      }
    }
  }
}

struct Setting {
  const char* name;
  InputShape input;
  NetOptions net;
  OptimizerOptions optimizer;
  StepOptions step;
  size_t batch;
};

std::vector<Setting> Settings() {
  const InputShape mixed = {20, 37, 50};
  NetOptions plain = {.input = mixed, .hidden = {40, 24}, .dropout = {}, .outputs = 5};
  NetOptions dropping = plain;
  dropping.activation = Activation::kMaxoutWithDropout;
  dropping.dropout = {0.5, 0.2};
  NetOptions large = {
      .input = {0, 610, 0}, .hidden = {900, 600}, .dropout = {0.5, 0.5}, .outputs = 3};
  NetOptions normalized = plain;
  normalized.batch_norm = true;
  NetOptions large_normalized = large;
  large_normalized.batch_norm = true;
  NetOptions noisy = normalized;
  noisy.hidden_noise = 0.3;
  NetOptions large_noisy = large_normalized;
  large_noisy.hidden_noise = 0.3;
  OptimizerOptions sgd = {.kind = OptimizerKind::kSgd, .momentum_stable = 0.9};
  sgd.l1 = sgd.l2 = 1e-4;
  return {
      {"adadelta", mixed, plain, {}, {}, 32},
      {"rows", mixed, plain, {}, {}, 1},
      {"dropout and max_w2",
       mixed,
       dropping,
       {},
       {.input_dropout = 0.2, .max_w2 = 1.5, .seed = 9},
       50},
      {"momentum", mixed, plain, sgd, {}, 33},
      {"adagrad", mixed, plain, {.kind = OptimizerKind::kAdagrad, .rate = 0.01}, {}, 33},
      {"rmsprop", mixed, plain, {.kind = OptimizerKind::kRmsprop, .rate = 0.001}, {}, 33},
      {"adam", mixed, plain, {.kind = OptimizerKind::kAdam, .rate = 0.001, .l1 = 1e-5}, {}, 33},
      {"adamw", mixed, plain, {.kind = OptimizerKind::kAdamw, .rate = 0.001, .l2 = 0.01}, {}, 7},
      {"clipped", mixed, plain, {}, {.gradient_clip = 0.1}, 33},
      {"clipped rows", mixed, plain, {}, {.gradient_clip = 0.1}, 1},
      {"batch norm", mixed, normalized, {}, {.max_w2 = 1.5}, 33},
      {"noise", mixed, noisy, {}, {.input_noise = 0.3, .seed = 9}, 33},
      {"noisy rows", mixed, plain, {}, {.input_noise = 0.3, .seed = 9}, 1},
      {"large noise", large.input, large_noisy, {}, {.input_noise = 0.3}, 128},
      {"large batch norm", large.input, large_normalized, {}, {}, 128},
      {"large", large.input, large, {}, {}, 128}};
}

TEST(MiniBatch, IsTheSameToTheBitForEveryNumberOfThreads) {
  for (const Setting& s : Settings()) {
    const size_t count = s.batch == 128 ? 256 : 1000;
    const MatrixRows<float> rows = RandomRows<float>(s.input, count, s.net.outputs, 4);
    std::vector<std::vector<float>> expected;
    double expected_loss = 0;
    for (size_t threads : {1, 2, 3, 5}) {
      Net<float> net = MakeNet<float>(s.net);
      InitializeWeights(net, WeightDistribution::kUniformAdaptive, 1, 2);
      const auto blocks = net.Blocks();
      const auto optimizer = MakeOptimizer<float>(s.optimizer, blocks);
      ThreadPool pool(threads);
      MiniBatchTrainer<float> trainer(net, *optimizer, rows, s.step, s.batch, pool);
      const double loss = trainer.Train(RowNumbers(count), 0);
      for (size_t b = 0; b < blocks.size(); ++b) {
        const auto all = blocks[b].values->elements();
        if (threads == 1) {
          expected.emplace_back(all.begin(), all.end());
        } else {
          ASSERT_EQ(std::memcmp(all.data(), expected[b].data(), all.size_bytes()), 0)
              << s.name << ", " << threads << " threads, block " << b;
        }
      }
      if (threads == 1) expected_loss = loss;
      ASSERT_EQ(loss, expected_loss) << s.name;
    }
  }
}

// With plain descent, the step is rate * gradient: its length shows the norm.
TEST(MiniBatch, ClipsTheGlobalNorm) {
  const InputShape mixed = {20, 37, 50};
  for (size_t batch : {1, 50}) {
    const MatrixRows<float> rows = RandomRows<float>(mixed, 50, 5, 4);
    std::vector<double> lengths;
    std::vector<std::vector<double>> steps;
    for (double clip : {1e9, 0.25}) {
      Net<float> net =
          MakeNet<float>({.input = mixed, .hidden = {40, 24}, .dropout = {}, .outputs = 5});
      InitializeWeights(net, WeightDistribution::kUniformAdaptive, 1, 2);
      const auto blocks = net.Blocks();
      std::vector<Matrix<float>> before;
      for (const auto& block : blocks) before.push_back(*block.values);
      const OptimizerOptions plain = {
          .kind = OptimizerKind::kSgd, .rate = 1, .schedule = {.annealing = 0}};
      const auto optimizer = MakeOptimizer<float>(plain, blocks);
      ThreadPool pool(2);
      MiniBatchTrainer<float> trainer(net, *optimizer, rows, {.gradient_clip = clip}, batch, pool);
      trainer.Train(RowNumbers(batch), 0);
      double squares = 0;
      steps.emplace_back();
      for (size_t b = 0; b < blocks.size(); ++b) {
        const auto now = blocks[b].values->elements();
        for (size_t i = 0; i < now.size(); ++i) {
          const double change = now[i] - before[b].elements()[i];
          steps.back().push_back(change);
          squares += change * change;
        }
      }
      lengths.push_back(std::sqrt(squares));
    }
    EXPECT_GT(lengths[0], 0.5) << batch;
    EXPECT_NEAR(lengths[1], 0.25, 1e-5) << batch;
    for (size_t i = 0; i < steps[0].size(); ++i) {
      ASSERT_NEAR(steps[1][i], steps[0][i] * 0.25 / lengths[0], 1e-6) << batch;
    }
  }
}

// In the end, the folded net scores as the net would with the statistics of all rows.
TEST(MiniBatch, BatchNormIsFoldedIntoTheWeights) {
  const InputShape shape = {0, 12, 0};
  const MatrixRows<float> rows = RandomRows<float>(shape, 256, 3, 4);
  NetOptions options = {.input = shape, .hidden = {16, 8}, .dropout = {}, .outputs = 3};
  options.activation = Activation::kTanh;
  options.batch_norm = true;
  Net<float> net = MakeNet<float>(options);
  InitializeWeights(net, WeightDistribution::kUniformAdaptive, 1, 2);
  for (const auto& block : net.Blocks()) {
    for (size_t j = 0; !block.penalized && j < block.values->columns(); ++j) {
      (*block.values)(0, j) += 0.1F * static_cast<float>(j % 5);
    }
  }
  // A rate of 0: only the running means move, and every batch is all rows.
  const auto optimizer =
      MakeOptimizer<float>({.kind = OptimizerKind::kSgd, .rate = 0}, net.Blocks());
  ThreadPool pool(2);
  MiniBatchTrainer<float> trainer(net, *optimizer, rows, {}, 256, pool);
  const double loss = trainer.Train(RowNumbers(256), 0);
  const Network network = ToNetwork(net);
  ASSERT_EQ(network.layers.size(), 3U);
  InputBatch<float> batch(shape, 256);
  for (size_t r = 0; r < 256; ++r) rows.Gather(r, batch, r);
  Matrix<float> scores(256, 3);
  network.Forward(batch, 0, 256, scores.view());
  Matrix<float> dx(256, 3);
  const double folded = MakeLoss<float>(LossKind::kCrossEntropy, {})
                            ->Evaluate(scores.view(), {std::span(rows.classes), {}}, dx.view()) /
                        256;
  EXPECT_NEAR(folded, loss, 5e-3 * loss);
}

// A net of zeros reconstructs zeros: its loss is that of the inputs alone, whatever it was shown.
TEST(MiniBatch, AutoencodersReconstructInputsBeforeNoiseAndDropout) {
  const InputShape shape = {3, 6, 0};
  const MatrixRows<float> rows = RandomRows<float>(shape, 64, 2, 4);
  std::vector<double> losses;
  for (const StepOptions& step :
       {StepOptions{}, StepOptions{.input_noise = 0.5}, StepOptions{.input_dropout = 0.5},
        StepOptions{.input_dropout = 0.5, .input_noise = 0.5}}) {
    Net<float> net = MakeNet<float>({.input = shape,
                                     .hidden = {4},
                                     .dropout = {},
                                     .outputs = shape.units(),
                                     .loss = LossKind::kQuadraticReconstruction});
    const auto optimizer =
        MakeOptimizer<float>({.kind = OptimizerKind::kSgd, .rate = 0}, net.Blocks());
    ThreadPool pool(1);
    losses.push_back(
        MiniBatchTrainer<float>(net, *optimizer, rows, step, 16, pool).Train(RowNumbers(64), 0));
  }
  EXPECT_GT(losses[0], 0.1);
  for (double loss : losses) EXPECT_EQ(loss, losses[0]);
}

TEST(MiniBatch, LearnsAndKeepsTheConstraint) {
  for (const Setting& s : Settings()) {
    if (s.batch == 128) continue;
    const MatrixRows<float> rows = RandomRows<float>(s.input, 2000, s.net.outputs, 4);
    Net<float> net = MakeNet<float>(s.net);
    InitializeWeights(net, WeightDistribution::kUniformAdaptive, 1, 2);
    const auto blocks = net.Blocks();
    const auto optimizer = MakeOptimizer<float>(s.optimizer, blocks);
    ThreadPool pool(2);
    MiniBatchTrainer<float> trainer(net, *optimizer, rows, s.step, s.batch, pool);
    const double first = trainer.Train(RowNumbers(2000), 0);
    double last = 0;
    for (uint64_t epoch = 1; epoch < 6; ++epoch)
      last = trainer.Train(RowNumbers(2000), 2000 * epoch);
    EXPECT_LT(last, 0.9 * first) << s.name;
    for (size_t b = 0; b < blocks.size() && std::isfinite(s.step.max_w2); b += 2) {
      const Matrix<float>& w = *blocks[b].values;
      for (size_t j = 0; j < w.columns(); ++j) {
        double squares = 0;
        for (size_t i = 0; i < w.rows(); ++i) squares += w(i, j) * w(i, j);
        EXPECT_LE(squares, s.step.max_w2 * 1.0001) << s.name;
      }
    }
  }
}

}  // namespace
}  // namespace thalweg
