// Columns of numbers from columns of numbers: scaling, differences, repetition, histograms.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/text.h"
#include "mapreduce/cell_moments.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/quantiles.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

bool HasPlainNumbers(const Column& column) {
  return column.type() == ColumnType::kReal || column.type() == ColumnType::kInteger;
}

CellMoments MomentsOf(const Layout& layout, const Column& column, Evaluator& evaluator) {
  CellMoments moments;
  for (const CellMoments& part : ChunkParts(
           layout, evaluator, [&](size_t chunk) { return MeasureChunk(column.chunk(chunk)); })) {
    Join(part, &moments);
  }
  return moments;
}

// Breaks of a histogram from its rule's name or their number.
std::vector<double> BreaksByRule(const Arguments& arguments, Evaluator& evaluator,
                                 const Frame& frame, const CellMoments& moments) {
  const auto n = static_cast<double>(moments.count);
  const double range = moments.max - moments.min;
  double bins = 0;
  if (const auto* name = arguments[1].As<std::string>()) {
    const std::string rule = ToLower(*name);
    const double sd = std::sqrt(moments.squares / (n - 1));
    if (rule == "sturges") {
      bins = std::ceil(1 + std::log2(n));
    } else if (rule == "rice") {
      bins = std::ceil(2 * std::cbrt(n));
    } else if (rule == "sqrt") {
      bins = std::sqrt(n);
    } else if (rule == "doane") {
      const Arguments all("skewness", {arguments[0], Value(1.0)});
      const double skewness = Skewness(all, evaluator).As<NumberList>()->Expand().front();
      const double spread = std::sqrt(6 * (n - 2) / ((n + 1) * (n + 3)));
      bins = 1 + std::log2(n) + std::log2(1 + std::abs(skewness) / spread);
    } else if (rule == "scott") {
      bins = std::ceil(range * std::cbrt(n) / (3.5 * sd));
    } else if (rule == "fd") {
      const double quartiles[] = {0.25, 0.75};
      const auto q = ComputeQuantiles(frame, 0, quartiles, evaluator.pool(),
                                      QuantileMethod::kInterpolate, &evaluator.context().ranks);
      bins = std::ceil(range * std::cbrt(n) / (2 * (q[1] - q[0])));
    } else {
      arguments.Fail(
          1, "must be sturges, rice, sqrt, doane, scott or fd, not '" + Printable(*name) + "'");
    }
  } else {
    bins = arguments.Number(1);
  }
  bins = std::floor(bins);
  if (!(bins >= 1) || bins > 1e6) arguments.Fail(1, "comes to no usable number of breaks");
  // So many breaks, the first and last at the ends.
  std::vector<double> breaks;
  for (double i = 0; i < bins; ++i) {
    breaks.push_back(moments.min + range * i / std::max(1.0, bins - 1));
  }
  if (breaks.size() == 1) breaks.push_back(moments.max);
  return breaks;
}

// The cells of one interval.
struct Bin {
  double count = 0;
  double low = 0;
  double high = 0;

  void Join(const Bin& other) {
    if (other.count == 0) return;
    low = count == 0 ? other.low : std::min(low, other.low);
    high = count == 0 ? other.high : std::max(high, other.high);
    count += other.count;
  }
};

std::vector<Bin> BinsOf(const Layout& layout, const Column& column, std::span<const double> breaks,
                        Evaluator& evaluator) {
  std::vector<Bin> bins(breaks.size() - 1);
  const ChunkRange own = OwnChunks(layout, evaluator);
  for (size_t chunk = own.begin; chunk < own.end; ++chunk) {
    for (const double cell : ChunkCells<double>(column, chunk)) {
      if (std::isnan(cell) || cell > breaks.back()) continue;
      const auto next = std::lower_bound(breaks.begin(), breaks.end(), cell) - breaks.begin();
      if (next == 0 && cell < breaks.front()) continue;
      bins[static_cast<size_t>(std::max<int64_t>(next - 1, 0))].Join({1, cell, cell});
    }
  }
  if (layout.ranks() == 1) return bins;
  const std::string mine(reinterpret_cast<const char*>(bins.data()), bins.size() * sizeof(Bin));
  std::vector<Bin> joined(bins.size());
  for (const std::string& theirs : FromAllRanks(mine, evaluator)) {
    std::memcpy(static_cast<void*>(bins.data()), theirs.data(), theirs.size());
    for (size_t b = 0; b < bins.size(); ++b) joined[b].Join(bins[b]);
  }
  return joined;
}

}  // namespace

