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

namespace {

// What layer `last` makes of rows, before its activation.
Matrix<float> ValuesOf(const Network& network, const InputBatch<float>& batch, size_t begin,
                       size_t end, size_t last) {
  const size_t rows = end - begin;
  const AffineWeights& front = network.layers.front();
  Matrix<float> values(rows, front.biases.columns());
  MultiplyInput<float>(batch, begin, end, front.weights.view(), front.biases.view(), values.view());
  for (size_t l = 1; l <= last; ++l) {
    const AffineWeights& layer = network.layers[l];
    const Matrix<float> inputs = Activate(network.activation, std::move(values));
    values = Matrix<float>(rows, layer.biases.columns());
    for (size_t r = 0; r < rows; ++r) {
      std::copy_n(layer.biases.data(), PaddedCount<float>(values.columns()), values.row(r));
    }
    Gemm<float>(inputs.view(), layer.weights.view(), values.view(), GemmMode::kAccumulate);
  }
  return values;
}

void CopyRows(const Matrix<float>& values, MatrixView<float> out) {
  for (size_t r = 0; r < values.rows(); ++r) std::copy_n(values.row(r), out.columns, out.row(r));
}

}  // namespace

void Network::Forward(const InputBatch<float>& batch, size_t begin, size_t end,
                      MatrixView<float> out) const {
  CopyRows(ValuesOf(*this, batch, begin, end, layers.size() - 1), out);
}

void Network::ForwardHidden(const InputBatch<float>& batch, size_t begin, size_t end, size_t layer,
                            MatrixView<float> out) const {
  CopyRows(Activate(activation, ValuesOf(*this, batch, begin, end, layer)), out);
}

}  // namespace thalweg
