#include "learn/deeplearning/layer_diagnostics.h"

#include <cmath>

#include "base/json.h"

namespace thalweg {
namespace {

// Mean and root mean square of value(row, column) over a matrix of this shape.
template <class Value>
std::pair<double, double> MeanAndRms(const Matrix<float>& shape, const Value& value) {
  double sum = 0;
  double squares = 0;
  for (size_t r = 0; r < shape.rows(); ++r) {
    for (size_t c = 0; c < shape.columns(); ++c) {
      const double v = value(r, c);
      sum += v;
      squares += v * v;
    }
  }
  const auto count = static_cast<double>(shape.rows() * shape.columns());
  return {sum / count, std::sqrt(squares / count)};
}

}  // namespace

Json DiagnoseLayers(Net<float>& net, const Optimizer<float>& optimizer) {
  JsonArray layers;
  const std::vector<ParameterBlock<float>> blocks = net.Blocks();
  for (size_t i = 0; i + 1 < blocks.size(); i += 2) {
    if (!blocks[i].penalized) continue;  // batch normalization
    const Matrix<float>& weights = *blocks[i].values;
    const Matrix<float>& biases = *blocks[i + 1].values;
    const auto weight = MeanAndRms(weights, [&](size_t r, size_t c) { return weights(r, c); });
    const auto bias = MeanAndRms(biases, [&](size_t r, size_t c) { return biases(r, c); });
    const auto rate =
        MeanAndRms(weights, [&](size_t r, size_t c) { return optimizer.RateOf(i, r, c); });
    layers.push_back(JsonObject{{"layer", blocks[i].layer + 1},
                                {"units", biases.columns()},
                                {"mean_weight", JsonNumber(weight.first)},
                                {"weight_rms", JsonNumber(weight.second)},
                                {"mean_bias", JsonNumber(bias.first)},
                                {"bias_rms", JsonNumber(bias.second)},
                                {"mean_rate", JsonNumber(rate.first)},
                                {"rate_rms", JsonNumber(rate.second)}});
  }
  return layers;
}

}  // namespace thalweg
