#include "learn/deeplearning/layers/batch_norm.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "kernels/dropout.h"

namespace thalweg {
namespace {

constexpr double kEpsilon = 1e-5;
// Of the latest batch in the running means, at least.
constexpr double kRunningShare = 0.01;
constexpr size_t kBlock = 64;

// 1 / the sum of the weights; 0 where there are none.
template <class T>
T ShareOf(std::span<const T> weights, size_t rows) {
  if (weights.empty()) return T{1} / static_cast<T>(rows);
  T sum = 0;
  for (T w : weights) sum += w;
  return sum > 0 ? T{1} / sum : T{0};
}

// From the variance of a batch to that of what it was drawn from; 0 where it says nothing.
template <class T>
double Correction(const RowWeights<T>& weights, size_t rows) {
  double count = static_cast<double>(rows);
  if (!weights.values.empty()) {
    double sum = 0, squares = 0;
    for (T weight : weights.values) {
      const auto w = static_cast<double>(weight);
      sum += w;
      squares += w * w;
      if (w == 0) --rows;
    }
    if (rows > 0) count = std::max(sum / weights.unit, sum * sum / squares);
  }
  return rows > 1 && count > 1 + 1e-6 ? count / (count - 1) : 0;
}

// Of up to kBlock columns.
template <class T>
struct Moments {
  T mean[kBlock];
  T variance[kBlock];
  T inverse[kBlock];  // of the standard deviation

