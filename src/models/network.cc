#include "models/network.h"

#include <algorithm>

#include "kernels/activations.h"
#include "kernels/gemm.h"

namespace thalweg {
namespace {

Matrix<float> Activate(Activation activation, Matrix<float> x) {
  if (WithoutDropout(activation) == Activation::kMaxout) {
    const size_t units = x.columns() / 2;
    Matrix<float> y(x.rows(), units);
    for (size_t r = 0; r < x.rows(); ++r) {
      for (size_t j = 0; j < units; ++j) y(r, j) = std::max(x(r, j), x(r, j + units));
    }
    return y;
  }
  for (size_t r = 0; r < x.rows(); ++r) {
    float* row = x.row(r);
    switch (WithoutDropout(activation)) {
      case Activation::kTanh:
        Tanh(row, row, x.columns());
        break;
      case Activation::kExpRectifier:
        ExpRectifier(row, row, x.columns());
        break;
      default:
        Rectifier(row, row, x.columns());
        break;
    }
  }
  return x;
}

}  // namespace

size_t Network::parameters() const {
  size_t count = 0;
  for (const AffineWeights& layer : layers) {
    count += (layer.weights.rows() + 1) * layer.weights.columns();
  }
  return count;
}

void Network::Forward(const InputBatch<float>& batch, size_t begin, size_t end,
                      MatrixView<float> out) const {
  const size_t rows = end - begin;
  Matrix<float> values(rows, layers.front().biases.columns());
  MultiplyInput<float>(batch, begin, end, layers.front().weights.view(),
                       layers.front().biases.view(), values.view());
  for (size_t l = 1; l < layers.size(); ++l) {
    const AffineWeights& layer = layers[l];
    const Matrix<float> inputs = Activate(activation, std::move(values));
    values = Matrix<float>(rows, layer.biases.columns());
    for (size_t r = 0; r < rows; ++r) {
      std::copy_n(layer.biases.data(), PaddedCount<float>(values.columns()), values.row(r));
    }
    Gemm<float>(inputs.view(), layer.weights.view(), values.view(), GemmMode::kAccumulate);
  }
  for (size_t r = 0; r < rows; ++r) std::copy_n(values.row(r), out.columns, out.row(r));
}

}  // namespace thalweg
