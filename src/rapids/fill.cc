// Filling missing cells, and leaving out their rows.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "mapreduce/exchange.h"
#include "mapreduce/quantiles.h"
#include "mapreduce/value_ranges.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"
#include "rapids/selection.h"
#include "rapids/temporaries.h"

namespace thalweg::internal {
namespace {

bool HasPlainNumbers(const Column& column) {
  return column.type() == ColumnType::kReal || column.type() == ColumnType::kInteger;
}

// Calls mark(row of the chunk) for the missing cells of a chunk.
template <class Mark>
void ForMissing(const Column& column, size_t chunk, Mark mark) {
  if (column.chunk(chunk).missing() == 0) return;
  const size_t rows = column.chunk(chunk).rows();
  if (column.type() == ColumnType::kString) {
    const auto cells = ChunkCells<std::string_view>(column, chunk);
    for (size_t i = 0; i < rows; ++i) {
      if (cells[i].data() == nullptr) mark(i);
    }
  } else if (column.type() == ColumnType::kUuid) {
    const auto cells = ChunkCells<Uuid>(column, chunk);
    for (size_t i = 0; i < rows; ++i) {
      if (cells[i] == kMissingUuid) mark(i);
    }
  } else {
    const auto cells = ChunkCells<double>(column, chunk);
    for (size_t i = 0; i < rows; ++i) {
      if (std::isnan(cells[i])) mark(i);
    }
  }
}

// The last present cell in the direction of filling, and how many missing ones came since.
struct LastPresent {
  double cell = kMissingReal;
  int64_t distance = 0;
};

// Missing cells take the last present one before them, at most `most` rows away. `at` numbers the
// cells in the direction of filling.
void FillLine(size_t count, int64_t most, const auto& at, LastPresent last,
              std::span<double> cells) {
  for (size_t i = 0; i < count; ++i) {
    double& cell = cells[at(i)];
    if (!std::isnan(cell)) {
      last = {cell, 0};
    } else if (++last.distance <= most) {
      cell = last.cell;
    }
  }
}

// Down the rows: what each chunk is given by those before it (or, backward, after it).
ColumnPtr FilledDown(const Layout& layout, const Column& column, bool forward, int64_t most,
                     Evaluator& evaluator) {
  const auto ends = ChunkParts(layout, evaluator, [&](size_t chunk) {
    const auto cells = ChunkCells<double>(column, chunk);
    LastPresent last;
    for (size_t i = 0; i < cells.size() && std::isnan(last.cell); ++i) {
      last = {cells[forward ? cells.size() - 1 - i : i], static_cast<int64_t>(i)};
    }
    if (std::isnan(last.cell)) last.distance = static_cast<int64_t>(cells.size());
    return last;
  });
  std::vector<LastPresent> before(ends.size());
  LastPresent last;
  for (size_t i = 0; i < ends.size(); ++i) {
    const size_t chunk = forward ? i : ends.size() - 1 - i;
    before[chunk] = last;
    if (std::isnan(ends[chunk].cell)) {
      last.distance += ends[chunk].distance;
    } else {
      last = ends[chunk];
    }
  }
  return MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    column.chunk(chunk).Decode(0, out);
    FillLine(
        out.size(), most, [&](size_t i) { return forward ? i : out.size() - 1 - i; }, before[chunk],
        out);
  });
}

// Along the rows.
std::vector<ColumnPtr> FilledAlong(const Frame& frame, bool forward, int64_t most,
                                   Evaluator& evaluator) {
  const Layout& layout = frame.layout();
  const size_t columns = frame.columns();
  std::vector<std::vector<ChunkPtr>> chunks(columns, std::vector<ChunkPtr>(layout.chunks()));
  ForEachChunk(layout, evaluator, [&](size_t chunk) {
    std::vector<std::vector<double>> cells;
    for (size_t c = 0; c < columns; ++c) {
      cells.push_back(ChunkCells<double>(frame.column(c), chunk));
    }
    std::vector<double> line(columns);
    for (size_t r = 0; r < static_cast<size_t>(layout.ChunkRows(chunk)); ++r) {
      for (size_t c = 0; c < columns; ++c) line[c] = cells[c][r];
      FillLine(
          columns, most, [&](size_t i) { return forward ? i : columns - 1 - i; }, {}, line);
      for (size_t c = 0; c < columns; ++c) cells[c][r] = line[c] + 0.0;
    }
    for (size_t c = 0; c < columns; ++c) chunks[c][chunk] = EncodeReals(cells[c]);
  });
  std::vector<ColumnPtr> filled;
  for (auto& list : chunks) filled.push_back(NumericColumn(std::move(list), evaluator));
  return filled;
}

