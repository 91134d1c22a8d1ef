// Derivatives of every layer and loss against numeric ones, in double precision.
#include <fmt/format.h>
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
  std::vector<double> dropout = {};
  double input_dropout = 0;
  double power = 1.5;
  bool weights = false;
  bool offsets = false;
  bool batch_norm = false;
  double label_smoothing = 0;
  double hidden_noise = 0;
  double input_noise = 0;
};

std::string Text(const Case& c) {
  return fmt::format("{}, loss {}, {}+{}+{} inputs, {} rows{}{}{}{}{}",
                     kEnumNames<Activation>[static_cast<size_t>(c.activation)],
                     static_cast<int>(c.loss), c.input.levels, c.input.dense, c.input.sparse,
                     c.batch, c.dropout.empty() ? "" : ", dropout", c.weights ? ", weights" : "",
                     c.offsets ? ", offsets" : "", c.batch_norm ? ", batch norm" : "",
                     c.input_noise + c.hidden_noise > 0 ? ", noise" : "");
}

constexpr Activation kActivations[] = {Activation::kTanh, Activation::kRectifier,
                                       Activation::kMaxout, Activation::kExpRectifier};
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
constexpr InputShape kMixed = {3, 5, 4};

// Categories, dense and sparse numbers; each kind with all that goes with it.
std::vector<Case> Cases(Activation activation, LossKind loss) {
  std::vector<Case> cases;
  for (const InputShape& input : {kMixed, InputShape{0, 6, 0}, InputShape{4, 0, 5}}) {
    for (int mask = 0; mask < 16; ++mask) {
      Case c = {activation, loss, input, 17};
      c.weights = (mask & 1) != 0;
      c.offsets = (mask & 2) != 0;
      c.batch_norm = (mask & 4) != 0;
      if ((mask & 8) != 0) c.dropout = {0.3, 0.2}, c.input_dropout = 0.2;
      // Noise is for numbers that are not sparse.
      if ((mask & 8) != 0 && input.sparse == 0) c.input_noise = 0.4;
      if (c.batch_norm && input.sparse == 0) c.hidden_noise = 0.3;
      if (c.offsets && IsReconstruction(loss)) continue;  // they have no score to be added to
      cases.push_back(c);
    }
  }
  cases.push_back({activation, loss, kMixed, 1});
  Case single = cases.back();
  single.batch_norm = true;
  cases.push_back(single);
  if (loss == LossKind::kTweedie) {
    for (double power : {1.0, 1.3, 2.0}) {
      cases.push_back({activation, loss, kMixed, 21});
      cases.back().power = power;
    }
  }
  if (loss == LossKind::kCrossEntropy) {
    cases.push_back({activation, loss, kMixed, 21});
    cases.back().label_smoothing = 0.1;
  }
  return cases;
}

void DoPhase(BatchStep<double>& step, size_t phase) {
  const size_t tasks = step.BeginPhase(phase);
  for (size_t t = 0; t < tasks; ++t) step.Do(phase, t);
}

// What the analytic derivative of one weight is compared with. Where a unit or an error crosses a
// kink within the differences, they are wrong however exact the derivative is; so they are taken
// again with smaller steps. A derivative that is wrong stays so at any step.
struct Differences {
  double derivative = 0;
  bool agrees = false;
  int narrowed = 0;
};

template <class Function>
Differences Compare(double analytic, double& value, const Function& function) {
  Differences result;
  const double old = value;
  for (double h : {1e-4, 1e-5, 1e-6}) {
    double slopes[2];
    for (int w = 0; w < 2; ++w) {
      const double width = w == 0 ? h : 2 * h;
      value = old + width;
      const double above = function();
      value = old - width;
      slopes[w] = (above - function()) / (2 * width);
    }
    value = old;
    // Richardson: the error is of order h^4, and of rounding below that.
    result.derivative = (4 * slopes[0] - slopes[1]) / 3;
    const double tolerance = 1e-6 * std::max(std::abs(result.derivative), 1e-3);
    const double rounding = 1e-14 / h;
    result.agrees = std::abs(analytic - result.derivative) <= tolerance + rounding;
    if (result.agrees) return result;
    ++result.narrowed;
  }
  return result;
}

