#include "mapreduce/weighted_quantiles.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "mapreduce/exchange.h"
#include "mapreduce/row_keys.h"
#include "mapreduce/sort_rows.h"
#include "mapreduce/value_ranges.h"

namespace thalweg {
namespace {

// Values that count, ascending, and the weight up to and with each; on several ranks a part of
// them.
struct Weighed {
  std::vector<double> values;
  std::vector<double> sums;

  void Add(double value, double weight) {
    values.push_back(value);
    sums.push_back((sums.empty() ? before : sums.back()) + weight);
  }
  double total() const { return sums.empty() ? before : sums.back(); }

  double before = 0;  // the weight of the parts of lower ranks
};

[[noreturn]] void RefuseWeight(const Frame& frame, size_t weights, int64_t row) {
  throw UserError("the weights column '" + Printable(frame.name(weights)) +
                  "' holds a negative number in row " + std::to_string(row + 1));
}

Weighed WeighedRows(const Frame& frame, size_t column, size_t weights, ThreadPool& pool) {
  const auto rows = static_cast<size_t>(frame.rows());
  std::vector<double> cells(rows);
  std::vector<double> weight(rows);
  ReadCells(frame, column, 0, std::span<double>(cells));
  ReadCells(frame, weights, 0, std::span<double>(weight));
  const internal::SortKey key{.column = column};
  const internal::RowKeys words(frame, std::span(&key, 1), pool);
  const internal::SortedRows sorted = internal::SortRows(words, internal::Grouping::kNone, pool);
  Weighed weighed;
  for (const uint32_t row : sorted.rows.span()) {
    if (std::isnan(cells[row]) || std::isnan(weight[row]) || weight[row] == 0) continue;
    if (weight[row] < 0) RefuseWeight(frame, weights, row);
    weighed.Add(cells[row], weight[row]);
  }
  return weighed;
}

// A row that counts, or would if its weight were not negative.
struct WeightedCell {
  double value = 0;
  double weight = 0;
  int64_t row = 0;
};

// The same over ranks: this rank's range of the values.
Weighed WeighedRows(const Frame& frame, size_t column, size_t weights, ThreadPool& pool,
                    Communicator& ranks) {
  const Layout& layout = frame.layout();
  const auto me = static_cast<size_t>(ranks.rank());
  const internal::ValueRanges ranges(frame, column, pool, ranks);
  std::vector<std::vector<WeightedCell>> to_each(static_cast<size_t>(ranks.size()));
  std::vector<double> cells;
  std::vector<double> weight;
  for (size_t c = layout.FirstChunkOf(me); c < layout.FirstChunkOf(me + 1); ++c) {
    cells.resize(static_cast<size_t>(layout.ChunkRows(c)));
    weight.resize(cells.size());
    frame.column(column).chunk(c).Decode(0, std::span<double>(cells));
    frame.column(weights).chunk(c).Decode(0, std::span<double>(weight));
    for (size_t i = 0; i < cells.size(); ++i) {
      if (std::isnan(cells[i]) || std::isnan(weight[i]) || weight[i] == 0) continue;
      to_each[ranges.RankOf(cells[i])].push_back(
          {cells[i], weight[i], layout.ChunkStart(c) + static_cast<int64_t>(i)});
    }
  }
  std::vector<WeightedCell> own;
  for (const auto& part : Exchange(std::move(to_each), ranks)) {
    own.insert(own.end(), part.begin(), part.end());
  }
  // Rows of equal cells stay in their order.
  std::stable_sort(own.begin(), own.end(),
                   [](const WeightedCell& a, const WeightedCell& b) { return a.value < b.value; });
  Weighed weighed;
  int64_t refused = -1;
  for (int rank = 0; rank < ranks.size(); ++rank) {
    if (rank == ranks.rank()) {
      for (const WeightedCell& cell : own) {
        if (cell.weight < 0 && refused < 0) refused = cell.row;
        weighed.Add(cell.value, cell.weight);
      }
    }
    struct Told {
      double total;
      int64_t refused;
    } told{weighed.total(), refused};
    const std::string bytes =
        ranks.Broadcast({reinterpret_cast<const char*>(&told), sizeof(told)}, rank);
    std::memcpy(&told, bytes.data(), sizeof(told));
    if (told.refused >= 0) RefuseWeight(frame, weights, told.refused);
    if (rank < ranks.rank()) weighed.before = told.total;
  }
  return weighed;
}

struct AllRows {
  double total = 0;
  bool none = false;  // no row counts
};

AllRows OfAllRanks(const Weighed& weighed, Communicator* ranks) {
  if (ranks == nullptr) return {weighed.total(), weighed.values.empty()};
  auto count = static_cast<int64_t>(weighed.values.size());
  ranks->AllReduceSum(std::span<int64_t>(&count, 1));
  AllRows all{weighed.total(), count == 0};
  const std::string bytes = ranks->Broadcast(
      {reinterpret_cast<const char*>(&all.total), sizeof(double)}, ranks->size() - 1);
  std::memcpy(&all.total, bytes.data(), sizeof(double));
  return all;
}

// The value whose weight holds each place: the first whose sum is beyond it, or the last value.
std::vector<double> ValuesAt(const Weighed& weighed, std::span<const double> places,
                             Communicator* ranks) {
  const auto size = static_cast<int64_t>(weighed.values.size());
  std::vector<int64_t> counts(places.size());  // sums up to the place
  for (size_t i = 0; i < places.size(); ++i) {
    counts[i] = std::upper_bound(weighed.sums.begin(), weighed.sums.end(), places[i]) -
                weighed.sums.begin();
  }
  int64_t first = 0;  // the number of this rank's first value
  int64_t all = size;
  if (ranks != nullptr) {
    ranks->AllReduceSum(std::span<int64_t>(counts));
    std::vector<int64_t> sizes(static_cast<size_t>(ranks->size()));
    sizes[static_cast<size_t>(ranks->rank())] = size;
    ranks->AllReduceSum(std::span<int64_t>(sizes));
    first = std::accumulate(sizes.begin(), sizes.begin() + ranks->rank(), int64_t{0});
    all = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
  }
  // The bits of the one rank that has it, and zeros.
  std::vector<int64_t> bits(places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    const int64_t at = std::min(counts[i], all - 1) - first;
    if (at >= 0 && at < size) {
      bits[i] = std::bit_cast<int64_t>(weighed.values[static_cast<size_t>(at)]);
    }
  }
  if (ranks != nullptr) ranks->AllReduceSum(std::span<int64_t>(bits));
  std::vector<double> values;
  for (const int64_t b : bits) values.push_back(std::bit_cast<double>(b));
  return values;
}

}  // namespace

std::vector<double> ComputeWeightedQuantiles(const Frame& frame, size_t column, size_t weights,
                                             std::span<const double> probabilities,
                                             ThreadPool& pool, QuantileMethod method,
                                             Communicator* ranks) {
  for (const size_t c : {column, weights}) {
    if (!IsNumeric(frame.column(c).type())) {
      throw UserError("quantiles need numbers; column '" + Printable(frame.name(c)) +
                      "' is of type " + std::string(ColumnTypeName(frame.column(c).type())));
    }
  }
  for (const double probability : probabilities) {
    if (!(probability >= 0 && probability <= 1)) {
      throw UserError("probabilities of quantiles lie in [0, 1]");
    }
  }
  if (frame.layout().ranks() == 1) ranks = nullptr;
  const Weighed weighed = ranks == nullptr ? WeighedRows(frame, column, weights, pool)
                                           : WeighedRows(frame, column, weights, pool, *ranks);
  const AllRows all = OfAllRanks(weighed, ranks);
  if (all.none) return std::vector<double>(probabilities.size(), kMissingReal);
  std::vector<double> places;  // two per probability
  for (const double probability : probabilities) {
    const double place = std::floor(std::max(0.0, probability * (all.total - 1)));
    places.push_back(place);
    places.push_back(place + 1);
  }
  const std::vector<double> values = ValuesAt(weighed, places, ranks);
  std::vector<double> quantiles;
  for (size_t i = 0; i < probabilities.size(); ++i) {
    const double part = std::max(0.0, probabilities[i] * (all.total - 1)) - places[2 * i];
    const double low = values[2 * i];
    const double high = part > 0 ? values[2 * i + 1] : low;
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
