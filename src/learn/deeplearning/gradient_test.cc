// Derivatives of every layer and loss against numeric ones, in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "learn/deeplearning/batch_step.h"
#include "learn/deeplearning/random_rows.h"

namespace thalweg {
namespace {

// Writes down the gradients and moves nothing.
class GradientRecorder : public Optimizer<double> {
 public:
  explicit GradientRecorder(const std::vector<ParameterBlock<double>>& blocks) {
    for (const auto& block : blocks) {
      gradients.emplace_back(block.values->rows(), block.values->columns());
    }
  }
  void BeginStep(double /*samples*/, size_t /*updates*/) override {}
  void Update(size_t block, size_t row, size_t column, const double* gradient, double factor,
              size_t count) override {
    for (size_t c = 0; c < count; ++c) gradients[block](row, column + c) = factor * gradient[c];
  }
  Upcoming<double> Touched(size_t /*block*/, size_t /*row*/, size_t /*column*/) override {
    return {};
  }
  std::vector<Matrix<double>*> State() override { return {}; }

  std::vector<Matrix<double>> gradients;
};

struct Case {
  Activation activation;
  LossKind loss;
  InputShape input;
  size_t batch;
  std::vector<double> dropout;
  double input_dropout = 0;
  double power = 1.5;
  bool weights = false;
  bool offsets = false;
  bool batch_norm = false;
  double label_smoothing = 0;
  double hidden_noise = 0;
  double input_noise = 0;
};

// Names of tests would show the bytes otherwise.
void PrintTo(const Case& c, std::ostream* out) {
  *out << kEnumNames<Activation>[static_cast<size_t>(c.activation)] << ", loss "
       << static_cast<int>(c.loss) << ", " << c.batch << " rows" << (c.weights ? ", weights" : "")
       << (c.offsets ? ", offsets" : "");
}

constexpr LossKind kLosses[] = {LossKind::kCrossEntropy,
                                LossKind::kQuadratic,
                                LossKind::kAbsolute,
                                LossKind::kHuber,
                                LossKind::kQuantile,
                                LossKind::kQuadraticProbabilities,
                                LossKind::kAbsoluteProbabilities,
                                LossKind::kHuberProbabilities,
                                LossKind::kTweedie,
                                LossKind::kModifiedHuber,
                                LossKind::kQuadraticReconstruction,
                                LossKind::kAbsoluteReconstruction,
                                LossKind::kHuberReconstruction};

std::vector<Case> Cases() {
  std::vector<Case> cases;
  const InputShape mixed = {3, 5, 4};
  for (Activation a : {Activation::kTanh, Activation::kRectifier, Activation::kMaxout,
                       Activation::kExpRectifier}) {
    for (LossKind loss : kLosses) {
      cases.push_back({a, loss, mixed, 21, {}});
      cases.push_back({a, loss, mixed, 1, {}});
      // Ratios that put nothing on a kink.
      const double ratio = a == Activation::kMaxout ? 0.1 : 0.2;
      cases.push_back({a, loss, mixed, 11, {}, ratio, 1.3, true});
    }
    for (double power : {1.0, 2.0}) {
      cases.push_back({a, LossKind::kTweedie, mixed, 21, {}, 0, power, false, true});
    }
    cases.push_back({a, LossKind::kModifiedHuber, mixed, 21, {}, 0, 0, true, true});
    cases.push_back({a, LossKind::kCrossEntropy, mixed, 21, {}, 0, 0, false, true});
    cases.push_back({a, LossKind::kCrossEntropy, {0, 6, 0}, 19, {0.5, 0.25}, 0.2});
    cases.push_back({a, LossKind::kCrossEntropy, {7, 0, 0}, 16, {}});
    cases.push_back({a, LossKind::kCrossEntropy, mixed, 5, {0.3, 0.0}, 0.3});
    Case smooth = {a, LossKind::kCrossEntropy, mixed, 21, {}};
    smooth.label_smoothing = 0.1;
    cases.push_back(smooth);
    for (const Case& c : {Case{a, LossKind::kCrossEntropy, mixed, 21, {}},
                          Case{a, LossKind::kQuadratic, {0, 6, 0}, 17, {0.5, 0.25}, 0.2},
                          Case{a, LossKind::kCrossEntropy, mixed, 1, {}}}) {
      // Small gammas bring many pairs of channels near the kink.
      if (a == Activation::kMaxout && c.batch == 17) continue;
      cases.push_back(c);
      cases.back().batch_norm = true;
    }
    Case noisy = {a, LossKind::kCrossEntropy, {3, 5, 0}, 13, {}, 0.2};
    noisy.input_noise = 0.4;
    cases.push_back(noisy);
    noisy.batch_norm = true;
    noisy.hidden_noise = 0.3;
    cases.push_back(noisy);
    noisy = {a, LossKind::kQuadraticReconstruction, {0, 5, 0}, 13, {}};
    noisy.input_noise = 0.4;
    cases.push_back(noisy);
  }
  return cases;
}

void DoPhase(BatchStep<double>& step, size_t phase) {
  const size_t tasks = step.BeginPhase(phase);
  for (size_t t = 0; t < tasks; ++t) step.Do(phase, t);
}

class GradientTest : public testing::TestWithParam<Case> {};

// Checks `most` weights of each block, drawn at random, or all of them.
void CheckGradients(const Case& c, const std::vector<size_t>& hidden, size_t most) {
  // Offsets go with one or two scores.
  const bool two = c.offsets || c.loss == LossKind::kModifiedHuber;
  MatrixRows<double> rows = RandomRows<double>(c.input, c.batch, two ? 2 : 3, 5);
  size_t outputs = NeedsClasses(c.loss) && c.loss != LossKind::kModifiedHuber ? (two ? 2 : 3) : 1;
  if (IsReconstruction(c.loss)) outputs = c.input.units();
  for (size_t r = 0; r < c.batch; ++r) {
    if (c.loss == LossKind::kTweedie) rows.values[r] = r == 2 ? 0 : std::abs(rows.values[r]);
    if (c.weights) rows.weights.push_back(0.5 * static_cast<double>(r % 5));
    if (c.offsets) rows.offsets.push_back(0.25 * static_cast<double>(r % 3));
  }
  Net<double> net = MakeNet<double>({.input = c.input,
                                     .activation = c.activation,
                                     .hidden = hidden,
                                     .dropout = c.dropout,
                                     .outputs = outputs,
                                     .loss = c.loss,
                                     .loss_options = {.huber_delta = 0.5,
                                                      .quantile_alpha = 0.3,
                                                      .variance_power = c.power,
                                                      .factor = 1.5,
                                                      .label_smoothing = c.label_smoothing},
                                     .batch_norm = c.batch_norm,
                                     .hidden_noise = c.hidden_noise});
  const double size = hidden[0] > 100 ? 0.1 : 0.7;
  InitializeWeights(net, WeightDistribution::kUniform, size, 19);
  // Biases of 0 put units whose inputs were all dropped on the kink of the rectifier.
  Random random(12);
  for (const ParameterBlock<double>& block : net.Blocks()) {
    for (size_t j = 0; !block.penalized && j < block.values->columns(); ++j) {
      (*block.values)(0, j) = random.Uniform(-0.5, 0.5);
    }
  }
  GradientRecorder recorder(net.Blocks());
  BatchStep<double> step(
      net, recorder, rows,
      {.input_dropout = c.input_dropout, .input_noise = c.input_noise, .seed = 3}, c.batch);
  const std::vector<uint32_t> order = RowNumbers(c.batch);
  const auto mean_loss = [&] {
    step.Begin(order, 100);
    for (size_t p = 0; p < step.UpdatePhase(); ++p) DoPhase(step, p);
    return step.Loss() / static_cast<double>(c.batch);
  };
  mean_loss();
  DoPhase(step, step.UpdatePhase());
  const std::vector<Matrix<double>> gradients = recorder.gradients;

  const std::vector<ParameterBlock<double>> blocks = net.Blocks();
  double difference = 0, squares = 0;
  for (size_t b = 0; b < blocks.size(); ++b) {
    Matrix<double>& values = *blocks[b].values;
    const size_t count = values.rows() * values.columns();
    for (size_t k = 0; k < std::min(count, most); ++k) {
      const size_t element = count <= most ? k : random.Below(count);
      const size_t i = element / values.columns(), j = element % values.columns();
      // Richardson: the error is of order h^4.
      const double h = 1e-4, old = values(i, j);
      double slopes[2];
      for (int w = 0; w < 2; ++w) {
        const double width = w == 0 ? h : 2 * h;
        values(i, j) = old + width;
        const double above = mean_loss();
        values(i, j) = old - width;
        slopes[w] = (above - mean_loss()) / (2 * width);
      }
      values(i, j) = old;
      const double numeric = (4 * slopes[0] - slopes[1]) / 3;
      const double error = std::abs(gradients[b](i, j) - numeric);
      EXPECT_LE(error, 1e-6 * std::max(std::abs(numeric), 1e-3))
          << "block " << b << " " << i << "," << j;
      difference += error * error;
      squares += numeric * numeric;
    }
  }
  EXPECT_GT(squares, 1e-4);
  EXPECT_LE(std::sqrt(difference / squares), 1e-6);
}

TEST_P(GradientTest, AgreesWithDifferences) { CheckGradients(GetParam(), {9, 6}, SIZE_MAX); }

// Layers so large that they go by columns.
TEST(GradientOfLargeLayers, AgreesWithDifferences) {
  for (Activation a : {Activation::kTanh, Activation::kExpRectifier, Activation::kMaxout}) {
    CheckGradients({a, LossKind::kCrossEntropy, {4, 610, 3}, 37, {0.3, 0.2}, 0.1}, {900, 600}, 4);
  }
}

INSTANTIATE_TEST_SUITE_P(Layers, GradientTest, testing::ValuesIn(Cases()));

}  // namespace
}  // namespace thalweg