// How often kinks were met.
struct Tally {
  size_t weights = 0;
  size_t narrowed = 0;
};

// Checks `most` weights of each block, drawn at random, or all of them.
void CheckGradients(const Case& c, const std::vector<size_t>& hidden, size_t most, Tally& tally) {
  SCOPED_TRACE(Text(c));
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
  double squares = 0;
  for (size_t b = 0; b < blocks.size(); ++b) {
    Matrix<double>& values = *blocks[b].values;
    const size_t count = values.rows() * values.columns();
    for (size_t k = 0; k < std::min(count, most); ++k) {
      const size_t element = count <= most ? k : random.Below(count);
      const size_t i = element / values.columns(), j = element % values.columns();
      const Differences d = Compare(gradients[b](i, j), values(i, j), mean_loss);
      EXPECT_TRUE(d.agrees) << "block " << b << " " << i << "," << j << ": " << gradients[b](i, j)
                            << " and " << d.derivative;
      squares += d.derivative * d.derivative;
      tally.weights += 1;
      tally.narrowed += d.narrowed > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(squares, 1e-6);
}

class GradientTest : public testing::TestWithParam<std::tuple<Activation, LossKind>> {};

// The first case of each kind whole, of the others some weights of each block.
TEST_P(GradientTest, AgreesWithDifferences) {
  const auto [activation, loss] = GetParam();
  Tally tally;
  bool first = true;
  for (const Case& c : Cases(activation, loss)) {
    CheckGradients(c, {9, 6}, first ? SIZE_MAX : 7, tally);
    first = false;
  }
  // Kinks are rare: else the check would look for agreement until it finds some.
  EXPECT_LE(tally.narrowed, tally.weights / 50) << "of " << tally.weights;
}

INSTANTIATE_TEST_SUITE_P(
    Layers, GradientTest,
    testing::Combine(testing::ValuesIn(kActivations), testing::ValuesIn(kLosses)),
    [](const auto& tested) {
      return fmt::format("{}Loss{}",
                         kEnumNames<Activation>[static_cast<size_t>(std::get<0>(tested.param))],
                         static_cast<int>(std::get<1>(tested.param)));
    });

// Small gammas bring many pairs of channels near the kink: all weights, many batches.
TEST(GradientOfMaxout, HasKinksButNoErrors) {
  Tally tally;
  for (size_t batch : {5, 17, 18, 19, 40}) {
    Case c = {Activation::kMaxout, LossKind::kQuadratic, {0, 6, 0}, batch, {0.5, 0.25}, 0.2};
    c.batch_norm = true;
    CheckGradients(c, {9, 6}, SIZE_MAX, tally);
  }
  EXPECT_GT(tally.narrowed, 0U);
  EXPECT_LE(tally.narrowed, tally.weights / 50) << "of " << tally.weights;
}

// The check itself sees a derivative that is off by a part in 10,000, beside a kink and far from
// it.
TEST(GradientCheck, SeesWhatIsWrong) {
  for (double at : {0.3, 3e-5}) {
    double x = at;
    const auto function = [&x] { return (x > 0 ? 2 * x : -x) + x * x; };
    EXPECT_TRUE(Compare(2 + 2 * at, x, function).agrees);
    EXPECT_FALSE(Compare((2 + 2 * at) * 1.0001, x, function).agrees);
    EXPECT_FALSE(Compare(-1 + 2 * at, x, function).agrees);
  }
}

// Layers so large that they go by columns.
TEST(GradientOfLargeLayers, AgreesWithDifferences) {
  Tally tally;
  for (Activation a : {Activation::kTanh, Activation::kExpRectifier, Activation::kMaxout}) {
    for (bool norm : {false, true}) {
      Case c = {a, LossKind::kCrossEntropy, {4, 610, 3}, 37, {0.3, 0.2}, 0.1};
      c.batch_norm = norm;
      c.weights = norm;
      CheckGradients(c, {900, 600}, norm ? 2 : 4, tally);
    }
  }
}

}  // namespace
}  // namespace thalweg
