#include "mapreduce/quantiles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "mapreduce/visit_cells.h"

namespace thalweg {
namespace {

// Selection digit by digit: a histogram of the leading bits says in which bin a rank falls, the
// next histogram counts the next bits of the cells in that bin, and so on.
struct Digit {
  int shift;
  int width;
  uint64_t Of(uint64_t key) const { return key >> shift & ((uint64_t{1} << width) - 1); }
  // The bits above it.
  uint64_t Prefix(uint64_t key) const { return shift + width == 64 ? 0 : key >> (shift + width); }
};
constexpr std::array<Digit, 6> kDigits = {
    {{53, 11}, {42, 11}, {31, 11}, {20, 11}, {9, 11}, {0, 9}}};
constexpr size_t kBins = 2048;
constexpr uint64_t kSignBit = uint64_t{1} << 63;

// Unsigned integers in the order of the doubles (-0.0 counts as 0.0).
uint64_t KeyOf(double value) {
  const auto bits = std::bit_cast<uint64_t>(value + 0.0);
  return bits & kSignBit ? ~bits : bits | kSignBit;
}

double ValueOf(uint64_t key) {
  return std::bit_cast<double>(key & kSignBit ? key ^ kSignBit : ~key);
}

// Counts the values of one digit, separately for each of some prefixes.
class Histograms {
 public:
  Histograms(Digit digit, std::vector<uint64_t> prefixes)
      : digit_(digit), prefixes_(std::move(prefixes)), bins_(prefixes_.size() * kBins) {
    for (const uint64_t prefix : prefixes_) {
      if (digit.shift == kDigits[0].shift) {
        candidates_.fill(true);
      } else {
        const int known = 64 - digit.shift - digit.width;
        candidates_[kDigits[0].Of(prefix << (64 - known))] = true;
      }
    }
  }

  void Add(double value, uint64_t times) {
    if (std::isnan(value)) return;
    const uint64_t key = KeyOf(value);
    // Most cells are ruled out by their first digit.
    if (!candidates_[kDigits[0].Of(key)]) return;
    const uint64_t prefix = digit_.Prefix(key);
    if (prefixes_[last_] != prefix) {
      const auto found = std::lower_bound(prefixes_.begin(), prefixes_.end(), prefix);
      if (found == prefixes_.end() || *found != prefix) return;
      last_ = static_cast<size_t>(found - prefixes_.begin());
    }
    bins_[last_ * kBins + digit_.Of(key)] += times;
  }

  uint64_t Count(size_t prefix, uint64_t bin) const { return bins_[prefix * kBins + bin]; }

 private:
  Digit digit_;
  std::vector<uint64_t> prefixes_;  // ascending
  std::vector<uint64_t> bins_;
  std::array<bool, kBins> candidates_ = {};
  size_t last_ = 0;
};

// A rank whose cell is looked for: the leading bits of its key, and its rank among the cells with
// these.
struct Search {
  uint64_t rank = 0;
  uint64_t prefix = 0;
};

// Moves the searches on by one digit.
void Refine(const Column& column, Digit digit, ThreadPool& pool, std::vector<Search>* searches) {
  std::vector<uint64_t> prefixes;
  for (const Search& search : *searches) prefixes.push_back(search.prefix);
  std::sort(prefixes.begin(), prefixes.end());
  prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
  std::vector<Histograms> of_threads(pool.size(), Histograms(digit, prefixes));
  pool.Run(column.chunks(), [&](size_t c, size_t thread) {
    Histograms& histograms = of_threads[thread];
    internal::VisitCells(
        column.chunk(c), [&](double value, uint64_t times) { histograms.Add(value, times); },
        [&](std::span<const double> cells) {
          for (const double cell : cells) histograms.Add(cell, 1);
        });
  });
  for (Search& search : *searches) {
    const auto prefix = static_cast<size_t>(
        std::lower_bound(prefixes.begin(), prefixes.end(), search.prefix) - prefixes.begin());
    for (uint64_t bin = 0;; ++bin) {
      Check(bin < kBins, "a rank lies beyond the cells");
      uint64_t count = 0;
      for (const Histograms& histograms : of_threads) count += histograms.Count(prefix, bin);
      if (search.rank < count) {
        search.prefix = search.prefix << digit.width | bin;
        break;
      }
      search.rank -= count;
    }
  }
}

}  // namespace

std::vector<double> ComputeQuantiles(const Frame& frame, size_t position,
                                     std::span<const double> probabilities, ThreadPool& pool,
                                     QuantileMethod method) {
  const Column& column = frame.column(position);
  if (!IsNumeric(column.type())) {
    throw UserError("column '" + Printable(frame.name(position)) + "' holds " +
                    std::string(ColumnTypeName(column.type())) +
                    " cells, which have no quantiles; choose a column of numbers");
  }
  for (const double probability : probabilities) {
    if (!(probability >= 0 && probability <= 1)) {
      throw UserError("a quantile's probability must lie between 0 and 1, not " +
                      std::to_string(probability));
    }
  }
  uint64_t present = 0;
  for (size_t c = 0; c < column.chunks(); ++c) {
    present += column.chunk(c).rows() - column.chunk(c).missing();
  }
  if (present == 0) return std::vector<double>(probabilities.size(), kMissingReal);

  // Two neighbouring ranks per probability.
  std::vector<Search> searches;
  std::vector<double> fractions;
  for (const double probability : probabilities) {
    const double at = probability * static_cast<double>(present - 1);
    const auto low = std::min(static_cast<uint64_t>(at), present - 1);
    fractions.push_back(at - static_cast<double>(low));
    searches.push_back({.rank = low});
    searches.push_back({.rank = std::min(low + 1, present - 1)});
  }
  for (const Digit digit : kDigits) Refine(column, digit, pool, &searches);

  std::vector<double> quantiles;
  for (size_t i = 0; i < probabilities.size(); ++i) {
    const double low = ValueOf(searches[2 * i].prefix);
    const double high = ValueOf(searches[2 * i + 1].prefix);
    const double fraction = fractions[i];
    if (fraction == 0 || low == high || method == QuantileMethod::kLow) {
      quantiles.push_back(low);
    } else if (method == QuantileMethod::kHigh) {
      quantiles.push_back(high);
    } else if (method == QuantileMethod::kAverage) {
      quantiles.push_back(low / 2 + high / 2);
    } else {
      quantiles.push_back(low + fraction * (high - low));
    }
  }
  return quantiles;
}

}  // namespace thalweg
