#include "models/explain/rescale_rule.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "kernels/gemm.h"

namespace thalweg {
namespace {

// Differences below this, against 1 and the values, count as none: there the slope is the
// derivative.
constexpr float kNoDifference = 1e-6F;

float Activate(Activation activation, float z) {
  switch (activation) {
    case Activation::kTanh:
      return std::tanh(z);
    case Activation::kExpRectifier:
      return z > 0 ? z : std::expm1(z);
    default:
      return std::max(z, 0.0F);
  }
}

float Derivative(Activation activation, float z, float a) {
  switch (activation) {
    case Activation::kTanh:
      return 1 - a * a;
    case Activation::kExpRectifier:
      return z > 0 ? 1 : a + 1;
    default:
      return z > 0 ? 1.0F : 0.0F;
  }
}

bool IsNone(float difference, float value) {
  return std::abs(difference) <= kNoDifference * (1 + std::abs(value));
}

// What each of two inputs of max(p, q) gives, going from (p0, q0) to (p1, q1), per its own change.
struct MaxSlopes {
  float p;
  float q;
};
MaxSlopes SlopesOfMax(float p0, float q0, float p1, float q1) {
  const float low = std::max(p0, q0);
  const float high = std::max(p1, q1);
  const float p_only = std::max(p1, q0);
  const float q_only = std::max(p0, q1);
  const float larger = p0 > q0 ? 1.0F : (p0 < q0 ? 0.0F : 0.5F);
  return {IsNone(p1 - p0, p0) ? larger : ((p_only - low) + (high - q_only)) / (2 * (p1 - p0)),
          IsNone(q1 - q0, q0) ? 1 - larger : ((q_only - low) + (high - p_only)) / (2 * (q1 - q0))};
}

}  // namespace

// Values before and after the activations of the hidden layers.
struct RescaleRule::Trace {
  std::vector<Matrix<float>> before;
  std::vector<Matrix<float>> after;
};

RescaleRule::RescaleRule(Network network, std::vector<uint32_t> feature_of_unit)
    : network_(std::move(network)), feature_of_unit_(std::move(feature_of_unit)) {
  Check(network_.outputs() == 1, "one output is explained");
}
RescaleRule::~RescaleRule() = default;

RescaleRule::Trace RescaleRule::Forward(const InputBatch<float>& batch, size_t begin,
                                        size_t end) const {
  const size_t rows = end - begin;
  const Activation activation = WithoutDropout(network_.activation);
  const size_t channels = ChannelsOf(activation);
  Trace trace;
  for (size_t l = 0; l + 1 < network_.layers.size(); ++l) {
    const AffineWeights& layer = network_.layers[l];
    Matrix<float> z(rows, layer.biases.columns());
    if (l == 0) {
      MultiplyInput<float>(batch, begin, end, layer.weights.view(), layer.biases.view(), z.view());
    } else {
      for (size_t r = 0; r < rows; ++r) std::copy_n(layer.biases.data(), z.columns(), z.row(r));
      Gemm<float>(trace.after.back().view(), layer.weights.view(), z.view(), GemmMode::kAccumulate);
    }
    const size_t units = z.columns() / channels;
    Matrix<float> a(rows, units);
    for (size_t r = 0; r < rows; ++r) {
      for (size_t j = 0; j < units; ++j) {
        a(r, j) =
            channels == 2 ? std::max(z(r, j), z(r, j + units)) : Activate(activation, z(r, j));
      }
    }
    trace.before.push_back(std::move(z));
    trace.after.push_back(std::move(a));
  }
  return trace;
}

void RescaleRule::SetBackground(const InputBatch<float>& batch, size_t begin, size_t end) {
  batch_ = &batch;
  begin_ = begin;
  end_ = end;
  background_ = std::make_unique<Trace>(Forward(batch, begin, end));
}

// Slopes of the score by a layer's values after the activation, to those before it.
Matrix<float> RescaleRule::PassActivation(const Matrix<float>& slopes, const Trace& own,
                                          size_t layer) const {
  const Activation activation = WithoutDropout(network_.activation);
  const Matrix<float>& before = background_->before[layer];
  const Matrix<float>& after = background_->after[layer];
  const float* z1 = own.before[layer].row(0);
  const float* a1 = own.after[layer].row(0);
  Matrix<float> result(before.rows(), before.columns());
  for (size_t r = 0; r < before.rows(); ++r) {
    const float* z0 = before.row(r);
    const float* a0 = after.row(r);
    const float* in = slopes.row(r);
    float* out = result.row(r);
    for (size_t j = 0; j < after.columns(); ++j) {
      if (activation == Activation::kMaxout) {
        const size_t k = j + after.columns();
        const MaxSlopes s = SlopesOfMax(z0[j], z0[k], z1[j], z1[k]);
        out[j] = in[j] * s.p;
        out[k] = in[j] * s.q;
      } else {
        const float difference = z1[j] - z0[j];
        out[j] = in[j] * (IsNone(difference, z0[j]) ? Derivative(activation, z0[j], a0[j])
                                                    : (a1[j] - a0[j]) / difference);
      }
    }
  }
  return result;
}

void RescaleRule::AddContributions(const InputBatch<float>& batch, size_t row,
                                   std::vector<double>& contributions) const {
  const Trace own = Forward(batch, row, row + 1);
  const size_t backgrounds = end_ - begin_;
  Matrix<float> slopes(backgrounds, 1);
  for (size_t b = 0; b < backgrounds; ++b) slopes(b, 0) = 1;
  for (size_t l = network_.layers.size() - 1; l > 0; --l) {
    const Matrix<float>& weights = network_.layers[l].weights;
    Matrix<float> after(backgrounds, weights.rows());
    GemmTransposedB<float>(slopes.view(), weights.view(), after.view(), GemmMode::kReplace);
    slopes = PassActivation(after, own, l - 1);
  }
  const Matrix<float>& weights = network_.layers[0].weights;
  const InputShape& shape = network_.input;
  if (shape.dense > 0) {
    Matrix<float> dense(backgrounds, shape.dense);
    GemmTransposedB<float>(slopes.view(),
                           weights.view().Rows(shape.levels, shape.levels + shape.dense),
                           dense.view(), GemmMode::kReplace);
    const float* x = batch.dense.row(row);
    for (size_t b = 0; b < backgrounds; ++b) {
      const float* other = batch_->dense.row(begin_ + b);
      for (size_t d = 0; d < shape.dense; ++d) {
        contributions[feature_of_unit_[shape.levels + d]] +=
            static_cast<double>(dense(b, d)) * (x[d] - other[d]);
      }
    }
  }
  const auto along = [&](const float* slope, uint32_t unit) {
    const float* w = weights.row(unit);
    double sum = 0;
    for (size_t j = 0; j < weights.columns(); ++j) sum += static_cast<double>(slope[j]) * w[j];
    return sum;
  };
  if (!batch.entries[row].empty()) {
    Matrix<float> sum(1, slopes.columns());
    for (size_t b = 0; b < backgrounds; ++b) {
      for (size_t j = 0; j < slopes.columns(); ++j) sum(0, j) += slopes(b, j);
    }
    for (const InputEntry<float>& entry : batch.entries[row]) {
      contributions[feature_of_unit_[entry.unit]] += entry.value * along(sum.row(0), entry.unit);
    }
  }
  for (size_t b = 0; b < backgrounds; ++b) {
    for (const InputEntry<float>& entry : batch_->entries[begin_ + b]) {
      contributions[feature_of_unit_[entry.unit]] -= entry.value * along(slopes.row(b), entry.unit);
    }
  }
}

}  // namespace thalweg
