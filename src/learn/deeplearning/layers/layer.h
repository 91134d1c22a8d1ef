// One layer of a net in training.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/gemm.h"
#include "kernels/matrix.h"
#include "models/network.h"

namespace thalweg {

// How much each row of a batch counts.
template <class T>
struct RowWeights {
  std::span<const T> values = {};  // empty: 1 each
  double unit = 1;                 // what a row of weight 1, as it was given, has there
};

// What is true of one walk of some rows through the net.
template <class T>
struct Pass {
  bool training = true;
  uint64_t seed = 0;
  // Number of the sample in the first row, counted over the whole training. Random parts of a layer
  // draw from Random(seed, {sample, layer}), so that they do not depend on who does the work.
  uint64_t first_sample = 0;
  RowWeights<T> weights = {};
};

// Weights are inputs x outputs (y = x W + b): what one input contributes is contiguous.
template <class T>
struct Parameters {
  Matrix<T> weights;
  Matrix<T> biases;  // 1 x outputs
};

// A rectangle of the derivative of the loss by the weights, summed over the batch.
template <class T>
struct GradientPart {
  size_t first_row = 0;
  size_t first_column = 0;
  MatrixView<T> gradient;  // where it goes; as many rows and columns as it has
  Upcoming<T> upcoming;    // may be fetched meanwhile
  // Columns first_column … of dy, if somebody has packed them.
  const PackedFactor<T>* packed_dy = nullptr;
  RowWeights<T> weights = {};  // dy has them already
};

// For T = float (training) and double (the gradient check). A layer holds no values of a batch:
// they are handed in, so that threads work on different rows of a batch at the same time. In and
// out are different memory; rows are padded as those of Matrix are.
template <class T>
class Layer {
 public:
  // `index` is the layer's place in the net, for its random streams.
  Layer(size_t inputs, size_t outputs, size_t index)
      : inputs_(inputs), outputs_(outputs), index_(index) {}
  virtual ~Layer() = default;

  size_t inputs() const { return inputs_; }
  size_t outputs() const { return outputs_; }
  size_t index() const { return index_; }

  // x: rows x inputs; y: rows x outputs.
  virtual void Forward(const Pass<T>& pass, ConstMatrixView<T> x, MatrixView<T> y) const {
    ForwardColumns(pass, x, y, 0, outputs_);
  }
  // dx = the derivative of the loss by x, given that by y. x and y are those of Forward.
  virtual void Backward(const Pass<T>& pass, ConstMatrixView<T> x, ConstMatrixView<T> y,
                        ConstMatrixView<T> dy, MatrixView<T> dx) const {
    BackwardColumns(pass, x, y, dy, dx, 0, inputs_);
  }

  // True where y may be the memory of x, which is then lost; the layer before must not need its y
  // on the way back (an affine layer does not). And where dx may be the memory of dy. Saves
  // traffic.
  virtual bool ForwardInPlace() const { return false; }
  virtual bool BackwardInPlace() const { return false; }

  // True where each column of y, and of dx, can be computed apart. Such layers implement the two
  // below instead of those above: columns begin … end-1 of y, or of dx, where begin is at a whole
  // vector. Large layers are spread over threads by this.
  virtual bool HasIndependentColumns() const { return false; }
  virtual void ForwardColumns(const Pass<T>& /*pass*/, ConstMatrixView<T> /*x*/,
                              MatrixView<T> /*y*/, size_t /*begin*/, size_t /*end*/) const {}
  virtual void BackwardColumns(const Pass<T>& /*pass*/, ConstMatrixView<T> /*x*/,
                               ConstMatrixView<T> /*y*/, ConstMatrixView<T> /*dy*/,
                               MatrixView<T> /*dx*/, size_t /*begin*/, size_t /*end*/) const {}

  // What the layer made of a batch, once for each, after its rows have gone
  // forward and back; no other thread is at work in the layer then.
  virtual void Observe(ConstMatrixView<T> /*y*/, const RowWeights<T>& /*weights*/) {}

  // True where the rows of a batch do not stand alone: the layer is given whole columns at once,
  // all rows of the batch. It has independent columns, parameters that are not those of an affine
  // layer, and no place in a Network: it can be folded into the affine layer before.
  virtual bool SpansBatch() const { return false; }
  virtual void FoldInto(AffineWeights& /*before*/) const {}
  // What the layer remembers beside its parameters.
  virtual std::vector<Matrix<T>*> State() { return {}; }

  // Null where there is nothing to learn.
  virtual Parameters<T>* parameters() { return nullptr; }
  // Biases: the sum of the rows of dy.
  virtual void WeightGradient(ConstMatrixView<T> /*x*/, ConstMatrixView<T> /*dy*/,
                              const GradientPart<T>& /*part*/) const {}

 private:
  size_t inputs_;
  size_t outputs_;
  size_t index_;
};

template <class T>
using LayerPtr = std::unique_ptr<Layer<T>>;

}  // namespace thalweg