// The cells of this rank's rows.
std::vector<double> OwnCells(const Layout& layout, const Column& column, Evaluator& evaluator) {
  const ChunkRange own = OwnChunks(layout, evaluator);
  const int64_t first = layout.ChunkStart(own.begin);
  std::vector<double> cells(static_cast<size_t>(layout.ChunkStart(own.end) - first));
  ForEachChunk(layout, evaluator, [&](size_t chunk) {
    column.chunk(chunk).Decode(
        0, std::span(cells).subspan(static_cast<size_t>(layout.ChunkStart(chunk) - first),
                                    static_cast<size_t>(layout.ChunkRows(chunk))));
  });
  return cells;
}

// What fills a column: its mean, median or mode over some rows.
enum class FillMethod { kMean, kMedian, kMode };

FillMethod FillMethodOf(const Arguments& arguments, size_t i) {
  const std::string method = arguments.size() > i ? arguments.Text(i) : "mean";
  if (method == "mean") return FillMethod::kMean;
  if (method == "median") return FillMethod::kMedian;
  if (method == "mode") return FillMethod::kMode;
  arguments.Fail(i, "must be mean, median or mode, not '" + Printable(method) + "'");
}

double Summary(std::vector<double> cells, FillMethod method, const std::string& combine) {
  std::erase_if(cells, [](double cell) { return std::isnan(cell); });
  if (cells.empty()) return kMissingReal;
  const auto n = static_cast<double>(cells.size());
  if (method == FillMethod::kMean) {
    double sum = 0;
    for (const double cell : cells) sum += cell;
    return sum / n;
  }
  std::sort(cells.begin(), cells.end());
  if (method == FillMethod::kMode) {
    // The smallest of the most frequent.
    double best = cells.front();
    size_t most = 0;
    for (size_t i = 0; i < cells.size();) {
      size_t end = i;
      while (end < cells.size() && cells[end] == cells[i]) ++end;
      if (end - i > most) {
        most = end - i;
        best = cells[i];
      }
      i = end;
    }
    return best;
  }
  const double low = cells[(cells.size() - 1) / 2];
  const double high = cells[cells.size() / 2];
  if (combine == "low" || combine == "lo") return low;
  if (combine == "high" || combine == "hi") return high;
  return (low + high) / 2;
}

ColumnPtr Filled(const Layout& layout, const Column& column, Evaluator& evaluator,
                 const std::function<double(size_t)>& value_of_row) {
  if (HasPlainNumbers(column)) {
    return MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
      column.chunk(chunk).Decode(0, out);
      const auto start = static_cast<size_t>(layout.ChunkStart(chunk));
      for (size_t i = 0; i < out.size(); ++i) {
        if (std::isnan(out[i])) out[i] = value_of_row(start + i);
      }
    });
  }
  return MakeIntegers(
      layout, evaluator, column.type(), column.domain(), [&](size_t chunk, std::span<int64_t> out) {
        column.chunk(chunk).Decode(0, out);
        const auto start = static_cast<size_t>(layout.ChunkStart(chunk));
        for (size_t i = 0; i < out.size(); ++i) {
          if (out[i] != kMissingInt) continue;
          const double value = value_of_row(start + i);
          out[i] = std::isnan(value) ? kMissingInt : static_cast<int64_t>(std::llround(value));
        }
      });
}

