#include "models/explain/gedeon_importance.h"

#include <algorithm>
#include <cmath>

namespace thalweg {
namespace {

// Sums of the magnitudes into each unit.
std::vector<double> ColumnSums(const Matrix<float>& weights, size_t channels) {
  const size_t units = weights.columns() / channels;
  std::vector<double> sums(units);
  for (size_t r = 0; r < weights.rows(); ++r) {
    for (size_t c = 0; c < weights.columns(); ++c) sums[c % units] += std::abs(weights(r, c));
  }
  return sums;
}

// result[r] = sum over units of shares[unit] * the share of row r in the weights into that unit.
std::vector<double> GiveToRows(const Matrix<float>& weights, size_t channels,
                               std::vector<double> shares) {
  const std::vector<double> sums = ColumnSums(weights, channels);
  for (size_t u = 0; u < shares.size(); ++u) shares[u] = sums[u] > 0 ? shares[u] / sums[u] : 0;
  std::vector<double> result(weights.rows());
  for (size_t r = 0; r < weights.rows(); ++r) {
    for (size_t c = 0; c < weights.columns(); ++c) {
      result[r] += std::abs(weights(r, c)) * shares[c % shares.size()];
    }
  }
  return result;
}

}  // namespace

std::vector<std::string> InputNames(const FeatureEncoder& encoder) {
  std::vector<std::string> names;
  for (const FeatureColumn& column : encoder.columns()) {
    for (std::string& name : column.UnitNames()) names.push_back(std::move(name));
  }
  return names;
}

std::vector<double> GedeonValues(const Network& network) {
  const bool hidden = network.layers.size() > 1;
  const size_t channels = ChannelsOf(network.activation);
  const Matrix<float>& first = network.layers[0].weights;
  std::vector<double> values;
  if (!hidden) {
    values = GiveToRows(first, 1, std::vector<double>(first.columns(), 1));
  } else {
    const Matrix<float>& second = network.layers[1].weights;
    const size_t second_channels = network.layers.size() > 2 ? channels : 1;
    // Paths through a hidden unit without incoming weights end there: what an output would give to
    // it is shared by the others.
    const std::vector<double> into_first = ColumnSums(first, channels);
    Matrix<float> alive = second;
    for (size_t r = 0; r < alive.rows(); ++r) {
      if (into_first[r] == 0) std::fill_n(alive.row(r), alive.columns(), 0.0F);
    }
    const std::vector<double> ones(second.columns() / second_channels, 1);
    values = GiveToRows(first, channels, GiveToRows(alive, second_channels, ones));
  }
  const double largest = *std::max_element(values.begin(), values.end());
  if (largest > 0) {
    for (double& value : values) value /= largest;
  }
  return values;
}

std::vector<VariableImportance> GedeonImportances(const FeatureEncoder& encoder,
                                                  const Network& network) {
  return RankImportances(InputNames(encoder), GedeonValues(network));
}

}  // namespace thalweg
