// A trained multi-layer feed-forward net: its weights, and scoring with them.
#pragma once

#include <array>
#include <vector>

#include "base/fields.h"
#include "models/input_batch.h"

namespace thalweg {

enum class Activation {
  kTanh,
  kTanhWithDropout,
  kRectifier,
  kRectifierWithDropout,
  kMaxout,
  kMaxoutWithDropout,
  kExpRectifier,
  kExpRectifierWithDropout,
};
template <>
inline constexpr auto kEnumNames<Activation> =
    std::array{"Tanh",   "TanhWithDropout",   "Rectifier",    "RectifierWithDropout",
               "Maxout", "MaxoutWithDropout", "ExpRectifier", "ExpRectifierWithDropout"};

constexpr bool HasDropout(Activation a) { return static_cast<int>(a) % 2 == 1; }
// The same function without dropout.
constexpr Activation WithoutDropout(Activation a) {
  return static_cast<Activation>(static_cast<int>(a) & ~1);
}
// Values that an affine layer must deliver per hidden unit: 2 for Maxout (its channels stand in two
// halves: unit j is the larger of values j and j + units), else 1.
constexpr size_t ChannelsOf(Activation a) {
  return WithoutDropout(a) == Activation::kMaxout ? 2 : 1;
}

// y = x weights + biases. Weights are inputs x outputs, biases 1 x outputs.
struct AffineWeights {
  Matrix<float> weights;
  Matrix<float> biases;
};

// Immutable while it is shared; any number of threads may score.
struct Network {
  InputShape input;
  Activation activation = Activation::kRectifier;
  std::vector<AffineWeights> layers;  // the last one has no activation

  size_t outputs() const { return layers.back().biases.columns(); }
  // Weights and biases.
  size_t parameters() const;
  // Rows begin … end-1 of the batch through the net, into the first rows of `out`: raw scores. A
  // row's scores do not depend on which rows are scored with it.
  void Forward(const InputBatch<float>& batch, size_t begin, size_t end,
               MatrixView<float> out) const;
  size_t hidden_layers() const { return layers.size() - 1; }
  // Units of a hidden layer, counted from 0, and what they come out as for
  // these rows.
  size_t hidden_units(size_t layer) const {
    return layers[layer].biases.columns() / ChannelsOf(activation);
  }
  void ForwardHidden(const InputBatch<float>& batch, size_t begin, size_t end, size_t layer,
                     MatrixView<float> out) const;
};

}  // namespace thalweg
