// Keeps the average activation of each unit near a wanted one: y = x, and on
// the way back beta (average - wanted) is added to the derivative by each
// unit's value. The average runs over the samples trained so far, the latest
// thousand or so counting most, by their weights; it starts at the wanted one. (Ng 2011, Sparse
// autoencoder, with a quadratic penalty, which also suits values below 0.)
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "learn/deeplearning/layers/layer.h"

namespace thalweg {

template <class T>
class SparsityLayer : public Layer<T> {
 public:
  SparsityLayer(size_t units, double wanted, double beta, size_t index)
      : Layer<T>(units, units, index),
        wanted_(static_cast<T>(wanted)),
        beta_(static_cast<T>(beta)),
        averages_(1, units) {
    std::fill_n(averages_.data(), units, wanted_);
  }
  bool ForwardInPlace() const override { return true; }
  bool BackwardInPlace() const override { return true; }
  bool HasIndependentColumns() const override { return true; }
  void ForwardColumns(const Pass<T>& /*pass*/, ConstMatrixView<T> x, MatrixView<T> y, size_t begin,
                      size_t end) const override {
    if (x.data == y.data) return;
    for (size_t r = 0; r < x.rows; ++r)
      std::copy(x.row(r) + begin, x.row(r) + end, y.row(r) + begin);
  }
  void BackwardColumns(const Pass<T>& pass, ConstMatrixView<T> /*x*/, ConstMatrixView<T> /*y*/,
                       ConstMatrixView<T> dy, MatrixView<T> dx, size_t begin,
                       size_t end) const override {
    for (size_t r = 0; r < dy.rows; ++r) {
      const std::span<const T> weights = pass.weights.values;
      const T beta = weights.empty() ? beta_ : beta_ * weights[r];
      for (size_t c = begin; c < end; ++c) {
        dx.row(r)[c] = dy.row(r)[c] + beta * (averages_(0, c) - wanted_);
      }
    }
  }
  void Observe(ConstMatrixView<T> y, const RowWeights<T>& weights) override {
    constexpr double kKept = 0.999;  // per sample
    const std::span<const T> w = weights.values;
    auto rows = static_cast<double>(y.rows);
    if (!w.empty()) rows = std::accumulate(w.begin(), w.end(), 0.0);
    if (rows == 0) return;
    const auto share = static_cast<T>((1 - std::pow(kKept, rows)) / rows);
    for (size_t c = 0; c < y.columns; ++c) {
      T sum = 0;
      for (size_t r = 0; r < y.rows; ++r) {
        const T difference = y.row(r)[c] - averages_(0, c);
        sum += w.empty() ? difference : w[r] * difference;
      }
      averages_(0, c) += share * sum;
    }
  }
  std::vector<Matrix<T>*> State() override { return {&averages_}; }
  const Matrix<T>& averages() const { return averages_; }

 private:
  T wanted_;
  T beta_;
  Matrix<T> averages_;
};

}  // namespace thalweg
