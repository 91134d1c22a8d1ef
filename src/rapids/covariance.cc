// Covariance and correlation of columns.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string>
#include <utility>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/text.h"
#include "mapreduce/exchange.h"
#include "mapreduce/value_ranges.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

// The columns of both sides, cut alike, as numbers.
struct Sides {
  LayoutPtr layout;
  std::vector<ColumnPtr> x;
  std::vector<ColumnPtr> y;
  std::vector<std::string> names;  // of y
};

// Sums over the rows of one chunk.
struct Sums {
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> squares;   // of x, then of y
  std::vector<double> products;  // x.size() * y.size()
  double rows = 0;
};

std::vector<std::vector<double>> Cells(const std::vector<ColumnPtr>& columns, size_t chunk) {
  std::vector<std::vector<double>> cells;
  for (const ColumnPtr& column : columns) cells.push_back(ChunkCells<double>(*column, chunk));
  return cells;
}

std::vector<char> RowsToUse(const std::vector<std::vector<double>>& x,
                            const std::vector<std::vector<double>>& y, size_t rows, bool complete) {
  std::vector<char> use(rows, 1);
  if (!complete) return use;
  for (const auto* side : {&x, &y}) {
    for (const auto& cells : *side) {
      for (size_t r = 0; r < rows; ++r) use[r] = use[r] != 0 && !std::isnan(cells[r]) ? 1 : 0;
    }
  }
  return use;
}

// Sums of x - mx, y - my and their products over the rows to use; the parts of the chunks are
// added in their order.
Sums Accumulate(const Sides& sides, Evaluator& evaluator, const std::vector<double>& mx,
                const std::vector<double>& my, bool complete, bool products) {
  const size_t p = sides.x.size();
  const size_t q = sides.y.size();
  const size_t entries = 2 * (p + q) + (products ? p * q : 0) + 1;
  RequireMemory(static_cast<double>(entries) * 8 * static_cast<double>(sides.layout->chunks()),
                "a covariance");
  const auto parts = ChunkTexts(*sides.layout, evaluator, [&](size_t chunk) {
    auto x = Cells(sides.x, chunk);
    auto y = Cells(sides.y, chunk);
    const auto rows = static_cast<size_t>(sides.layout->ChunkRows(chunk));
    const auto use = RowsToUse(x, y, rows, complete);
    std::vector<double> sums(entries);
    for (size_t r = 0; r < rows; ++r) sums[0] += use[r];
    const auto centre = [&](std::vector<double>& cells, double mean, size_t at) {
      for (size_t r = 0; r < rows; ++r) {
        cells[r] = use[r] != 0 ? cells[r] - mean : 0;
        sums[1 + at] += cells[r];
        sums[1 + p + q + at] += cells[r] * cells[r];
      }
    };
    for (size_t i = 0; i < p; ++i) centre(x[i], mx[i], i);
    for (size_t k = 0; k < q; ++k) centre(y[k], my[k], p + k);
    for (size_t i = 0; products && i < p; ++i) {
      for (size_t k = 0; k < q; ++k) {
        double sum = 0;
        for (size_t r = 0; r < rows; ++r) sum += x[i][r] * y[k][r];
        sums[1 + 2 * (p + q) + i * q + k] = sum;
      }
    }
    return std::string(reinterpret_cast<const char*>(sums.data()), entries * sizeof(double));
  });
  std::vector<double> total(entries);
  std::vector<double> part(entries);
  for (const std::string& bytes : parts) {
    std::memcpy(part.data(), bytes.data(), bytes.size());
    for (size_t i = 0; i < entries; ++i) total[i] += part[i];
  }
  Sums sums;
  sums.rows = total[0];
  auto next = total.begin() + 1;
  const auto take = [&](size_t count) {
    const auto begin = next;
    next += static_cast<int64_t>(count);
    return std::vector<double>(begin, next);
  };
  sums.x = take(p);
  sums.y = take(q);
  sums.squares = take(p + q);
  sums.products = take(products ? p * q : 0);
  return sums;
}

struct Covariances {
  std::vector<double> pairs;        // p x q
  std::vector<double> deviation_x;  // standard deviations
  std::vector<double> deviation_y;
};

Covariances CovariancesOf(const Sides& sides, Evaluator& evaluator, bool complete) {
  const size_t p = sides.x.size();
  const size_t q = sides.y.size();
  std::vector<double> mx(p);
  std::vector<double> my(q);
  Sums sums = Accumulate(sides, evaluator, mx, my, complete, false);
  for (size_t i = 0; i < p; ++i) mx[i] = sums.x[i] / sums.rows;
  for (size_t k = 0; k < q; ++k) my[k] = sums.y[k] / sums.rows;
  sums = Accumulate(sides, evaluator, mx, my, complete, true);
  const auto covariance = [&](double products, double a, double b) {
    return (products - a * b / sums.rows) / (sums.rows - 1);
  };
  Covariances result;
  for (size_t i = 0; i < p; ++i) {
    for (size_t k = 0; k < q; ++k) {
      result.pairs.push_back(covariance(sums.products[i * q + k], sums.x[i], sums.y[k]));
    }
    result.deviation_x.push_back(std::sqrt(covariance(sums.squares[i], sums.x[i], sums.x[i])));
  }
  for (size_t k = 0; k < q; ++k) {
    result.deviation_y.push_back(std::sqrt(covariance(sums.squares[p + k], sums.y[k], sums.y[k])));
  }
  return result;
}

