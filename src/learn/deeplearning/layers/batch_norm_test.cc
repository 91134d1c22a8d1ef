// Row weights in batch normalization: 0 as if the row were not there, 2 as if it were there twice.
#include "learn/deeplearning/layers/batch_norm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace thalweg {
namespace {

constexpr size_t kUnits = 70;  // more than a block

struct Batch {
  Matrix<double> x, dy;
  std::vector<double> weights;  // empty: all 1
};

struct Outcome {
  Matrix<double> y, dx, gradient;
  AffineWeights folded;
};

Outcome RunLayer(const Batch& batch, double unit) {
  const size_t rows = batch.x.rows();
  BatchNormLayer<double> layer(kUnits, 0, 1);
  Random random(3);
  for (size_t c = 0; c < kUnits; ++c) layer.parameters()->weights(0, c) = random.Uniform(0.5, 2);
  Outcome o = {Matrix<double>(rows, kUnits),
               Matrix<double>(rows, kUnits),
               Matrix<double>(1, kUnits),
               {Matrix<float>(1, kUnits), Matrix<float>(1, kUnits)}};
  for (size_t c = 0; c < kUnits; ++c) o.folded.weights(0, c) = 1;
  Pass<double> pass;
  pass.weights = {batch.weights, unit};
  layer.ForwardColumns(pass, batch.x.view(), o.y.view(), 0, kUnits);
  layer.BackwardColumns(pass, batch.x.view(), o.y.view(), batch.dy.view(), o.dx.view(), 0, kUnits);
  GradientPart<double> part;
  part.gradient = o.gradient.view();
  part.weights = pass.weights;
  layer.WeightGradient(batch.x.view(), batch.dy.view(), part);
  layer.FoldInto(o.folded);
  return o;
}

// The same rows with weights, and written out. `factor` is what training may multiply weights by.
void ExpectExact(const std::vector<double>& given, double factor) {
  const size_t rows = given.size();
  Random random(5);
  Batch weighted = {Matrix<double>(rows, kUnits), Matrix<double>(rows, kUnits), {}};
  std::vector<size_t> origin;
  for (size_t r = 0; r < rows; ++r) {
    weighted.weights.push_back(factor * given[r]);
    for (int i = 0; i < given[r]; ++i) origin.push_back(r);
    for (size_t c = 0; c < kUnits; ++c) {
      weighted.x(r, c) = random.Uniform(-3, 5);
      weighted.dy(r, c) = given[r] * random.Uniform(-1, 1);
    }
  }
  Batch written = {
      Matrix<double>(origin.size(), kUnits), Matrix<double>(origin.size(), kUnits), {}};
  for (size_t r = 0; r < origin.size(); ++r) {
    for (size_t c = 0; c < kUnits; ++c) {
      written.x(r, c) = weighted.x(origin[r], c);
      written.dy(r, c) = weighted.dy(origin[r], c) / given[origin[r]];
    }
  }
  const Outcome a = RunLayer(weighted, factor), b = RunLayer(written, 1);
  for (size_t c = 0; c < kUnits; ++c) {
    std::vector<double> dx(rows);
    for (size_t r = 0; r < origin.size(); ++r) {
      EXPECT_NEAR(a.y(origin[r], c), b.y(r, c), 1e-12);
      dx[origin[r]] += b.dx(r, c);
    }
    for (size_t r = 0; r < rows; ++r) EXPECT_NEAR(a.dx(r, c), dx[r], 1e-12);
    EXPECT_NEAR(a.gradient(0, c), b.gradient(0, c), 1e-12);
    // Running means and variances.
    EXPECT_FLOAT_EQ(a.folded.weights(0, c), b.folded.weights(0, c));
    EXPECT_FLOAT_EQ(a.folded.biases(0, c), b.folded.biases(0, c));
  }
}

TEST(BatchNorm, WeightsAreNumbersOfRows) {
  ExpectExact({1, 1, 1, 1}, 1);
  ExpectExact({1, 0, 2, 3, 1, 0, 1}, 1);
  ExpectExact({1, 0, 2, 3, 1, 0, 1}, 0.37);
  ExpectExact({2, 0, 2, 2}, 1.5);
}

// Small weights do not make the running variance explode; no weight at all is no news.
TEST(BatchNorm, SmallWeightsAreSharesOnly) {
  Random random(7);
  Batch batch = {Matrix<double>(9, kUnits), Matrix<double>(9, kUnits), {}};
  for (double& v : batch.x.elements()) v = random.Uniform(-1, 1);
  const Outcome plain = RunLayer(batch, 1);
  batch.weights.assign(9, 0.01);
  const Outcome small = RunLayer(batch, 1);
  batch.weights.assign(9, 0);
  const Outcome none = RunLayer(batch, 1);
  for (size_t c = 0; c < kUnits; ++c) {
    EXPECT_FLOAT_EQ(small.folded.weights(0, c), plain.folded.weights(0, c));
    EXPECT_NEAR(none.folded.biases(0, c), 0, 1e-12);
    EXPECT_TRUE(std::isfinite(none.y(0, c)));
    EXPECT_EQ(none.dx(0, c), 0);
  }
}

}  // namespace
}  // namespace thalweg