  Moments(ConstMatrixView<T> x, std::span<const T> weights, size_t first, size_t count) {
    const T share = ShareOf(weights, x.rows);
    std::fill_n(mean, count, T{0});
    std::fill_n(variance, count, T{0});
    for (size_t r = 0; r < x.rows; ++r) {
      const T* row = x.row(r) + first;
      if (weights.empty()) {
        for (size_t c = 0; c < count; ++c) mean[c] += row[c];
      } else {
        for (size_t c = 0; c < count; ++c) mean[c] += weights[r] * row[c];
      }
    }
    for (size_t c = 0; c < count; ++c) mean[c] *= share;
    for (size_t r = 0; r < x.rows; ++r) {
      const T* row = x.row(r) + first;
      const T weight = weights.empty() ? T{1} : weights[r];
      for (size_t c = 0; c < count; ++c) {
        const T d = row[c] - mean[c];
        variance[c] += weight * (d * d);
      }
    }
    for (size_t c = 0; c < count; ++c) {
      variance[c] *= share;
      inverse[c] = T{1} / std::sqrt(variance[c] + static_cast<T>(kEpsilon));
    }
  }
};

// sums[c] = the sum over the rows of dy times the normalized x.
template <class T>
void ScaleGradient(const Moments<T>& m, ConstMatrixView<T> x, ConstMatrixView<T> dy, size_t first,
                   size_t count, T* sums) {
  std::fill_n(sums, count, T{0});
  for (size_t r = 0; r < x.rows; ++r) {
    const T* row = x.row(r) + first;
    const T* delta = dy.row(r) + first;
    for (size_t c = 0; c < count; ++c) {
      sums[c] += delta[c] * ((row[c] - m.mean[c]) * m.inverse[c]);
    }
  }
}

}  // namespace

template <class T>
BatchNormLayer<T>::BatchNormLayer(size_t units, double noise, size_t index)
    : Layer<T>(units, units, index),
      parameters_{Matrix<T>(1, units), Matrix<T>(1, units)},
      noise_(noise),
      running_(3, units),
      noise_products_(1, units) {
  std::fill_n(parameters_.weights.row(0), units, T{1});
  std::fill_n(running_.row(1), units, T{1});
}

template <class T>
void BatchNormLayer<T>::DrawNoise(const Pass<T>& pass, size_t row, size_t first, size_t count,
                                  T* noise) const {
  std::fill_n(noise, kBlock, T{0});
  if (noise_ == 0 || !pass.training) return;
  const uint64_t key = Random(pass.seed, {pass.first_sample + row, this->index()}).Next();
  AddNoise(noise_, key, first, noise, count);
}

template <class T>
void BatchNormLayer<T>::ForwardColumns(const Pass<T>& pass, ConstMatrixView<T> x, MatrixView<T> y,
                                       size_t begin, size_t end) const {
  const std::span<const T> weights = pass.weights.values;
  const auto correction = static_cast<T>(Correction(pass.weights, x.rows));
  for (size_t first = begin; first < end; first += kBlock) {
    const size_t count = std::min(kBlock, end - first);
    const Moments<T> m(x, weights, first, count);
    const T* gamma = parameters_.weights.row(0) + first;
    const T* beta = parameters_.biases.row(0) + first;
    T scale[kBlock];
    alignas(kVectorBytes) T noise[kBlock];
    for (size_t c = 0; c < count; ++c) scale[c] = gamma[c] * m.inverse[c];
    for (size_t r = 0; r < x.rows; ++r) {
      const T* in = x.row(r) + first;
      T* out = y.row(r) + first;
      if (noise_ == 0) {
        for (size_t c = 0; c < count; ++c) out[c] = (in[c] - m.mean[c]) * scale[c] + beta[c];
        continue;
      }
      DrawNoise(pass, r, first, count, noise);
      for (size_t c = 0; c < count; ++c) {
        out[c] = (in[c] - m.mean[c]) * scale[c] + (gamma[c] * noise[c] + beta[c]);
      }
    }
    if (correction == 0) continue;
    for (size_t c = 0; c < count; ++c) {
      T& batches = running_(2, first + c);
      const T share = std::max(static_cast<T>(kRunningShare), T{1} / (batches + 1));
      if (batches < 1000) batches += 1;
      T& mean = running_(0, first + c);
      T& variance = running_(1, first + c);
      mean += share * (m.mean[c] - mean);
      // That of the rows that the batch was drawn from.
      variance += share * (m.variance[c] * correction - variance);
    }
  }
}

template <class T>
void BatchNormLayer<T>::BackwardColumns(const Pass<T>& pass, ConstMatrixView<T> x,
                                        ConstMatrixView<T> /*y*/, ConstMatrixView<T> dy,
                                        MatrixView<T> dx, size_t begin, size_t end) const {
  const std::span<const T> weights = pass.weights.values;
  const T share = ShareOf(weights, x.rows);
  for (size_t first = begin; first < end; first += kBlock) {
    const size_t count = std::min(kBlock, end - first);
    const Moments<T> m(x, weights, first, count);
    T products[kBlock], sums[kBlock] = {};
    alignas(kVectorBytes) T noise[kBlock];
    ScaleGradient(m, x, dy, first, count, products);
    for (size_t r = 0; r < x.rows; ++r) {
      const T* delta = dy.row(r) + first;
      for (size_t c = 0; c < count; ++c) sums[c] += delta[c];
    }
    if (noise_ > 0) {
      T* noise_products = noise_products_.row(0) + first;
      std::fill_n(noise_products, count, T{0});
      for (size_t r = 0; r < x.rows; ++r) {
        DrawNoise(pass, r, first, count, noise);
        const T* delta = dy.row(r) + first;
        for (size_t c = 0; c < count; ++c) noise_products[c] += delta[c] * noise[c];
      }
    }
    const T* gamma = parameters_.weights.row(0) + first;
    for (size_t r = 0; r < x.rows; ++r) {
      const T* in = x.row(r) + first;
      const T* delta = dy.row(r) + first;
      T* out = dx.row(r) + first;
      const T part = weights.empty() ? share : share * weights[r];
      for (size_t c = 0; c < count; ++c) {
        const T normal = (in[c] - m.mean[c]) * m.inverse[c];
        out[c] =
            gamma[c] * m.inverse[c] * (delta[c] - part * sums[c] - part * normal * products[c]);
      }
    }
  }
}

template <class T>
void BatchNormLayer<T>::WeightGradient(ConstMatrixView<T> x, ConstMatrixView<T> dy,
                                       const GradientPart<T>& part) const {
  for (size_t c = 0; c < part.gradient.columns; c += kBlock) {
    const size_t count = std::min(kBlock, part.gradient.columns - c);
    const size_t first = part.first_column + c;
    ScaleGradient(Moments<T>(x, part.weights.values, first, count), x, dy, first, count,
                  part.gradient.row(0) + c);
    if (noise_ == 0) continue;
    for (size_t i = 0; i < count; ++i) part.gradient.row(0)[c + i] += noise_products_(0, first + i);
  }
}

template <class T>
void BatchNormLayer<T>::FoldInto(AffineWeights& before) const {
  for (size_t c = 0; c < this->outputs(); ++c) {
    const double scale = static_cast<double>(parameters_.weights(0, c)) /
                         std::sqrt(static_cast<double>(running_(1, c)) + kEpsilon);
    for (size_t r = 0; r < before.weights.rows(); ++r) {
      before.weights(r, c) = static_cast<float>(scale * static_cast<double>(before.weights(r, c)));
    }
    const double bias =
        static_cast<double>(before.biases(0, c)) - static_cast<double>(running_(0, c));
    before.biases(0, c) =
        static_cast<float>(scale * bias + static_cast<double>(parameters_.biases(0, c)));
  }
}

template class BatchNormLayer<float>;
template class BatchNormLayer<double>;

}  // namespace thalweg
