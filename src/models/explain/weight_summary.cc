#include "models/explain/weight_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/json.h"

namespace thalweg {
namespace {

template <class Use>
void ForEachFinite(const Matrix<float>& m, const Use& use) {
  for (size_t r = 0; r < m.rows(); ++r) {
    for (size_t c = 0; c < m.columns(); ++c) {
      if (std::isfinite(m(r, c))) use(static_cast<double>(m(r, c)));
    }
  }
}

}  // namespace

WeightSummary SummarizeWeights(const Matrix<float>& weights, size_t bins) {
  WeightSummary summary;
  summary.count = static_cast<int64_t>(weights.rows() * weights.columns());
  double sum = 0;
  double squares = 0;
  double finite = 0;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  ForEachFinite(weights, [&](double w) {
    finite += 1;
    sum += w;
    squares += w * w;
    low = std::min(low, w);
    high = std::max(high, w);
    summary.zeros += w == 0 ? 1 : 0;
  });
  if (finite == 0) return summary;
  summary.mean = sum / finite;
  summary.rms = std::sqrt(squares / finite);
  summary.min = low;
  summary.max = high;
  if (low == high) return summary;
  summary.histogram = Histogram(low, high, bins);
  ForEachFinite(weights, [&](double w) { summary.histogram.Add(w); });
  return summary;
}

Json WeightSummary::ToJson() const {
  JsonObject object{{"count", count},         {"zeros", zeros},         {"mean", JsonNumber(mean)},
                    {"rms", JsonNumber(rms)}, {"min", JsonNumber(min)}, {"max", JsonNumber(max)}};
  if (!histogram.counts.empty()) object["histogram"] = histogram.ToJson();
  return object;
}

Json LayersToJson(const Network& network) {
  JsonArray layers;
  for (size_t l = 0; l < network.layers.size(); ++l) {
    const AffineWeights& layer = network.layers[l];
    const bool last = l + 1 == network.layers.size();
    const std::string from = l == 0 ? "inputs" : fmt::format("hidden {}", l);
    layers.push_back(JsonObject{
        {"name", fmt::format("{} to {}", from, last ? "outputs" : fmt::format("hidden {}", l + 1))},
        {"weights", SummarizeWeights(layer.weights).ToJson()},
        {"biases", SummarizeWeights(layer.biases).ToJson()}});
  }
  return layers;
}

}  // namespace thalweg