// Of all ranks' cells; the same bits as Summary of them.
double SummaryOverRanks(const Frame& frame, size_t position, FillMethod method,
                        const std::string& combine, Evaluator& evaluator) {
  const Layout& layout = frame.layout();
  const Column& column = frame.column(position);
  Communicator& ranks = evaluator.context().ranks;
  if (method == FillMethod::kMedian) {
    const double half[] = {0.5};
    const auto quantile = [&](QuantileMethod side) {
      return ComputeQuantiles(frame, position, half, evaluator.pool(), side, &ranks).front();
    };
    const double low = quantile(QuantileMethod::kLow);
    const double high = quantile(QuantileMethod::kHigh);
    if (combine == "low" || combine == "lo") return low;
    if (combine == "high" || combine == "hi") return high;
    return (low + high) / 2;
  }
  std::vector<double> cells = OwnCells(layout, column, evaluator);
  std::erase_if(cells, [](double cell) { return std::isnan(cell); });
  if (method == FillMethod::kMean) {
    double sums[] = {0, 0};  // of the cells, and how many
    SumInTurn(layout, evaluator, std::span<double>(sums), [&] {
      for (const double cell : cells) sums[0] += cell;
      sums[1] += static_cast<double>(cells.size());
    });
    return sums[1] == 0 ? kMissingReal : sums[0] / sums[1];
  }
  // Each rank counts a range of the values.
  struct Counted {
    double cell = kMissingReal;
    int64_t count = 0;
  };
  const auto counted = [](std::vector<Counted> all) {
    std::sort(all.begin(), all.end(),
              [](const Counted& a, const Counted& b) { return a.cell < b.cell; });
    std::vector<Counted> joined;
    for (const Counted& one : all) {
      if (joined.empty() || joined.back().cell != one.cell) joined.push_back({one.cell, 0});
      joined.back().count += one.count;
    }
    return joined;
  };
  std::vector<Counted> own;
  for (const double cell : cells) own.push_back({cell, 1});
  cells = {};
  const ValueRanges ranges(frame, position, evaluator.pool(), ranks);
  std::vector<std::vector<Counted>> to_each(static_cast<size_t>(ranks.size()));
  for (const Counted& one : counted(std::move(own))) {
    to_each[ranges.RankOf(one.cell)].push_back(one);
  }
  own = {};
  for (const auto& part : Exchange(std::move(to_each), ranks)) {
    own.insert(own.end(), part.begin(), part.end());
  }
  const auto best_of = [](const std::vector<Counted>& all) {
    Counted best;
    for (const Counted& one : all) {
      if (one.count > best.count) best = one;
    }
    return best;
  };
  const Counted mine = best_of(counted(std::move(own)));
  std::vector<Counted> best;  // ascending
  for (const std::string& theirs :
       ranks.AllGather({reinterpret_cast<const char*>(&mine), sizeof(mine)})) {
    best.emplace_back();
    std::memcpy(static_cast<void*>(&best.back()), theirs.data(), sizeof(mine));
  }
  return best_of(best).cell;
}

// Groups of rows that are equal in some columns: the group of each row of this rank, and the cells
// of each group's first row.
struct Groups {
  std::vector<uint32_t> of_row;
  std::vector<std::vector<double>> cells;
};

Groups GroupRows(const Frame& frame, const std::vector<size_t>& by, Evaluator& evaluator) {
  const Layout& layout = frame.layout();
  std::vector<std::vector<double>> keys;
  for (const size_t column : by) {
    keys.push_back(OwnCells(layout, frame.column(column), evaluator));
  }
  struct Group {
    uint32_t number = 0;
    std::vector<double> cells;
  };
  std::map<std::vector<double>, Group> known;
  std::vector<double> cells(by.size());
  std::vector<double> key(by.size());
  // The group of `cells` in `map`. Missing cells come first and are one group.
  const auto group_of = [&](std::map<std::vector<double>, Group>& map) -> const Group& {
    for (size_t k = 0; k < key.size(); ++k) key[k] = std::isnan(cells[k]) ? -HUGE_VAL : cells[k];
    const auto at = map.lower_bound(key);
    if (at != map.end() && at->first == key) return at->second;
    return map.emplace_hint(at, key, Group{static_cast<uint32_t>(map.size()), cells})->second;
  };
  Groups groups;
  groups.of_row.reserve(keys.front().size());
  for (size_t r = 0; r < keys.front().size(); ++r) {
    for (size_t k = 0; k < cells.size(); ++k) cells[k] = keys[k][r];
    groups.of_row.push_back(group_of(known).number);
  }
  // From the order in which they came to that of their keys, of all ranks.
  std::map<std::vector<double>, Group> all;
  if (layout.ranks() > 1) {
    std::string mine;
    for (const auto& [cells_of, group] : known) {
      mine.append(reinterpret_cast<const char*>(group.cells.data()), by.size() * sizeof(double));
    }
    for (const std::string& theirs : FromAllRanks(mine, evaluator)) {
      for (size_t at = 0; at < theirs.size(); at += by.size() * sizeof(double)) {
        std::memcpy(cells.data(), theirs.data() + at, by.size() * sizeof(double));
        group_of(all);
      }
    }
  } else {
    all = known;
  }
  std::vector<uint32_t> number_of(known.size());
  for (const auto& [cells_of, group] : all) {
    if (const auto own = known.find(cells_of); own != known.end()) {
      number_of[own->second.number] = static_cast<uint32_t>(groups.cells.size());
    }
    groups.cells.push_back(group.cells);
  }
  for (uint32_t& group : groups.of_row) group = number_of[group];
  return groups;
}

