// Batch normalization (Ioffe, Szegedy 2015): y = gamma (x - mean) / sqrt(variance + epsilon) +
// beta, with mean and variance of each column over the rows of the batch, each as often as its
// weight says. For scoring, running means of both are folded into the weights of the affine layer
// before.
//
// With noise, in training, y = gamma ((x - mean) / sqrt(variance + epsilon) + noise * n) + beta
// with n from kernels/dropout.h (Rasmus et al. 2015, the supervised baseline of Ladder networks).
// It is added before gamma, for else gamma would grow beyond it.
#pragma once

#include "learn/deeplearning/layers/layer.h"

namespace thalweg {

// Columns are independent, but need all rows of the batch at once. Sums go over the rows in order,
// so that they do not depend on who does them. Running means hold a share of 1/n after n batches,
// and 1/100 after 100; batches of a single row are left out of them. Those of the variance are of
// n / (n - 1) times that of the batch, where n is the sum of the weights as they were given, so
// that a row of weight 2 is exactly a row twice; but at least (sum w)^2 / (sum w^2) (Kish 1965), so
// that small weights do no harm.
template <class T>
class BatchNormLayer : public Layer<T> {
 public:
  // `noise` is the standard deviation, in those of x.
  BatchNormLayer(size_t units, double noise, size_t index);
  bool HasIndependentColumns() const override { return true; }
  bool SpansBatch() const override { return true; }
  void ForwardColumns(const Pass<T>& pass, ConstMatrixView<T> x, MatrixView<T> y, size_t begin,
                      size_t end) const override;
  void BackwardColumns(const Pass<T>& pass, ConstMatrixView<T> x, ConstMatrixView<T> y,
                       ConstMatrixView<T> dy, MatrixView<T> dx, size_t begin,
                       size_t end) const override;
  // Weights are gamma (1 x units), biases beta.
  Parameters<T>* parameters() override { return &parameters_; }
  void WeightGradient(ConstMatrixView<T> x, ConstMatrixView<T> dy,
                      const GradientPart<T>& part) const override;
  std::vector<Matrix<T>*> State() override { return {&running_}; }
  void FoldInto(AffineWeights& before) const override;

 private:
  // The noise of some columns of a row; 0 where there is none.
  void DrawNoise(const Pass<T>& pass, size_t row, size_t first, size_t count, T* noise) const;

  Parameters<T> parameters_;
  double noise_;
  // Rows: mean, variance, number of batches. Every column is written by the task that has it.
  mutable Matrix<T> running_;
  // Sums over the rows of dy times noise, from the way back: what they add to the gradient of
  // gamma.
  mutable Matrix<T> noise_products_;
};

}  // namespace thalweg