// (scale frame centre spread): each True, False or numbers per column.
Value Scale(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const auto given = [&](size_t i, std::vector<double>* numbers) {
    if (const auto* flag = arguments[i].As<double>()) {
      if (*flag != 0 && *flag != 1) arguments.Fail(i, "must be True, False or a list of numbers");
      return *flag != 0;
    }
    *numbers = arguments.Numbers(i);
    return true;
  };
  std::vector<double> centres;
  std::vector<double> spreads;
  const bool centre = given(1, &centres);
  const bool spread = given(2, &spreads);
  size_t count = 0;
  for (size_t c = 0; c < frame->columns(); ++c) count += HasPlainNumbers(frame->column(c)) ? 1 : 0;
  for (size_t i = 1; i <= 2; ++i) {
    const auto& numbers = i == 1 ? centres : spreads;
    if (!numbers.empty() && numbers.size() != count && numbers.size() != frame->columns()) {
      arguments.Fail(i, "must have a number for each of " + std::to_string(count) + " columns");
    }
  }
  std::vector<ColumnPtr> columns;
  for (size_t c = 0, numeric = 0; c < frame->columns(); ++c) {
    const Column& column = frame->column(c);
    if (!HasPlainNumbers(column)) {
      columns.push_back(frame->column_ptr(c));
      continue;
    }
    const CellMoments moments = MomentsOf(frame->layout(), column, evaluator);
    const auto own = [&](const std::vector<double>& numbers) {
      return numbers.size() == frame->columns() ? numbers[c] : numbers[numeric];
    };
    double shift = 0;
    double factor = 1;
    if (centre) shift = centres.empty() ? moments.mean : own(centres);
    if (!spreads.empty()) {
      // As in H2O, given numbers are factors.
      factor = own(spreads);
    } else if (spread) {
      const double sd = std::sqrt(moments.squares / static_cast<double>(moments.count - 1));
      factor = sd == 0 || std::isnan(sd) ? 1 : 1 / sd;
    }
    ++numeric;
    columns.push_back(
        MakeNumbers(frame->layout(), evaluator, [&](size_t chunk, std::span<double> out) {
          column.chunk(chunk).Decode(0, out);
          for (double& cell : out) cell = (cell - shift) * factor;
        }));
  }
  return Frame(frame->layout_ptr(), frame->names(), std::move(columns));
}

Value DifferenceLag(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const ColumnPtr column = arguments.ColumnAt(0);
  if (!IsNumeric(column->type()) || column->type() == ColumnType::kCategorical) {
    arguments.Fail(0, "must be a column of numbers");
  }
  const Layout& layout = frame->layout();
  // The last cell before each chunk.
  struct Last {
    double cell = kMissingReal;
    bool some = false;
  };
  std::vector<double> before_chunk = {kMissingReal};
  for (const Last& last : ChunkParts(layout, evaluator, [&](size_t chunk) {
         Last end;
         const auto rows = column->chunk(chunk).rows();
         if (rows > 0) column->chunk(chunk).Decode(rows - 1, std::span(&end.cell, 1));
         end.some = rows > 0;
         return end;
       })) {
    before_chunk.push_back(last.some ? last.cell : before_chunk.back());
  }
  auto differences = MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    const auto cells = ChunkCells<double>(*column, chunk);
    double before = before_chunk[chunk];
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = cells[i] - before;
      before = cells[i];
    }
  });
  return Frame(frame->layout_ptr(), frame->names(), {std::move(differences)});
}

// A column of so many rows every rank may have.
constexpr int64_t kFewRows = 65'536;

// A long column again and again: as many times below itself, and what is too much left out.
Frame RepeatedOverRanks(const Arguments& arguments, int64_t length, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const auto times = static_cast<size_t>((length - 1) / frame->rows() + 1);
  const Arguments all("rbind", std::vector<Value>(times, arguments[0]));
  const Value below = times == 1 ? Value(frame) : RowBind(all, evaluator);
  const Frame cut = CutAnew(*below.As<NamedFrame>()->frame, *NewLayout(length), evaluator);
  const Column& column = cut.column(0);
  if (column.type() != ColumnType::kReal) return cut.WithNames({"C1"});
  return Frame(cut.layout_ptr(), {"C1"},
               {MakeNumbers(cut.layout(), evaluator, [&](size_t chunk, std::span<double> out) {
                 column.chunk(chunk).Decode(0, out);
               })});
}

