// SHAP values of nets of every link, encoding and correction, against Shapley's formula written out
// over what Predict says of rows mixed as frames.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "models/deeplearning_model.h"
#include "models/explain/link_scores.h"
#include "models/explain/shap.h"
#include "models/frame_for_test.h"

namespace thalweg {
namespace {

constexpr size_t kFeatures = 5;
constexpr size_t kSomeOffset = 2;  // which is divided by 4 below

// What differs from a net of one-hot inputs that predicts a number as it is.
struct Case {
  const char* name;
  DistributionKind distribution = DistributionKind::kGaussian;
  CategoricalEncoding encoding = CategoricalEncoding::kAuto;
  bool offset = false;
  bool modified_huber = false;
  std::vector<double> class_factors = {};
  FeatureOptions options = {};
  const char* target = "";
  Activation activation = Activation::kTanh;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

using Kind = DistributionKind;
using Coding = CategoricalEncoding;

const Case kCases[] = {
    {"gaussian"},
    {"gaussian, offset", Kind::kGaussian, Coding::kAuto, true},
    {"laplace", Kind::kLaplace},
    {"poisson", Kind::kPoisson},
    {"poisson, offset", Kind::kPoisson, Coding::kAuto, true},
    {"gamma", Kind::kGamma},
    {"gamma, Maxout", Kind::kGamma, Coding::kAuto, false, false, {}, {}, "", Activation::kMaxout},
    {"tweedie", Kind::kTweedie},
    {"tweedie, offset", Kind::kTweedie, Coding::kBinary, true},
    {"OneHotExplicit", Kind::kGaussian, Coding::kOneHotExplicit},
    {"Binary", Kind::kGaussian, Coding::kBinary},
    {"Eigen", Kind::kGaussian, Coding::kEigen},
    {"LabelEncoder", Kind::kGaussian, Coding::kLabelEncoder},
    {"SortByResponse", Kind::kGaussian, Coding::kSortByResponse},
    {"EnumLimited", Kind::kGaussian, Coding::kEnumLimited},
    {"hashed", Kind::kPoisson, Coding::kAuto, false, false, {}, {.max_categorical_features = 6}},
    {"sparse", Kind::kGaussian, Coding::kAuto, false, false, {}, {.sparse = true}},
    {"first levels left out",
     Kind::kGaussian,
     Coding::kAuto,
     false,
     false,
     {},
     {.standardize = false, .use_all_factor_levels = false}},
    {"two classes, offset", Kind::kBernoulli, Coding::kAuto, true},
    {"two classes, offset, the first", Kind::kBernoulli, Coding::kAuto, true, false, {}, {}, "c0"},
    {"two classes, balanced", Kind::kBernoulli, Coding::kBinary, false, false, {0.3, 1.8}},
    {"two classes, all", Kind::kBernoulli, Coding::kEnumLimited, true, false, {0.3, 1.8}},
    {"modified Huber", Kind::kBernoulli, Coding::kAuto, false, true},
    {"modified Huber, the first", Kind::kBernoulli, Coding::kAuto, true, true, {}, {}, "c0"},
    {"modified Huber, balanced", Kind::kBernoulli, Coding::kAuto, true, true, {0.5, 1.5}},
    {"three classes", Kind::kMultinomial, Coding::kEigen, false, false, {}, {}, "c1"},
    {"three classes, balanced",
     Kind::kMultinomial,
     Coding::kAuto,
     false,
     false,
     {0.3, 1.8, 1.1},
     {},
     "c2",
     Activation::kRectifier},
};

std::vector<std::string> Levels() {
  std::vector<std::string> levels;
  for (int i = 0; i < 14; ++i) levels.push_back("level" + std::to_string(i));
  return levels;
}

// A number, one that is mostly zero, categories of many and of few levels, missing cells; levels
// beyond those of training where `fresh`; an offset that predictions have to be told.
struct Rows {
  Rows(size_t count, uint64_t seed, bool fresh) : levels(Levels()) {
    if (fresh) levels.emplace_back("fresh");
    Random random(seed);
    cells.assign(kFeatures, std::vector<double>(count));
    for (size_t i = 0; i < count; ++i) {
      cells[0][i] = random.Normal();
      cells[1][i] = i % 3 == 1 ? random.Uniform(0, 30) : 0;
      cells[2][i] = i % 5 == 4 ? kMissingReal : random.Uniform(-3, 3);
      // Few of the later ones, for EnumLimited.
      cells[3][i] = std::floor(static_cast<double>(levels.size()) * std::pow(random.Uniform(), 2));
      if (fresh && i == 1) cells[3][i] = 14;
      if (i % 6 == 5) cells[3][i] = kMissingReal;
      cells[4][i] = static_cast<double>(random.Below(3));
    }
  }
  Frame Make() const {
    const auto codes = [&](size_t c) {
      std::vector<int64_t> values;
      for (double v : cells[c]) values.push_back(std::isnan(v) ? -1 : static_cast<int64_t>(v));
      return values;
    };
    const size_t rows = cells[0].size();
    return FrameMaker(rows, 40)
        .Real("x", cells[0])
        .Real("zeros", cells[1])
        .Real("y", cells[2])
        .Enum("many", levels, codes(3))
        .Enum("few", {"p", "q", "r"}, codes(4))
        .Real("offset", std::vector<double>(rows, kSomeOffset / 4.0))
        .Make();
  }
  std::vector<std::string> levels;
  std::vector<std::vector<double>> cells;
};

size_t ClassesOf(const Case& c) {
  return c.distribution == Kind::kBernoulli ? 2 : c.distribution == Kind::kMultinomial ? 3 : 0;
}

DeepLearningModel MakeModel(const Case& c) {
  const Rows rows(200, 99, false);
  const Frame frame = rows.Make();
  ThreadPool pool(1);
  std::vector<std::string> warnings;
  const size_t predictors[] = {0, 1, 2, 3, 4};
  FeatureOptions options = c.options;
  options.categorical_encoding = c.encoding;
  options.responses = rows.cells[0];
  FeatureEncoder encoder = FeatureEncoder::Fit(frame, predictors, options, pool, warnings);
  Network network;
  network.input = encoder.shape();
  network.activation = c.activation;
  ResponseScale scale;
  scale.distribution.kind = c.distribution;
  if (c.distribution == Kind::kGaussian || c.distribution == Kind::kLaplace) {
    scale.mean = 50;
    scale.scale = 7;
  }
  for (size_t k = 0; k < ClassesOf(c); ++k) scale.domain.push_back("c" + std::to_string(k));
  scale.modified_huber = c.modified_huber;
  scale.class_factors = c.class_factors;
  if (c.offset) scale.offset_column = "offset";
  Random random(7);
  size_t inputs = network.input.units();
  const size_t widths[] = {6 * ChannelsOf(c.activation), scale.outputs()};
  for (size_t columns : widths) {
    AffineWeights layer = {Matrix<float>(inputs, columns), Matrix<float>(1, columns)};
    // Scores of the modified Huber loss stay within -1 and 1, where they can be read off.
    const bool narrow = columns == scale.outputs() && c.modified_huber;
    const double size = (narrow ? 0.1 : 2) / std::sqrt(static_cast<double>(inputs));
    for (size_t j = 0; j < columns; ++j) {
      layer.biases(0, j) = static_cast<float>(0.2 * random.Normal());
      for (size_t i = 0; i < inputs; ++i) {
        layer.weights(i, j) = static_cast<float>(size * random.Normal());
      }
    }
    network.layers.push_back(std::move(layer));
    inputs = columns / ChannelsOf(c.activation);
  }
  return DeepLearningModel(std::move(encoder), std::move(network), "response", scale, JsonObject());
}

// One prediction per row on the scale where effects add up, less the offset: the inverse of what
// the documentation says of each kind.
std::vector<double> Link(const Case& c, const Frame& predictions) {
  const size_t classes = ClassesOf(c);
  const double offset = c.offset ? kSomeOffset / 4.0 : 0;
  std::vector<std::vector<double>> p(std::max<size_t>(1, classes));
  for (size_t k = 0; k < p.size(); ++k) {
    p[k].resize(static_cast<size_t>(predictions.rows()));
    ReadCells(predictions, classes > 0 ? k + 1 : 0, 0, p[k]);
  }
  const size_t target = *c.target == 0 ? 1 : static_cast<size_t>(c.target[1] - '0');
  std::vector<double> scores;
  for (size_t r = 0; r < p[0].size(); ++r) {
    if (classes == 0) {
      const bool log = c.distribution == Kind::kPoisson || c.distribution == Kind::kGamma ||
                       c.distribution == Kind::kTweedie;
      scores.push_back((log ? std::log(p[0][r]) : p[0][r]) - offset);
    } else if (c.modified_huber) {
      double odds = p[1][r] / p[0][r];
      if (!c.class_factors.empty()) odds *= c.class_factors[0] / c.class_factors[1];
      const double score = 2 * (odds / (1 + odds)) - 1 - offset;
      scores.push_back(target == 1 ? score : -score);
    } else if (classes == 2) {
      const double score = std::log(p[1][r] / p[0][r]) - offset;
      scores.push_back(target == 1 ? score : -score);
    } else {
      const double mean = (std::log(p[0][r]) + std::log(p[1][r]) + std::log(p[2][r])) / 3;
      scores.push_back(std::log(p[target][r]) - mean);
    }
  }
  return scores;
}

double Factorial(size_t n) { return std::tgamma(static_cast<double>(n) + 1); }

// sum over sets S without j of |S|! (n - |S| - 1)! / n! (v(S with j) - v(S)); v is the mean over
// the background of the score where the features of S are the row's. The last one is v(nothing).
std::vector<double> NaiveShapley(const Case& c, const Model& model, const Rows& rows, size_t row,
                                 const Rows& background) {
  ThreadPool pool(2);
  const size_t count = background.cells[0].size();
  constexpr size_t kSets = size_t{1} << kFeatures;
  Rows mixed(0, 0, true);
  for (size_t set = 0; set < kSets; ++set) {
    for (size_t b = 0; b < count; ++b) {
      for (size_t j = 0; j < kFeatures; ++j) {
        mixed.cells[j].push_back((set >> j & 1) != 0 ? rows.cells[j][row] : background.cells[j][b]);
      }
    }
  }
  const std::vector<double> scores = Link(c, model.Predict(mixed.Make(), pool));
  std::vector<double> value(kSets);
  for (size_t i = 0; i < scores.size(); ++i) {
    value[i / count] += scores[i] / static_cast<double>(count);
  }
  std::vector<double> result(kFeatures + 1);
  for (size_t set = 0; set < kSets; ++set) {
    const auto size = static_cast<size_t>(__builtin_popcountll(set));
    for (size_t j = 0; j < kFeatures; ++j) {
      if ((set >> j & 1) != 0) continue;
      result[j] += Factorial(size) * Factorial(kFeatures - size - 1) / Factorial(kFeatures) *
                   (value[set | size_t{1} << j] - value[set]);
    }
  }
  result[kFeatures] = value[0];
  return result;
}

std::vector<double> Cells(const Frame& frame, const std::string& column) {
  std::vector<double> cells(static_cast<size_t>(frame.rows()));
  ReadCells(frame, frame.IndexOf(column), 0, cells);
  return cells;
}

const char* const kNames[] = {"x", "zeros", "y", "many", "few", "BiasTerm"};

class ShapOfLinks : public testing::TestWithParam<Case> {};

TEST_P(ShapOfLinks, ExactIsShapleysFormula) {
  ThreadPool pool(2);
  const DeepLearningModel model = MakeModel(GetParam());
  const Rows rows(4, 1, true), background(6, 2, false);
  const Frame table =
      ComputeShap(model, rows.Make(), background.Make(),
                  {.method = ShapMethod::kExact, .target = GetParam().target}, pool);
  for (size_t row = 0; row < 4; ++row) {
    const std::vector<double> wanted = NaiveShapley(GetParam(), model, rows, row, background);
    for (size_t j = 0; j <= kFeatures; ++j) {
      EXPECT_NEAR(Cells(table, kNames[j])[row], wanted[j], 2e-4 * (1 + std::abs(wanted[j])))
          << kNames[j];
    }
  }
}

TEST_P(ShapOfLinks, RowsSumToPredictionsAndEstimatesAreNear) {
  ThreadPool pool(2);
  const DeepLearningModel model = MakeModel(GetParam());
  const Frame rows = Rows(30, 3, true).Make();
  const Frame background = Rows(20, 4, false).Make();
  const std::vector<double> wanted = Link(GetParam(), model.Predict(rows, pool));
  const std::vector<double> of_background = Link(GetParam(), model.Predict(background, pool));
  double mean = 0;
  for (double score : of_background) mean += score / 20;
  const std::vector<double> by_rows = LinkScores(model, rows, GetParam().target, pool);
  std::vector<double> exact;
  for (const auto& [method, orders, bound] : {std::tuple{ShapMethod::kExact, 1, 1e-9},
                                              {ShapMethod::kRescale, 1, 0.5},
                                              {ShapMethod::kPermutation, 16, 0.1}}) {
    const Frame table = ComputeShap(
        model, rows, background,
        {.method = method, .target = GetParam().target, .permutations = orders, .seed = 5}, pool);
    std::vector<double> all;
    std::vector<double> sums(30);
    for (size_t j = 0; j <= kFeatures; ++j) {
      const std::vector<double> cells = Cells(table, kNames[j]);
      for (size_t r = 0; r < 30; ++r) sums[r] += cells[r];
      if (j < kFeatures) all.insert(all.end(), cells.begin(), cells.end());
    }
    for (size_t r = 0; r < 30; ++r) {
      EXPECT_NEAR(sums[r], wanted[r], 1e-4 * (1 + std::abs(wanted[r])));
      EXPECT_NEAR(by_rows[r], wanted[r], 1e-4 * (1 + std::abs(wanted[r])));
      EXPECT_NEAR(Cells(table, "BiasTerm")[r], mean, 1e-4 * (1 + std::abs(mean)));
    }
    if (exact.empty()) exact = all;
    double distance = 0, size = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      distance += std::pow(all[i] - exact[i], 2);
      size += std::pow(exact[i], 2);
    }
    EXPECT_GT(size, 1e-3);
    EXPECT_LE(std::sqrt(distance / size), bound);
  }
}

TEST(ShapLinks, AutoencodersAreRefused) {
  const DeepLearningModel net = MakeModel({"net", Kind::kGaussian});
  Network network = net.network();
  ResponseScale scale;
  scale.reconstructed = network.input.units();
  network.layers.back() = {Matrix<float>(6, scale.reconstructed),
                           Matrix<float>(1, scale.reconstructed)};
  const DeepLearningModel model(net.encoder(), std::move(network), "", scale, JsonObject());
  const Frame rows = Rows(5, 1, false).Make();
  ThreadPool pool(1);
  for (ShapMethod method : {ShapMethod::kExact, ShapMethod::kRescale, ShapMethod::kPermutation}) {
    try {
      ComputeShap(model, rows, rows, {.method = method}, pool);
      ADD_FAILURE();
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("autoencoder"));
    }
  }
  EXPECT_THROW(LinkScores(model, rows, "", pool), UserError);
}

INSTANTIATE_TEST_SUITE_P(All, ShapOfLinks, testing::ValuesIn(kCases), [](const auto& test) {
  std::string name = test.param.name;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ' ' || c == ','; }, '_');
  return name;
});

}  // namespace
}  // namespace thalweg
