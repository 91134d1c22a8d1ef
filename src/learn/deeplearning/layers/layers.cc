#include "learn/deeplearning/layers/layers.h"

#include "learn/deeplearning/layers/affine.h"
#include "learn/deeplearning/layers/batch_norm.h"
#include "learn/deeplearning/layers/dropout.h"
#include "learn/deeplearning/layers/exp_rectifier.h"
#include "learn/deeplearning/layers/maxout.h"
#include "learn/deeplearning/layers/rectifier.h"
#include "learn/deeplearning/layers/sparsity.h"
#include "learn/deeplearning/layers/tanh.h"

namespace thalweg {

template <class T>
LayerPtr<T> MakeAffine(size_t inputs, size_t outputs, size_t index) {
  return std::make_unique<AffineLayer<T>>(inputs, outputs, index);
}

template <class T>
LayerPtr<T> MakeBatchNorm(size_t units, double noise, size_t index) {
  return std::make_unique<BatchNormLayer<T>>(units, noise, index);
}

template <class T>
LayerPtr<T> MakeActivation(Activation activation, size_t units, size_t index) {
  switch (WithoutDropout(activation)) {
    case Activation::kTanh:
      return std::make_unique<TanhLayer<T>>(units, index);
    case Activation::kMaxout:
      return std::make_unique<MaxoutLayer<T>>(units, index);
    case Activation::kExpRectifier:
      return std::make_unique<ExpRectifierLayer<T>>(units, index);
    default:
      return std::make_unique<RectifierLayer<T>>(units, index);
  }
}

template <class T>
LayerPtr<T> MakeDropout(size_t units, double ratio, size_t index) {
  return std::make_unique<DropoutLayer<T>>(units, ratio, index);
}

template <class T>
LayerPtr<T> MakeSparsity(size_t units, double wanted, double beta, size_t index) {
  return std::make_unique<SparsityLayer<T>>(units, wanted, beta, index);
}

template LayerPtr<float> MakeSparsity(size_t, double, double, size_t);
template LayerPtr<double> MakeSparsity(size_t, double, double, size_t);
template LayerPtr<float> MakeAffine(size_t, size_t, size_t);
template LayerPtr<double> MakeAffine(size_t, size_t, size_t);
template LayerPtr<float> MakeBatchNorm(size_t, double, size_t);
template LayerPtr<double> MakeBatchNorm(size_t, double, size_t);
template LayerPtr<float> MakeActivation(Activation, size_t, size_t);
template LayerPtr<double> MakeActivation(Activation, size_t, size_t);
template LayerPtr<float> MakeDropout(size_t, double, size_t);
template LayerPtr<double> MakeDropout(size_t, double, size_t);

}  // namespace thalweg