// The only row of a frame as a column.
FramePtr RowAsColumn(const Frame& row, Evaluator& evaluator) {
  std::vector<double> cells(row.columns());
  for (size_t c = 0; c < row.columns(); ++c) ReadCells(row, c, 0, std::span(&cells[c], 1));
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(cells.size()));
  return std::make_shared<const Frame>(
      Frame(layout, {"C1"}, {NumbersColumn(*layout, cells, evaluator)}));
}

Sides SidesOf(const Arguments& arguments, Evaluator& evaluator, const std::string& use) {
  FramePtr x = arguments.FrameAt(0);
  FramePtr y = arguments[1].Is<EmptyList>() ? x : arguments.FrameAt(1);
  if (x->rows() != y->rows()) {
    arguments.Fail(1, "must have as many rows as the first: " + std::to_string(x->rows()) +
                          ", not " + std::to_string(y->rows()));
  }
  for (const FramePtr& frame : {x, y}) {
    for (size_t c = 0; c < frame->columns(); ++c) {
      const Column& column = frame->column(c);
      if (!IsNumeric(column.type())) {
        throw UserError("(" + std::string(arguments.function()) + " …): the column '" +
                        Printable(frame->name(c)) + "' holds no numbers but " +
                        std::string(ColumnTypeName(column.type())));
      }
      if (use != "all.obs") continue;
      if (MissingCells(frame->layout(), column, evaluator) > 0) {
        throw UserError("(" + std::string(arguments.function()) + " …): the column '" +
                        Printable(frame->name(c)) +
                        "' has missing cells; 'complete.obs' leaves out their rows");
      }
    }
  }
  if (x->rows() == 1 && y->columns() == x->columns() && x->columns() > 1) {
    x = RowAsColumn(*x, evaluator);
    y = RowAsColumn(*y, evaluator);
  }
  Sides sides;
  sides.layout = x->layout_ptr();
  const Frame cut = Frame(sides.layout, {}, {}).Bind(*y);
  for (size_t c = 0; c < x->columns(); ++c) sides.x.push_back(x->column_ptr(c));
  for (size_t c = 0; c < cut.columns(); ++c) sides.y.push_back(cut.column_ptr(c));
  sides.names = y->names();
  return sides;
}

std::string UseOf(const Arguments& arguments) {
  const std::string use = arguments.size() > 2 ? arguments.Text(2) : "everything";
  if (use != "everything" && use != "all.obs" && use != "complete.obs") {
    arguments.Fail(2, "must be everything, all.obs or complete.obs, not '" + Printable(use) + "'");
  }
  return use;
}

// p x q numbers as a number or a frame of q columns.
Value TableValue(const std::vector<double>& numbers, const std::vector<std::string>& names,
                 Evaluator& evaluator) {
  const size_t q = names.size();
  const size_t p = q == 0 ? 0 : numbers.size() / q;
  if (p == 1 && q == 1) return numbers.front();
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(p));
  std::vector<ColumnPtr> columns;
  for (size_t k = 0; k < q; ++k) {
    std::vector<double> cells(p);
    for (size_t i = 0; i < p; ++i) cells[i] = numbers[i * q + k];
    columns.push_back(NumbersColumn(*layout, cells, evaluator));
  }
  return Frame(layout, names, std::move(columns));
}

// A cell among those that are ranked; missing ones come first.
double RankedCell(double cell) { return std::isnan(cell) ? -HUGE_VAL : cell; }

