#include "models/categorical_encoding.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "base/checksum.h"

namespace thalweg {
namespace {

double Square(double x) { return x * x; }

// The leading eigenvector of diag(p) - p p', the covariance of one-hot columns with shares p, by
// power iteration; its largest element is positive.
std::vector<double> LeadingEigenvector(const std::vector<double>& p) {
  constexpr int kRounds = 1000;
  constexpr double kClose = 1e-12;
  std::vector<double> v(p.size());
  for (size_t i = 0; i < v.size(); ++i) v[i] = p[i] * (1 + 1.0 / static_cast<double>(i + 1));
  for (int round = 0; round < kRounds; ++round) {
    const double along = std::inner_product(p.begin(), p.end(), v.begin(), 0.0);
    std::vector<double> next(v.size());
    double norm = 0;
    for (size_t i = 0; i < v.size(); ++i) {
      next[i] = p[i] * (v[i] - along);
      norm += Square(next[i]);
    }
    if (norm == 0) break;
    double moved = 0;
    for (size_t i = 0; i < v.size(); ++i) {
      next[i] /= std::sqrt(norm);
      moved += Square(next[i] - v[i]);
    }
    v = std::move(next);
    if (moved < kClose) break;
  }
  const auto largest = std::max_element(
      v.begin(), v.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  if (*largest < 0) {
    for (double& x : v) x = -x;
  }
  return v;
}

// Each level's place when sorted by mean response; levels without one come last.
std::vector<double> PlacesByResponse(const std::vector<double>& means) {
  std::vector<size_t> order(means.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (std::isnan(means[a]) || std::isnan(means[b]))
      return std::isnan(means[b]) && !std::isnan(means[a]);
    return means[a] < means[b];
  });
  std::vector<double> places(means.size());
  for (size_t i = 0; i < order.size(); ++i) places[order[i]] = static_cast<double>(i);
  return places;
}

// Mean 0 and standard deviation 1 over the training rows, column by column.
void Standardize(const LevelStatistics& statistics, LevelTable& table) {
  const size_t levels = statistics.counts.size();
  const auto weight = [&](size_t row) {
    return static_cast<double>(row < levels ? statistics.counts[row] : statistics.missing);
  };
  for (size_t c = 0; c < table.width; ++c) {
    double rows = 0, sum = 0, squares = 0;
    for (size_t r = 0; r <= levels; ++r) {
      rows += weight(r);
      sum += weight(r) * table.values[r * table.width + c];
    }
    const double mean = rows > 0 ? sum / rows : 0;
    for (size_t r = 0; r <= levels; ++r) {
      squares += weight(r) * Square(table.values[r * table.width + c] - mean);
    }
    const double scale = rows > 1 && squares > 0 ? std::sqrt((rows - 1) / squares) : 1;
    for (size_t r = 0; r <= levels; ++r) {
      double& value = table.values[r * table.width + c];
      value = (value - mean) * scale;
    }
  }
}

// One number per level; the mean over the training rows for missing cells.
LevelTable SingleColumn(const LevelStatistics& statistics, std::vector<double> values) {
  double rows = 0, sum = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    rows += static_cast<double>(statistics.counts[i]);
    sum += static_cast<double>(statistics.counts[i]) * values[i];
  }
  values.push_back(rows > 0 ? sum / rows : 0);
  return {1, std::move(values)};
}

}  // namespace

LevelStatistics CountLevels(const Frame& frame, size_t column, std::span<const double> responses) {
  constexpr int64_t kBlock = 1 << 14;
  LevelStatistics statistics;
  const size_t levels = frame.column(column).domain()->levels().size();
  statistics.counts.resize(levels);
  std::vector<double> sums(responses.empty() ? 0 : levels);
  statistics.responses.resize(sums.size());
  std::vector<int64_t> codes;
  for (int64_t begin = 0; begin < frame.rows(); begin += kBlock) {
    codes.resize(static_cast<size_t>(std::min(kBlock, frame.rows() - begin)));
    ReadCells(frame, column, begin, codes);
    for (size_t r = 0; r < codes.size(); ++r) {
      if (codes[r] == kMissingInt) {
        ++statistics.missing;
        continue;
      }
      const auto level = static_cast<size_t>(codes[r]);
      ++statistics.counts[level];
      if (responses.empty()) continue;
      const double response = responses[static_cast<size_t>(begin) + r];
      if (std::isnan(response)) continue;
      sums[level] += response;
      ++statistics.responses[level];
    }
  }
  for (size_t i = 0; i < sums.size(); ++i) {
    statistics.mean_response.push_back(sums[i] / static_cast<double>(statistics.responses[i]));
  }
  return statistics;
}

LevelTable MakeLevelTable(CategoricalEncoding encoding, const LevelStatistics& statistics,
                          bool standardize) {
  const size_t levels = statistics.counts.size();
  LevelTable table;
  switch (encoding) {
    case CategoricalEncoding::kOneHotExplicit:
      table.width = levels + 1;
      table.values.assign(table.width * table.width, 0);
      for (size_t i = 0; i < table.width; ++i) table.values[i * table.width + i] = 1;
      break;
    case CategoricalEncoding::kBinary:
      table.width = static_cast<size_t>(std::bit_width(levels));
      for (size_t row = 0; row <= levels; ++row) {
        const size_t code = row < levels ? row + 1 : 0;
        for (size_t bit = table.width; bit-- > 0;) {
          table.values.push_back(static_cast<double>(code >> bit & 1));
        }
      }
      break;
    case CategoricalEncoding::kEigen: {
      const auto rows = static_cast<double>(
          std::accumulate(statistics.counts.begin(), statistics.counts.end(), int64_t{0}));
      std::vector<double> shares;
      for (int64_t count : statistics.counts) {
        shares.push_back(rows > 0 ? static_cast<double>(count) / rows : 0);
      }
      table = SingleColumn(statistics, LeadingEigenvector(shares));
      break;
    }
    case CategoricalEncoding::kSortByResponse:
      table = SingleColumn(statistics, PlacesByResponse(statistics.mean_response));
      break;
    default: {
      std::vector<double> numbers(levels);
      std::iota(numbers.begin(), numbers.end(), 0);
      table = SingleColumn(statistics, std::move(numbers));
      break;
    }
  }
  if (standardize) Standardize(statistics, table);
  return table;
}

std::vector<size_t> FrequentLevels(const LevelStatistics& statistics) {
  std::vector<size_t> order(statistics.counts.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return statistics.counts[a] > statistics.counts[b]; });
  order.resize(std::min(order.size(), kLimitedLevels));
  std::sort(order.begin(), order.end());
  return order;
}

size_t LevelCap(std::span<const size_t> level_counts, size_t limit) {
  std::vector<size_t> counts(level_counts.begin(), level_counts.end());
  std::sort(counts.begin(), counts.end());
  size_t left = limit;
  for (size_t i = 0; i < counts.size(); ++i) {
    const size_t share = left / (counts.size() - i);
    if (counts[i] > share) return std::max<size_t>(1, share);
    left -= counts[i];
  }
  return counts.empty() ? 1 : std::max<size_t>(1, counts.back());
}

size_t HashLevel(const std::string& level, size_t buckets) { return Checksum(level) % buckets; }

}  // namespace thalweg
