#include "mapreduce/quantiles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "mapreduce/visit_cells.h"

namespace thalweg {
namespace {

// Selection digit by digit: a histogram of the leading bits says in which bin a rank falls, the
// next histogram counts the next bits of the cells in that bin, and so on, until the cells that are
// left are few enough to be gathered.
struct Digit {
  int shift;
  int width;
  uint64_t Of(uint64_t key) const { return key >> shift & ((uint64_t{1} << width) - 1); }
  // The bits above it.
  uint64_t Prefix(uint64_t key) const { return shift + width == 64 ? 0 : key >> (shift + width); }
};
constexpr std::array<Digit, 6> kDigits = {
    {{48, 16}, {37, 11}, {26, 11}, {15, 11}, {4, 11}, {0, 4}}};
// Gathered at most, or one cell in so many.
constexpr uint64_t kGather = uint64_t{1} << 16;
constexpr uint64_t kGatherShare = 64;
constexpr uint64_t kSignBit = uint64_t{1} << 63;

// Unsigned integers in the order of the doubles (-0.0 counts as 0.0).
uint64_t KeyOf(double value) {
  const auto bits = std::bit_cast<uint64_t>(value + 0.0);
  return bits & kSignBit ? ~bits : bits | kSignBit;
}

double ValueOf(uint64_t key) {
  return std::bit_cast<double>(key & kSignBit ? key ^ kSignBit : ~key);
}

// Finds the number of a key's prefix among some. Most keys are ruled out by their first digit.
class PrefixIndex {
 public:
  // Ascending prefixes above `digit`.
  PrefixIndex(Digit digit, std::vector<uint64_t> prefixes)
      : digit_(digit), prefixes_(std::move(prefixes)) {
    const int known = 64 - digit.shift - digit.width;
    if (known == 0) return;
    first_.assign(size_t{1} << kDigits[0].width, 0);
    for (size_t i = prefixes_.size(); i > 0; --i) {
      first_[kDigits[0].Of(prefixes_[i - 1] << (64 - known))] = static_cast<uint32_t>(i);
    }
  }

  // prefixes().size() where there is none.
  size_t Find(uint64_t key) const {
    if (first_.empty()) return 0;
    const uint32_t first = first_[kDigits[0].Of(key)];
    if (first == 0) return prefixes_.size();
    const uint64_t prefix = digit_.Prefix(key);
    size_t i = first - 1;
    while (i < prefixes_.size() && prefixes_[i] < prefix) ++i;
    return i < prefixes_.size() && prefixes_[i] == prefix ? i : prefixes_.size();
  }
  const std::vector<uint64_t>& prefixes() const { return prefixes_; }