// Where the chunks lie over ranks, each rank orders a range of the cells.
ColumnPtr RanksOverRanks(const LayoutPtr& layout, const ColumnPtr& column, Evaluator& evaluator) {
  Communicator& ranks = evaluator.context().ranks;
  const auto size = static_cast<size_t>(ranks.size());
  const ValueRanges ranges(Frame(layout, {"C1"}, {column}), 0, evaluator.pool(), ranks);
  const ChunkRange own = OwnChunks(*layout, evaluator);
  std::vector<std::vector<double>> to_each(size);
  std::vector<std::vector<uint32_t>> owner_of(layout->chunks());  // of each cell
  for (size_t chunk = own.begin; chunk < own.end; ++chunk) {
    for (const double cell : ChunkCells<double>(*column, chunk)) {
      const size_t rank = ranges.RankOf(RankedCell(cell));
      owner_of[chunk].push_back(static_cast<uint32_t>(rank));
      to_each[rank].push_back(RankedCell(cell));
    }
  }
  // In place of each cell that came, its rank.
  std::vector<std::vector<double>> came = Exchange(std::move(to_each), ranks);
  std::vector<double> sorted;
  for (const auto& cells : came) sorted.insert(sorted.end(), cells.begin(), cells.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<int64_t> counts(size);
  counts[static_cast<size_t>(ranks.rank())] = static_cast<int64_t>(sorted.size());
  ranks.AllReduceSum(std::span<int64_t>(counts));
  const int64_t before = std::accumulate(counts.begin(), counts.begin() + ranks.rank(), int64_t{0});
  evaluator.pool().Run(came.size(), [&](size_t source, size_t /*thread*/) {
    for (double& cell : came[source]) {
      const auto place = std::lower_bound(sorted.begin(), sorted.end(), cell) - sorted.begin();
      cell = static_cast<double>(before + place + 1);
    }
  });
  sorted = {};
  const auto back = Exchange(std::move(came), ranks);
  std::vector<size_t> next(size);
  std::vector<std::vector<double>> ranked(layout->chunks());
  for (size_t chunk = own.begin; chunk < own.end; ++chunk) {
    for (const uint32_t rank : owner_of[chunk]) ranked[chunk].push_back(back[rank][next[rank]++]);
  }
  return MakeNumbers(*layout, evaluator, [&](size_t chunk, std::span<double> out) {
    std::copy(ranked[chunk].begin(), ranked[chunk].end(), out.begin());
  });
}

// Ranks from 1, equal cells get the lowest of their ranks, missing ones come first.
ColumnPtr Ranks(const LayoutPtr& layout_ptr, const ColumnPtr& column_ptr, Evaluator& evaluator) {
  if (layout_ptr->ranks() > 1) return RanksOverRanks(layout_ptr, column_ptr, evaluator);
  const Layout& layout = *layout_ptr;
  const Column& column = *column_ptr;
  const auto rows = static_cast<size_t>(layout.rows());
  RequireMemory(static_cast<double>(rows) * 24, "a rank correlation");
  std::vector<double> cells(rows);
  ForEachChunk(layout, evaluator, [&](size_t chunk) {
    column.chunk(chunk).Decode(
        0, std::span(cells).subspan(static_cast<size_t>(layout.ChunkStart(chunk)),
                                    static_cast<size_t>(layout.ChunkRows(chunk))));
  });
  for (double& cell : cells) cell = RankedCell(cell);
  std::vector<size_t> order(rows);
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return cells[a] != cells[b] ? cells[a] < cells[b] : a < b; });
  std::vector<double> ranks(rows);
  for (size_t i = 0; i < rows; ++i) {
    const bool tied = i > 0 && cells[order[i]] == cells[order[i - 1]];
    ranks[order[i]] = tied ? ranks[order[i - 1]] : static_cast<double>(i + 1);
  }
  return NumbersColumn(layout, ranks, evaluator);
}

}  // namespace

Value Variance(const Arguments& arguments, Evaluator& evaluator) {
  const std::string use = UseOf(arguments);
  Sides sides = SidesOf(arguments, evaluator, use);
  const bool symmetric = arguments.size() > 3 && arguments.Flag(3);
  if (symmetric) sides.x = sides.y;
  return TableValue(CovariancesOf(sides, evaluator, use == "complete.obs").pairs, sides.names,
                    evaluator);
}

Value Correlation(const Arguments& arguments, Evaluator& evaluator) {
  const std::string use = UseOf(arguments);
  const std::string method = arguments.size() > 3 ? arguments.Text(3) : "Pearson";
  if (method != "Pearson" && method != "Spearman") {
    arguments.Fail(3, "must be Pearson or Spearman, not '" + Printable(method) + "'");
  }
  Sides sides = SidesOf(arguments, evaluator, use);
  const bool ranks = method == "Spearman";
  if (ranks) {
    for (auto* side : {&sides.x, &sides.y}) {
      for (ColumnPtr& column : *side) column = Ranks(sides.layout, column, evaluator);
    }
    for (size_t k = 0; k < sides.names.size(); ++k) sides.names[k] = "C" + std::to_string(k + 1);
  }
  const bool complete = use == "complete.obs" && !ranks;
  Covariances covariances = CovariancesOf(sides, evaluator, complete);
  const size_t q = sides.y.size();
  for (size_t i = 0; i < sides.x.size(); ++i) {
    for (size_t k = 0; k < q; ++k) {
      covariances.pairs[i * q + k] /= covariances.deviation_x[i] * covariances.deviation_y[k];
    }
  }
  return TableValue(covariances.pairs, sides.names, evaluator);
}

}  // namespace thalweg::internal
