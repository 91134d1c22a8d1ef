// A net in training: the input layer, the layers after it, and the loss.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "learn/deeplearning/layers/input.h"
#include "learn/deeplearning/layers/layer.h"
#include "learn/deeplearning/losses/loss.h"
#include "learn/deeplearning/optimizers/optimizer.h"
#include "models/network.h"

namespace thalweg {

enum class WeightDistribution { kUniformAdaptive, kUniform, kNormal };

struct NetOptions {
  InputShape input;
  Activation activation = Activation::kRectifier;
  std::vector<size_t> hidden;
  // Per hidden layer; empty: none.
  std::vector<double> dropout;
  size_t outputs = 1;
  LossKind loss = LossKind::kCrossEntropy;
  LossOptions loss_options = {};
  // Of hidden units; see layers/sparsity.h.
  double average_activation = 0;
  double sparsity_beta = 0;
  bool batch_norm = false;  // between each hidden layer's affine part and its activation
  double hidden_noise = 0;  // with batch_norm; see layers/batch_norm.h
};

template <class T>
struct Net {
  NetOptions options;
  std::unique_ptr<InputLayer<T>> input;
  std::vector<LayerPtr<T>> layers;
  std::unique_ptr<Loss<T>> loss;

  // Weights, then biases, of each layer that has them, from the input on.
  std::vector<ParameterBlock<T>> Blocks();
  // All that a layer remembers: the values of the blocks, then what layers have beside them. To
  // continue a training: same order and shapes every time.
  std::vector<Matrix<T>*> State();
};

// All weights zero; batch normalization as if it were not there.
template <class T>
Net<T> MakeNet(const NetOptions& options);

// UniformAdaptive: uniform in ±sqrt(6 / (fan-in + fan-out)) (Glorot, Bengio 2010); Uniform: in
// ±scale; Normal: with standard deviation `scale`. Biases are 0. Every
// block draws from a stream of its own.
template <class T>
void InitializeWeights(Net<T>& net, WeightDistribution distribution, double scale, uint64_t seed);

// Rectifiers right after one-hot inputs start with a bias that lets most rows through, so that at
// first the effects of levels add up. Nothing happens to other nets: with dropout it does harm,
// and batch normalization takes biases out again.
template <class T>
void SetFirstBiases(Net<T>& net);

// The biases of the last layer.
template <class T>
void SetOutputBiases(std::span<const double> biases, Net<T>& net);

// All but the last layer, from a network of the same inputs, hidden sizes and
// activation; batch normalization stays as it is.
template <class T>
void CopyHiddenLayers(const Network& network, Net<T>& net);

// Weights between a net in training and one for scoring. Batch normalization becomes part of the
// weights, so that FromNetwork is for nets without it.
template <class T>
Network ToNetwork(Net<T>& net);
template <class T>
void FromNetwork(const Network& network, Net<T>& net);

}  // namespace thalweg