// Summary of the cells of each group. On several ranks each has some of the groups.
std::vector<double> SummaryOfGroups(const Layout& layout, const Groups& groups,
                                    const std::vector<double>& cells, FillMethod method,
                                    const std::string& combine, Evaluator& evaluator) {
  const size_t count = groups.cells.size();
  Communicator& ranks = evaluator.context().ranks;
  const bool alone = layout.ranks() == 1;
  const auto size = alone ? size_t{1} : static_cast<size_t>(ranks.size());
  const auto me = alone ? size_t{0} : static_cast<size_t>(ranks.rank());
  struct Member {
    double cell;
    uint64_t group;
  };
  std::vector<std::vector<double>> parts(count);
  if (alone) {
    for (size_t r = 0; r < cells.size(); ++r) parts[groups.of_row[r]].push_back(cells[r]);
  } else {
    std::vector<std::vector<Member>> to_each(size);
    for (size_t r = 0; r < cells.size(); ++r) {
      to_each[groups.of_row[r] % size].push_back({cells[r], groups.of_row[r]});
    }
    // In the order of the rows: lower ranks have lower rows.
    for (const auto& members : Exchange(std::move(to_each), ranks)) {
      for (const Member& member : members) parts[member.group].push_back(member.cell);
    }
  }
  std::vector<int64_t> bits(count);  // zeros for the groups of other ranks
  for (size_t g = me; g < count; g += size) {
    bits[g] = std::bit_cast<int64_t>(Summary(std::move(parts[g]), method, combine));
  }
  if (!alone) ranks.AllReduceSum(std::span<int64_t>(bits));
  std::vector<double> summaries;
  for (const int64_t b : bits) summaries.push_back(std::bit_cast<double>(b));
  return summaries;
}

}  // namespace

Value OmitMissing(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  std::vector<uint8_t> keep(static_cast<size_t>(frame->rows()), 1);
  ForEachChunk(frame->layout(), evaluator, [&](size_t chunk) {
    uint8_t* const marks = keep.data() + frame->layout().ChunkStart(chunk);
    for (size_t c = 0; c < frame->columns(); ++c) {
      ForMissing(frame->column(c), chunk, [&](size_t row) { marks[row] = 0; });
    }
  });
  return KeepRows(*frame, keep, evaluator);
}

// (h2o.fillna frame method axis maxlen)
Value FillMissing(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const std::string method = ToLower(arguments.Text(1));
  if (method != "forward" && method != "backward") {
    arguments.Fail(1, "must be forward or backward, not '" + Printable(method) + "'");
  }
  const bool forward = method == "forward";
  const bool along = arguments.size() > 2 && arguments.Whole(2) == 1;
  const int64_t most = arguments.size() > 3 ? arguments.Whole(3) : 1;
  if (most <= 0) return frame;
  const size_t columns = frame->columns();
  for (size_t c = 0; c < columns; ++c) {
    if (!IsNumeric(frame->column(c).type())) {
      arguments.Fail(
          0, "must hold no " + std::string(ColumnTypeName(frame->column(c).type())) + " columns");
    }
  }
  std::vector<std::string> names;
  for (size_t c = 0; c < columns; ++c) names.push_back("C" + std::to_string(c + 1));
  if (along) {
    return Frame(frame->layout_ptr(), std::move(names),
                 FilledAlong(*frame, forward, most, evaluator));
  }
  std::vector<ColumnPtr> filled;
  for (size_t c = 0; c < columns; ++c) {
    filled.push_back(FilledDown(frame->layout(), frame->column(c), forward, most, evaluator));
  }
  return Frame(frame->layout_ptr(), std::move(names), std::move(filled));
}

