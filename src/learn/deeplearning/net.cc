#include "learn/deeplearning/net.h"

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "learn/deeplearning/layers/layers.h"

namespace thalweg {

template <class T>
std::vector<ParameterBlock<T>> Net<T>::Blocks() {
  std::vector<ParameterBlock<T>> blocks;
  size_t layer = 0;
  const auto add = [&](Parameters<T>& parameters) {
    blocks.push_back({&parameters.weights, layer, true});
    blocks.push_back({&parameters.biases, layer, false});
    ++layer;
  };
  add(input->parameters());
  for (LayerPtr<T>& l : layers) {
    if (l->parameters() == nullptr) continue;
    if (l->SpansBatch()) {
      // Gamma and beta of the layer before.
      blocks.push_back({&l->parameters()->weights, layer - 1, false});
      blocks.push_back({&l->parameters()->biases, layer - 1, false});
    } else {
      add(*l->parameters());
    }
  }
  return blocks;
}

template <class T>
std::vector<Matrix<T>*> Net<T>::State() {
  std::vector<Matrix<T>*> state;
  for (const ParameterBlock<T>& block : Blocks()) state.push_back(block.values);
  for (LayerPtr<T>& l : layers) {
    for (Matrix<T>* matrix : l->State()) state.push_back(matrix);
  }
  return state;
}

template <class T>
Net<T> MakeNet(const NetOptions& options) {
  Net<T> net;
  net.options = options;
  net.loss = MakeLoss<T>(options.loss, options.loss_options);
  const size_t channels = ChannelsOf(options.activation);
  std::vector<size_t> sizes;
  for (size_t units : options.hidden) sizes.push_back(units * channels);
  sizes.push_back(options.outputs);
  net.input = std::make_unique<InputLayer<T>>(options.input, sizes[0]);
  for (size_t h = 0; h < options.hidden.size(); ++h) {
    const size_t units = options.hidden[h];
    if (options.batch_norm) {
      net.layers.push_back(MakeBatchNorm<T>(sizes[h], options.hidden_noise, net.layers.size() + 1));
    }
    net.layers.push_back(MakeActivation<T>(options.activation, units, net.layers.size() + 1));
    if (options.sparsity_beta > 0) {
      net.layers.push_back(MakeSparsity<T>(units, options.average_activation, options.sparsity_beta,
                                           net.layers.size() + 1));
    }
    if (!options.dropout.empty() && options.dropout[h] > 0) {
      net.layers.push_back(MakeDropout<T>(units, options.dropout[h], net.layers.size() + 1));
    }
    net.layers.push_back(MakeAffine<T>(units, sizes[h + 1], net.layers.size() + 1));
  }
  return net;
}

template <class T>
void InitializeWeights(Net<T>& net, WeightDistribution distribution, double scale, uint64_t seed) {
  uint64_t stream = 0;
  for (const ParameterBlock<T>& block : net.Blocks()) {
    Matrix<T>& values = *block.values;
    Random random(seed, {stream++});
    if (!block.penalized) continue;
    const double range =
        distribution == WeightDistribution::kUniformAdaptive
            ? std::sqrt(6.0 / static_cast<double>(values.rows() + values.columns()))
            : scale;
    for (size_t r = 0; r < values.rows(); ++r) {
      for (size_t c = 0; c < values.columns(); ++c) {
        values(r, c) = static_cast<T>(distribution == WeightDistribution::kNormal
                                          ? scale * random.Normal()
                                          : random.Uniform(-range, range));
      }
    }
  }
}

template <class T>
void SetFirstBiases(Net<T>& net) {
  const NetOptions& options = net.options;
  const bool rectifiers = options.activation == Activation::kRectifier;
  if (options.input.levels == 0 || !rectifiers || options.batch_norm) return;
  Matrix<T>& biases = *net.Blocks()[1].values;
  // Of 0.1 to 1, in this layer and the next: docs/decisions/0014-initial-biases.md.
  constexpr double kBias = 0.3;
  for (size_t c = 0; c < biases.columns(); ++c) biases(0, c) = static_cast<T>(kBias);
}

template <class T>
void SetOutputBiases(std::span<const double> biases, Net<T>& net) {
  Matrix<T>& last = *net.Blocks().back().values;
  Check(biases.size() == last.columns(), "one bias per output");
  for (size_t c = 0; c < biases.size(); ++c) last(0, c) = static_cast<T>(biases[c]);
}

namespace {
template <class From, class To>
void CopyElements(const Matrix<From>& from, Matrix<To>& to) {
  Check(from.rows() == to.rows() && from.columns() == to.columns(), "weights of one shape");
  for (size_t r = 0; r < from.rows(); ++r) {
    for (size_t c = 0; c < from.columns(); ++c) to(r, c) = static_cast<To>(from(r, c));
  }
}
}  // namespace

template <class T>
Network ToNetwork(Net<T>& net) {
  Network network;
  network.input = net.options.input;
  network.activation = net.options.activation;
  const auto add = [&](const Parameters<T>& from) {
    AffineWeights layer = {Matrix<float>(from.weights.rows(), from.weights.columns()),
                           Matrix<float>(1, from.weights.columns())};
    CopyElements(from.weights, layer.weights);
    CopyElements(from.biases, layer.biases);
    network.layers.push_back(std::move(layer));
  };
  add(net.input->parameters());
  for (const LayerPtr<T>& layer : net.layers) {
    if (layer->parameters() == nullptr) continue;
    if (layer->SpansBatch()) {
      layer->FoldInto(network.layers.back());
    } else {
      add(*layer->parameters());
    }
  }
  return network;
}

template <class T>
void FromNetwork(const Network& network, Net<T>& net) {
  const std::vector<ParameterBlock<T>> blocks = net.Blocks();
  Check(blocks.size() == 2 * network.layers.size(), "as many layers in both nets");
  for (size_t i = 0; i < blocks.size(); i += 2) {
    CopyElements(network.layers[i / 2].weights, *blocks[i].values);
    CopyElements(network.layers[i / 2].biases, *blocks[i + 1].values);
  }
}

template <class T>
void CopyHiddenLayers(const Network& network, Net<T>& net) {
  const std::vector<ParameterBlock<T>> blocks = net.Blocks();
  size_t layer = 0;
  for (size_t i = 0; i + 2 < blocks.size(); i += 2) {
    if (!blocks[i].penalized) continue;  // batch normalization
    Check(layer < network.hidden_layers(), "as many layers in both nets");
    CopyElements(network.layers[layer].weights, *blocks[i].values);
    CopyElements(network.layers[layer].biases, *blocks[i + 1].values);
    ++layer;
  }
  Check(layer == network.hidden_layers(), "as many layers in both nets");
}

#define THALWEG_INSTANTIATE(T)                                                    \
  template struct Net<T>;                                                         \
  template Net<T> MakeNet(const NetOptions&);                                     \
  template void InitializeWeights(Net<T>&, WeightDistribution, double, uint64_t); \
  template void SetFirstBiases(Net<T>&);                                          \
  template void SetOutputBiases(std::span<const double>, Net<T>&);                \
  template void CopyHiddenLayers(const Network&, Net<T>&);                        \
  template Network ToNetwork(Net<T>&);                                            \
  template void FromNetwork(const Network&, Net<T>&)
THALWEG_INSTANTIATE(float);
THALWEG_INSTANTIATE(double);
#undef THALWEG_INSTANTIATE

}  // namespace thalweg
