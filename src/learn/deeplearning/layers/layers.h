// The list of layers that a net can be built of; each is one file beside this one.
#pragma once

#include "learn/deeplearning/layers/layer.h"
#include "models/network.h"

namespace thalweg {

template <class T>
LayerPtr<T> MakeAffine(size_t inputs, size_t outputs, size_t index);
template <class T>
LayerPtr<T> MakeBatchNorm(size_t units, double noise, size_t index);
template <class T>
LayerPtr<T> MakeActivation(Activation activation, size_t units, size_t index);
template <class T>
LayerPtr<T> MakeDropout(size_t units, double ratio, size_t index);

template <class T>
LayerPtr<T> MakeSparsity(size_t units, double wanted, double beta, size_t index);

}  // namespace thalweg