 private:
  Digit digit_;
  std::vector<uint64_t> prefixes_;
  std::vector<uint32_t> first_;  // by first digit: number of the first prefix, plus 1; 0: none
};

// The chunks that this rank reads, and the ranks that read the others (null: none).
struct Cells {
  const Column& column;
  size_t begin = 0;
  size_t end = 0;
  ThreadPool& pool;
  Communicator* ranks = nullptr;
};

// Calls add(thread, prefix number, key, times) for all cells that have one of the prefixes.
template <class Add>
void ForKeys(const Cells& cells_of, const PrefixIndex& index, Add add) {
  const size_t none = index.prefixes().size();
  cells_of.pool.Run(cells_of.end - cells_of.begin, [&](size_t task, size_t thread) {
    const auto add_value = [&](double value, uint64_t times) {
      if (std::isnan(value)) return;
      const uint64_t key = KeyOf(value);
      const size_t prefix = index.Find(key);
      if (prefix != none) add(thread, prefix, key, times);
    };
    const Chunk& chunk = cells_of.column.chunk(cells_of.begin + task);
    internal::VisitCells(chunk, add_value, [&](std::span<const double> cells) {
      for (const double cell : cells) add_value(cell, 1);
    });
  });
}

// A rank whose cell is looked for: the leading bits of its key, its rank among the cells with
// these, and how many they are.
struct Search {
  uint64_t rank = 0;
  uint64_t prefix = 0;
  uint64_t cells = 0;
};

PrefixIndex IndexOf(Digit digit, const std::vector<Search>& searches) {
  std::vector<uint64_t> prefixes;
  prefixes.reserve(searches.size());
  for (const Search& search : searches) prefixes.push_back(search.prefix);
  std::sort(prefixes.begin(), prefixes.end());
  prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
  return PrefixIndex(digit, std::move(prefixes));
}

size_t NumberOf(const PrefixIndex& index, uint64_t prefix) {
  const std::vector<uint64_t>& all = index.prefixes();
  return static_cast<size_t>(std::lower_bound(all.begin(), all.end(), prefix) - all.begin());
}

// Moves the searches on by one digit.
void Refine(const Cells& cells, Digit digit, std::vector<Search>* searches) {
  const PrefixIndex index = IndexOf(digit, *searches);
  const size_t bins = size_t{1} << digit.width;
  std::vector<std::vector<int64_t>> counts(cells.pool.size(),
                                           std::vector<int64_t>(index.prefixes().size() * bins));
  ForKeys(cells, index, [&](size_t thread, size_t prefix, uint64_t key, uint64_t times) {
    counts[thread][prefix * bins + digit.Of(key)] += static_cast<int64_t>(times);
  });
  if (cells.ranks != nullptr) {
    for (size_t thread = 1; thread < counts.size(); ++thread) {
      for (size_t i = 0; i < counts[0].size(); ++i) counts[0][i] += counts[thread][i];
    }
    counts.resize(1);
    cells.ranks->AllReduceSum(std::span<int64_t>(counts[0]));
  }
  for (Search& search : *searches) {
    const size_t first = NumberOf(index, search.prefix) * bins;
    for (uint64_t bin = 0;; ++bin) {
      Check(bin < bins, "a rank lies beyond the cells");
      uint64_t count = 0;
      for (const std::vector<int64_t>& of_thread : counts) {
        count += static_cast<uint64_t>(of_thread[first + bin]);
      }
      if (search.rank < count) {
        search.prefix = search.prefix << digit.width | bin;
        search.cells = count;
        break;
      }
      search.rank -= count;
    }
  }
}

// The keys of each prefix from all ranks.
void GatherKeys(Communicator& ranks, size_t prefixes, std::vector<std::vector<uint64_t>>* found) {
  // How many of each prefix, then all.
  std::string mine;
  for (size_t p = 0; p < prefixes; ++p) {
    const uint64_t count = (*found)[p].size();
    mine.append(reinterpret_cast<const char*>(&count), sizeof(count));
  }
  for (size_t p = 0; p < prefixes; ++p) {
    mine.append(reinterpret_cast<const char*>((*found)[p].data()),
                (*found)[p].size() * sizeof(uint64_t));
    (*found)[p].clear();
  }
  for (const std::string& theirs : ranks.AllGather(mine)) {
    const char* next = theirs.data() + prefixes * sizeof(uint64_t);
    for (size_t p = 0; p < prefixes; ++p) {
      uint64_t count = 0;
      std::memcpy(&count, theirs.data() + p * sizeof(count), sizeof(count));
      std::vector<uint64_t>& keys = (*found)[p];
      const size_t before = keys.size();
      keys.resize(before + count);
      if (count > 0) std::memcpy(keys.data() + before, next, count * sizeof(uint64_t));
      next += count * sizeof(uint64_t);
    }
  }
}

// Ends the searches, whose prefixes are the bits above `digit`, with the cells themselves.
void Gather(const Cells& cells, Digit digit, std::vector<Search>* searches) {
  const PrefixIndex index = IndexOf(digit, *searches);
  const size_t prefixes = index.prefixes().size();
  std::vector<std::vector<uint64_t>> found(cells.pool.size() * prefixes);
  ForKeys(cells, index, [&](size_t thread, size_t prefix, uint64_t key, uint64_t times) {
    std::vector<uint64_t>& keys = found[thread * prefixes + prefix];
    keys.insert(keys.end(), times, key);
  });
  for (size_t i = prefixes; i < found.size(); ++i) {
    std::vector<uint64_t>& keys = found[i % prefixes];
    keys.insert(keys.end(), found[i].begin(), found[i].end());
  }
  if (cells.ranks != nullptr) GatherKeys(*cells.ranks, prefixes, &found);
  for (Search& search : *searches) {
    std::vector<uint64_t>& keys = found[NumberOf(index, search.prefix)];
    Check(search.rank < keys.size(), "a rank lies beyond the cells");
    const auto at = keys.begin() + static_cast<std::ptrdiff_t>(search.rank);
    std::nth_element(keys.begin(), at, keys.end());
    search.prefix = *at;
  }
}

void Select(const Cells& cells, uint64_t present, std::vector<Search>* searches) {
  // What is gathered from other ranks travels to all.
  const uint64_t most =
      cells.ranks != nullptr ? kGather : std::max(kGather, present / kGatherShare);
  for (size_t d = 0; d < kDigits.size(); ++d) {
    Refine(cells, kDigits[d], searches);
    if (d + 1 == kDigits.size()) return;
    uint64_t left = 0;
    for (const Search& search : *searches) left += search.cells;
    if (left <= most) {
      Gather(cells, kDigits[d + 1], searches);
      return;
    }
  }
}

}  // namespace

std::vector<double> ComputeQuantiles(const Frame& frame, size_t position,
                                     std::span<const double> probabilities, ThreadPool& pool,
                                     QuantileMethod method, Communicator* ranks) {
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
  const Layout& layout = frame.layout();
  if (layout.ranks() == 1) ranks = nullptr;
  Cells cells{.column = column, .end = layout.chunks(), .pool = pool, .ranks = ranks};
  if (ranks != nullptr) {
    const auto me = static_cast<size_t>(ranks->rank());
    cells.begin = layout.FirstChunkOf(me);
    cells.end = layout.FirstChunkOf(me + 1);
  }
  int64_t here = 0;
  for (size_t c = cells.begin; c < cells.end; ++c) {
    here += column.chunk(c).rows() - column.chunk(c).missing();
  }
  if (ranks != nullptr) ranks->AllReduceSum(std::span(&here, 1));
  const auto present = static_cast<uint64_t>(here);
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
  Select(cells, present, &searches);

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