// (h2o.impute frame column method combine by groups values): changes the frame of that name.
// Without groups the values that were put in, per column; with groups a frame of them.
Value Impute(const Arguments& arguments, Evaluator& evaluator) {
  const auto* named = arguments[0].As<NamedFrame>();
  const FramePtr frame = arguments.FrameAt(0);
  const int64_t position = arguments.Whole(1);
  if (position < -1 || position >= static_cast<int64_t>(frame->columns())) {
    arguments.Fail(1, "must be a column from 0 to " + std::to_string(frame->columns() - 1) +
                          ", or -1 for all");
  }
  const FillMethod method = FillMethodOf(arguments, 2);
  const std::string combine = arguments.size() > 3 ? arguments.Text(3) : "interpolate";
  std::vector<size_t> by;
  if (!arguments.Nothing(4)) {
    by = SelectColumns(arguments, 4, *frame, NegativeColumns::kFromEnd);
  }
  std::optional<std::vector<double>> values;
  if (arguments.size() > 6 && arguments[6].Is<NumberList>()) {
    values = arguments.Numbers(6);
    if (values->size() != frame->columns()) {
      arguments.Fail(
          6, "must have a value for each of " + std::to_string(frame->columns()) + " columns");
    }
  }
  std::vector<size_t> targets;
  for (size_t c = 0; c < frame->columns(); ++c) {
    if (position >= 0 && static_cast<size_t>(position) != c) continue;
    const Column& column = frame->column(c);
    // As in H2O, times are filled only where they are named.
    const bool passed_over = column.type() == ColumnType::kTime && position < 0 && !values;
    if (IsNumeric(column.type()) && !passed_over) targets.push_back(c);
  }
  Frame result = *frame;
  const auto keep = [&] {
    if (named != nullptr && !named->name.empty()) {
      ReplaceFrame(evaluator.catalog(), named->name,
                   evaluator.OwnPart(std::make_shared<const Frame>(result)));
    }
  };
  const auto summary_of = [&](size_t c, FillMethod how) {
    if (frame->layout().ranks() > 1) return SummaryOverRanks(*frame, c, how, combine, evaluator);
    return Summary(OwnCells(frame->layout(), frame->column(c), evaluator), how, combine);
  };
  // Levels have no mean or median.
  const auto method_of = [&](size_t c) {
    return HasPlainNumbers(frame->column(c)) || method == FillMethod::kMode
               ? std::optional(method)
               : (position < 0 ? std::optional(FillMethod::kMode) : std::nullopt);
  };
  if (by.empty() || values) {
    std::vector<double> fills(frame->columns(), position < 0 && !values ? 0 : kMissingReal);
    for (const size_t c : targets) {
      const auto how = method_of(c);
      const bool number = HasPlainNumbers(frame->column(c));
      // As in H2O, all columns at once get their means, whatever the method.
      const auto used = position < 0 && number ? std::optional(FillMethod::kMean) : how;
      if (values) {
        fills[c] = (*values)[c];
      } else if (used) {
        fills[c] = summary_of(c, *used);
      }
      const double fill = fills[c];
      result = result.WithReplaced(c, Filled(frame->layout(), frame->column(c), evaluator,
                                             [fill](size_t /*row*/) { return fill; }));
    }
    keep();
    return NumbersValue(fills);
  }
  const Groups groups = GroupRows(*frame, by, evaluator);
  const auto first_own =
      static_cast<size_t>(frame->layout().ChunkStart(OwnChunks(frame->layout(), evaluator).begin));
  const size_t count = groups.cells.size();
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(count));
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (size_t k = 0; k < by.size(); ++k) {
    const Column& column = frame->column(by[k]);
    names.push_back(frame->name(by[k]));
    std::vector<double> cells(count);
    for (size_t g = 0; g < count; ++g) cells[g] = groups.cells[g][k];
    if (HasPlainNumbers(column)) {
      columns.push_back(NumbersColumn(*layout, cells, evaluator));
    } else {
      std::vector<int64_t> codes;
      for (const double cell : cells) {
        codes.push_back(std::isnan(cell) ? kMissingInt : static_cast<int64_t>(cell));
      }
      columns.push_back(IntegersColumn(*layout, codes, column.type(), column.domain(), evaluator));
    }
  }
  static constexpr const char* kNames[] = {"mean_", "median_", "mode_"};
  for (const size_t c : targets) {
    if (std::find(by.begin(), by.end(), c) != by.end()) continue;
    const auto how = method_of(c);
    if (!how) continue;
    const auto cells = OwnCells(frame->layout(), frame->column(c), evaluator);
    const auto fills = SummaryOfGroups(frame->layout(), groups, cells, *how, combine, evaluator);
    result = result.WithReplaced(
        c, Filled(frame->layout(), frame->column(c), evaluator,
                  [&](size_t r) { return fills[groups.of_row[r - first_own]]; }));
    names.push_back(kNames[static_cast<int>(*how)] + frame->name(c));
    if (HasPlainNumbers(frame->column(c))) {
      columns.push_back(NumbersColumn(*layout, fills, evaluator));
    } else {
      std::vector<int64_t> codes;
      for (const double fill : fills) {
        codes.push_back(std::isnan(fill) ? kMissingInt : static_cast<int64_t>(fill));
      }
      columns.push_back(IntegersColumn(*layout, codes, frame->column(c).type(),
                                       frame->column(c).domain(), evaluator));
    }
  }
  keep();
  return Frame(layout, std::move(names), std::move(columns));
}

}  // namespace thalweg::internal
