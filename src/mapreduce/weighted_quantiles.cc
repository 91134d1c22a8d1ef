#include "mapreduce/weighted_quantiles.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "mapreduce/row_keys.h"
#include "mapreduce/sort_rows.h"

namespace thalweg {

std::vector<double> ComputeWeightedQuantiles(const Frame& frame, size_t column, size_t weights,
                                             std::span<const double> probabilities,
                                             ThreadPool& pool, QuantileMethod method) {
  for (const size_t c : {column, weights}) {
    if (!IsNumeric(frame.column(c).type())) {
      throw UserError("quantiles need numbers; column '" + Printable(frame.name(c)) +
                      "' is of type " + std::string(ColumnTypeName(frame.column(c).type())));
    }
  }
  const auto rows = static_cast<size_t>(frame.rows());
  std::vector<double> cells(rows);
  std::vector<double> weight(rows);
  ReadCells(frame, column, 0, std::span<double>(cells));
  ReadCells(frame, weights, 0, std::span<double>(weight));
  const internal::SortKey key{.column = column};
  const internal::RowKeys words(frame, std::span(&key, 1), pool);
  const internal::SortedRows sorted = internal::SortRows(words, internal::Grouping::kNone, pool);
  // Rows that count, and the weight up to and with each.
  std::vector<double> values;
  std::vector<double> sums;
  for (const uint32_t row : sorted.rows.span()) {
    if (std::isnan(cells[row]) || std::isnan(weight[row]) || weight[row] == 0) continue;
    if (weight[row] < 0) {
      throw UserError("the weights column '" + Printable(frame.name(weights)) +
                      "' holds a negative number in row " + std::to_string(row + 1));
    }
    values.push_back(cells[row]);
    sums.push_back((sums.empty() ? 0 : sums.back()) + weight[row]);
  }
  std::vector<double> quantiles;
  for (const double probability : probabilities) {
    if (!(probability >= 0 && probability <= 1)) {
      throw UserError("probabilities of quantiles lie in [0, 1]");
    }
    if (values.empty()) {
      quantiles.push_back(kMissingReal);
      continue;
    }
    // The cell whose weights hold a place.
    const auto cell = [&](double place) {
      const auto found = std::upper_bound(sums.begin(), sums.end(), place);
      return found == sums.end() ? values.back()
                                 : values[static_cast<size_t>(found - sums.begin())];
    };
    const double place = std::max(0.0, probability * (sums.back() - 1));
    const double low = cell(std::floor(place));
    const double part = place - std::floor(place);
    const double high = part > 0 ? cell(std::floor(place) + 1) : low;
    switch (method) {
      case QuantileMethod::kInterpolate:
        quantiles.push_back(low + part * (high - low));
        break;
      case QuantileMethod::kAverage:
        quantiles.push_back(low + (high - low) / 2);
        break;
      case QuantileMethod::kLow:
        quantiles.push_back(low);
        break;
      case QuantileMethod::kHigh:
        quantiles.push_back(high);
        break;
    }
  }
  return quantiles;
}

}  // namespace thalweg