// A column: its cells again and again; a frame: its columns again and again; a number: a column.
Value RepeatLength(const Arguments& arguments, Evaluator& evaluator) {
  const int64_t length = arguments.Whole(1);
  if (length < 1) arguments.Fail(1, "must be at least 1");
  if (arguments[0].Is<double>()) {
    RequireMemory(static_cast<double>(length) / 65'536 * 40, "a repeated number");
    const LayoutPtr layout = NewLayout(length);
    return Frame(layout, {"C1"}, {ConstantColumn(*layout, arguments.Number(0))});
  }
  FramePtr frame = arguments.FrameAt(0);
  if (frame->columns() != 1) {
    if (frame->columns() == 0) arguments.Fail(0, "has no columns");
    if (length > 1'000'000) arguments.Fail(1, "must be at most 1,000,000 columns");
    std::vector<std::string> names;
    std::vector<ColumnPtr> columns;
    for (size_t c = 0; c < static_cast<size_t>(length); ++c) {
      names.push_back("C" + std::to_string(c + 1));
      columns.push_back(frame->column_ptr(c % frame->columns()));
    }
    return Frame(frame->layout_ptr(), std::move(names), std::move(columns));
  }
  if (frame->rows() == 0) arguments.Fail(0, "has no rows");
  RequireMemory(static_cast<double>(length) * 8, "a repeated column");
  if (frame->column(0).type() == ColumnType::kUuid) arguments.Fail(0, "is a column of UUIDs");
  if (frame->layout().ranks() > 1) {
    if (frame->rows() > kFewRows) return RepeatedOverRanks(arguments, length, evaluator);
    frame = std::make_shared<const Frame>(GatherFrame(*frame, evaluator.context().ranks));
  }
  const LayoutPtr layout = SpreadLayout(length, evaluator);
  const Column& column = frame->column(0);
  const auto rows = frame->rows();
  const auto source_row = [&](size_t chunk, size_t i) {
    return (layout->ChunkStart(chunk) + static_cast<int64_t>(i)) % rows;
  };
  ColumnPtr repeated;
  if (column.type() == ColumnType::kString) {
    std::vector<std::string_view> cells(static_cast<size_t>(rows));
    ReadCells(*frame, 0, 0, std::span(cells));
    repeated = MakeStrings(*layout, evaluator, [&](size_t chunk, StringCells& out) {
      for (size_t i = 0; i < static_cast<size_t>(layout->ChunkRows(chunk)); ++i) {
        const auto cell = cells[static_cast<size_t>(source_row(chunk, i))];
        cell.data() == nullptr ? out.AddMissing() : out.Add(cell);
      }
    });
  } else if (column.type() == ColumnType::kReal) {
    std::vector<double> cells(static_cast<size_t>(rows));
    ReadCells(*frame, 0, 0, std::span(cells));
    repeated = MakeNumbers(*layout, evaluator, [&](size_t chunk, std::span<double> out) {
      for (size_t i = 0; i < out.size(); ++i) {
        out[i] = cells[static_cast<size_t>(source_row(chunk, i))];
      }
    });
  } else {
    std::vector<int64_t> cells(static_cast<size_t>(rows));
    ReadCells(*frame, 0, 0, std::span(cells));
    repeated = MakeIntegers(*layout, evaluator, column.type(), column.domain(),
                            [&](size_t chunk, std::span<int64_t> out) {
                              for (size_t i = 0; i < out.size(); ++i) {
                                out[i] = cells[static_cast<size_t>(source_row(chunk, i))];
                              }
                            });
  }
  return Frame(layout, {"C1"}, {std::move(repeated)});
}

// Intervals are closed on the right, the first also on the left; the first row tells where they
// begin. H2O leaves out that begin and counts its cells with others.
Value Histogram(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const ColumnPtr column = arguments.ColumnAt(0);
  if (!HasPlainNumbers(*column)) arguments.Fail(0, "must be a column of numbers");
  const CellMoments moments = MomentsOf(frame->layout(), *column, evaluator);
  std::vector<double> breaks;
  const auto* list = arguments[1].As<NumberList>();
  if (list != nullptr && list->size() > 1) {
    breaks = list->Expand();
    std::sort(breaks.begin(), breaks.end());
  } else {
    breaks = BreaksByRule(arguments, evaluator, *frame, moments);
  }
  const std::vector<Bin> counted = BinsOf(frame->layout(), *column, breaks, evaluator);
  const size_t bins = counted.size();
  std::vector<double> counts_column = {kMissingReal};
  std::vector<double> mids_true = {kMissingReal};
  std::vector<double> mids = {kMissingReal};
  for (size_t b = 0; b < bins; ++b) {
    counts_column.push_back(counted[b].count);
    mids_true.push_back((counted[b].low + counted[b].high) / 2);
    mids.push_back((breaks[b] + breaks[b + 1]) / 2);
  }
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(breaks.size()));
  std::vector<ColumnPtr> columns;
  for (const auto* cells : {&breaks, &counts_column, &mids_true, &mids}) {
    columns.push_back(NumbersColumn(*layout, *cells, evaluator));
  }
  return Frame(layout, {"breaks", "counts", "mids_true", "mids"}, std::move(columns));
}

Value Sequence(const Arguments& arguments, Evaluator& evaluator) {
  const double from = arguments.Number(0);
  const double to = arguments.Number(1);
  const double by = arguments.size() > 2 ? arguments.Number(2) : 1;
  const double count = std::floor((to - from) / by + 1e-10) + 1;
  if (!(count >= 1)) arguments.Fail(2, "leads away from the end");
  RequireMemory(count * 8, "a sequence");
  if (count > 1e10) arguments.Fail(1, "is too far");
  const LayoutPtr layout = SpreadLayout(static_cast<int64_t>(count), evaluator);
  auto column = MakeNumbers(*layout, evaluator, [&](size_t chunk, std::span<double> out) {
    auto row = static_cast<double>(layout->ChunkStart(chunk));
    for (double& cell : out) cell = from + by * row++;
  });
  return Frame(layout, {"C1"}, {std::move(column)});
}

Value SequenceLength(const Arguments& arguments, Evaluator& evaluator) {
  const Arguments all("seq_len", {Value(1.0), arguments[0]});
  return Sequence(all, evaluator);
}

}  // namespace thalweg::internal
