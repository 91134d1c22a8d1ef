// Cells by conditions and by lists: which, match, ifelse, cut.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "rapids/chunks.h"
#include "rapids/number_text.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

// The row or column of the extreme cell of numeric columns.
template <class Better>
Value WhichExtreme(const Arguments& arguments, Evaluator& evaluator, Better better) {
  const FramePtr frame = arguments.FrameAt(0);
  const bool skip = arguments.size() > 1 && arguments.Flag(1);
  const bool rows = arguments.size() > 2 && arguments.Whole(2) == 1;
  for (size_t c = 0; c < frame->columns(); ++c) {
    if (!IsNumeric(frame->column(c).type())) {
      arguments.Fail(
          0, "must hold numbers only, not " + std::string(ColumnTypeName(frame->column(c).type())));
    }
  }
  if (rows) {
    auto column = MakeNumbers(frame->layout(), evaluator, [&](size_t chunk, std::span<double> out) {
      std::vector<double> best(out.size(), kMissingReal);
      std::vector<char> missing(out.size());
      std::fill(out.begin(), out.end(), kMissingReal);
      for (size_t c = 0; c < frame->columns(); ++c) {
        const auto cells = ChunkCells<double>(frame->column(c), chunk);
        for (size_t i = 0; i < out.size(); ++i) {
          if (std::isnan(cells[i])) {
            missing[i] = 1;
          } else if (std::isnan(best[i]) || better(cells[i], best[i])) {
            best[i] = cells[i];
            out[i] = static_cast<double>(c);
          }
        }
      }
      for (size_t i = 0; i < out.size(); ++i) {
        if (missing[i] != 0 && !skip) out[i] = kMissingReal;
      }
    });
    return Frame(frame->layout_ptr(), {std::string(arguments.function())}, {std::move(column)});
  }
  struct Extreme {
    double cell = kMissingReal;
    double row = kMissingReal;
    bool missing = false;
  };
  const LayoutPtr layout = NewLayout(1);
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame->columns(); ++c) {
    Extreme whole;
    for (const Extreme& part : ChunkParts(frame->layout(), evaluator, [&](size_t chunk) {
           Extreme extreme;
           auto row = static_cast<double>(frame->layout().ChunkStart(chunk));
           for (const double cell : ChunkCells<double>(frame->column(c), chunk)) {
             if (std::isnan(cell)) {
               extreme.missing = true;
             } else if (std::isnan(extreme.cell) || better(cell, extreme.cell)) {
               extreme.cell = cell;
               extreme.row = row;
             }
             ++row;
           }
           return extreme;
         })) {
      whole.missing = whole.missing || part.missing;
      if (std::isnan(part.cell)) continue;
      if (std::isnan(whole.cell) || better(part.cell, whole.cell)) {
        whole.cell = part.cell;
        whole.row = part.row;
      }
    }
    columns.push_back(ConstantColumn(*layout, whole.missing && !skip ? kMissingReal : whole.row));
  }
  return Frame(layout, frame->names(), std::move(columns));
}

// A number as levels of `cut` show it: so many digits after the point, but no zeros at the end.
std::string Edge(double number, int digits) {
  const double scale = std::pow(10, digits);
  double rounded = std::round(number * scale) / scale;
  if (!std::isfinite(rounded)) rounded = number;
  return JavaNumberText(rounded + 0.0);
}

// One side of ifelse.
struct Branch {
  FramePtr frame;
  double number = kMissingReal;
  std::optional<std::string> text;

  const Column* column(size_t c) const {
    return frame ? &frame->column(frame->columns() == 1 ? 0 : c) : nullptr;
  }
};

Branch ReadBranch(const Arguments& arguments, size_t i, const Frame& test) {
  Branch branch;
  if (arguments[i].Is<NamedFrame>() || arguments[i].Is<EachRow>()) {
    branch.frame = arguments.FrameAt(i);
    if (branch.frame->rows() == 1 && branch.frame->columns() == 1 && test.rows() != 1) {
      // One cell counts for all rows.
      const Column& cell = branch.frame->column(0);
      if (cell.type() == ColumnType::kReal || cell.type() == ColumnType::kInteger) {
        ReadCells(*branch.frame, 0, 0, std::span(&branch.number, 1));
        branch.frame = nullptr;
        return branch;
      }
    }
    if (branch.frame->rows() != test.rows() || branch.frame->columns() != test.columns()) {
      arguments.Fail(i, "must have as many rows and columns as the test: " +
                            std::to_string(test.rows()) + " and " + std::to_string(test.columns()));
    }
    branch.frame =
        std::make_shared<const Frame>(Frame(test.layout_ptr(), {}, {}).Bind(*branch.frame));
  } else if (const auto* text = arguments[i].As<std::string>()) {
    branch.text = *text;
  } else {
    branch.number = arguments.Number(i);
  }
  return branch;
}

std::vector<double> TestCells(const Column& column, size_t chunk) {
  return ChunkCells<double>(column, chunk);
}

ColumnPtr IfElseNumbers(const Layout& layout, Evaluator& evaluator, const Column& test,
                        const std::array<const Column*, 2>& sides,
                        const std::array<double, 2>& numbers) {
  return MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    const auto tests = TestCells(test, chunk);
    std::array<std::vector<double>, 2> cells;
    for (size_t k = 0; k < 2; ++k) {
      if (sides[k] != nullptr) cells[k] = ChunkCells<double>(*sides[k], chunk);
    }
    for (size_t i = 0; i < out.size(); ++i) {
      const size_t k = tests[i] == 0 ? 1 : 0;
      out[i] =
          std::isnan(tests[i]) ? kMissingReal : (sides[k] != nullptr ? cells[k][i] : numbers[k]);
    }
  });
}

// Both sides are levels, strings or missing: the levels that come out, sorted.
ColumnPtr IfElseLevels(const Layout& layout, Evaluator& evaluator, const Column& test,
                       const std::array<const Column*, 2>& sides,
                       const std::array<Branch, 2>& branches) {
  std::vector<std::string> pool;
  std::array<std::vector<int64_t>, 2> codes;  // of each side's levels, into `pool`
  std::array<int64_t, 2> fixed = {kMissingInt, kMissingInt};
  std::unordered_map<std::string, int64_t> known;
  const auto code_of = [&](const std::string& level) {
    const auto [at, added] = known.emplace(level, static_cast<int64_t>(pool.size()));
    if (added) pool.push_back(level);
    return at->second;
  };
  for (size_t k = 0; k < 2; ++k) {
    if (sides[k] != nullptr) {
      for (const std::string& level : sides[k]->domain()->levels()) {
        codes[k].push_back(code_of(level));
      }
    } else if (branches[k].text) {
      fixed[k] = code_of(*branches[k].text);
    }
  }
  const auto pick = [&](size_t chunk, std::span<int64_t> out) {
    const auto tests = TestCells(test, chunk);
    std::array<std::vector<int64_t>, 2> cells;
    for (size_t k = 0; k < 2; ++k) {
      if (sides[k] != nullptr) cells[k] = ChunkCells<int64_t>(*sides[k], chunk);
    }
    for (size_t i = 0; i < out.size(); ++i) {
      const size_t k = tests[i] == 0 ? 1 : 0;
      if (std::isnan(tests[i])) {
        out[i] = kMissingInt;
      } else if (sides[k] == nullptr) {
        out[i] = fixed[k];
      } else {
        out[i] =
            cells[k][i] == kMissingInt ? kMissingInt : codes[k][static_cast<size_t>(cells[k][i])];
      }
    }
  };
  // Which levels are used.
  std::vector<char> used(pool.size());
  for (const std::string& part : ChunkTexts(layout, evaluator, [&](size_t chunk) {
         std::vector<int64_t> out(static_cast<size_t>(layout.ChunkRows(chunk)));
         pick(chunk, out);
         std::string marks(pool.size(), '\0');
         for (const int64_t code : out) {
           if (code != kMissingInt) marks[static_cast<size_t>(code)] = 1;
         }
         return marks;
       })) {
    for (size_t i = 0; i < part.size(); ++i) used[i] = used[i] != 0 || part[i] != 0 ? 1 : 0;
  }
  std::vector<std::string> levels;
  for (size_t i = 0; i < pool.size(); ++i) {
    if (used[i] != 0) levels.push_back(pool[i]);
  }
  std::sort(levels.begin(), levels.end());
  auto domain = std::make_shared<const Domain>(std::move(levels));
  std::vector<int64_t> final_codes;
  for (const std::string& level : pool) final_codes.push_back(domain->Find(level));
  return MakeIntegers(layout, evaluator, ColumnType::kCategorical, domain,
                      [&](size_t chunk, std::span<int64_t> out) {
                        pick(chunk, out);
                        for (int64_t& code : out) {
                          if (code != kMissingInt) code = final_codes[static_cast<size_t>(code)];
                        }
                      });
}

}  // namespace

Value Which(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  if (frame->columns() != 1 || frame->column(0).type() != ColumnType::kInteger) {
    arguments.Fail(0, "must be one column of whole numbers");
  }
  const Layout& source = frame->layout();
  std::vector<std::vector<double>> parts(source.chunks());
  ForEachChunk(source, evaluator, [&](size_t chunk) {
    auto row = static_cast<double>(source.ChunkStart(chunk));
    for (const double cell : ChunkCells<double>(frame->column(0), chunk)) {
      if (cell != 0 && !std::isnan(cell)) parts[chunk].push_back(row);
      ++row;
    }
  });
  if (source.ranks() > 1) {
    const LayoutPtr layout =
        LayoutOfChunks(source, evaluator, [&](size_t chunk) { return parts[chunk].size(); });
    std::vector<ChunkPtr> chunks(layout->chunks());
    ForEachChunk(*layout, evaluator, [&](size_t chunk) {
      chunks[chunk] = EncodeReals(parts[chunk]);
      parts[chunk] = {};
    });
    const auto column = std::make_shared<const Column>(ColumnType::kReal, std::move(chunks));
    const Frame cut =
        CutAnew(Frame(layout, {"C1"}, {column}), *NewLayout(layout->rows()), evaluator);
    return Frame(cut.layout_ptr(), {"C1"}, {AsNumericColumn(cut.column(0), evaluator)});
  }
  std::vector<double> rows;
  for (const auto& part : parts) rows.insert(rows.end(), part.begin(), part.end());
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(rows.size()));
  return Frame(layout, {"C1"}, {NumbersColumn(*layout, rows, evaluator)});
}

Value WhichMax(const Arguments& arguments, Evaluator& evaluator) {
  return WhichExtreme(arguments, evaluator, [](double a, double b) { return a > b; });
}
Value WhichMin(const Arguments& arguments, Evaluator& evaluator) {
  return WhichExtreme(arguments, evaluator, [](double a, double b) { return a < b; });
}

Value Match(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const ColumnPtr column = arguments.ColumnAt(0);
  const double otherwise =
      arguments.size() > 2 && !arguments.Nothing(2) ? arguments.Number(2) : kMissingReal;
  const double first = arguments.size() > 3 && !arguments.Nothing(3) ? arguments.Number(3) : 1;
  const bool texts = arguments[1].Is<std::string>() || arguments[1].Is<std::vector<std::string>>();
  std::unordered_map<std::string, double> by_text;
  std::map<double, double> by_number;
  double position = first;
  if (texts) {
    for (const std::string& text : arguments.Texts(1)) by_text.emplace(text, position++);
  } else {
    for (const double number : arguments.Numbers(1)) {
      if (!std::isnan(number)) by_number.emplace(number, position);
      ++position;
    }
  }
  const auto place = [&](const auto& map, const auto& key) {
    const auto found = map.find(key);
    return found == map.end() ? otherwise : found->second;
  };
  std::vector<double> by_code;
  if (column->domain()) {
    for (const std::string& level : column->domain()->levels()) {
      const auto number = ParseReal(level);
      by_code.push_back(texts ? place(by_text, level)
                              : (number ? place(by_number, *number) : otherwise));
    }
  } else if (column->type() == ColumnType::kUuid) {
    arguments.Fail(0, "must not be a column of UUIDs");
  } else if (texts && column->type() != ColumnType::kString) {
    arguments.Fail(1, "is a list of strings, but the column holds numbers");
  }
  auto matched = MakeNumbers(frame->layout(), evaluator, [&](size_t chunk, std::span<double> out) {
    if (column->type() == ColumnType::kString) {
      const auto cells = ChunkCells<std::string_view>(*column, chunk);
      for (size_t i = 0; i < out.size(); ++i) {
        out[i] = cells[i].data() == nullptr ? otherwise : place(by_text, std::string(cells[i]));
      }
      return;
    }
    column->chunk(chunk).Decode(0, out);
    for (double& cell : out) {
      if (std::isnan(cell)) {
        cell = otherwise;
      } else {
        cell = column->domain() ? by_code[static_cast<size_t>(cell)] : place(by_number, cell);
      }
    }
  });
  return Frame(frame->layout_ptr(), {"C1"}, {std::move(matched)});
}

Value IfElse(const Arguments& arguments, Evaluator& evaluator) {
  if (const auto* test = arguments[0].As<double>()) {
    if (std::isnan(*test)) return kMissingReal;
    return arguments[*test != 0 ? 1 : 2];
  }
  const FramePtr test = arguments.FrameAt(0);
  std::array<Branch, 2> branches = {ReadBranch(arguments, 1, *test),
                                    ReadBranch(arguments, 2, *test)};
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < test->columns(); ++c) {
    if (!IsNumeric(test->column(c).type())) arguments.Fail(0, "must hold numbers");
    names.push_back("C" + std::to_string(c + 1));
    const std::array<const Column*, 2> sides = {branches[0].column(c), branches[1].column(c)};
    bool any_text = false;
    bool all_levels = true;
    for (size_t k = 0; k < 2; ++k) {
      any_text = any_text || branches[k].text.has_value();
      if (sides[k] != nullptr && !IsNumeric(sides[k]->type())) {
        arguments.Fail(k + 1, "holds strings; make them a factor first (as.factor)");
      }
      const bool missing = sides[k] == nullptr && std::isnan(branches[k].number);
      const bool levels = sides[k] != nullptr && sides[k]->type() == ColumnType::kCategorical;
      all_levels = all_levels && (levels || branches[k].text.has_value() || missing);
    }
    const bool same_levels = sides[0] != nullptr && sides[1] != nullptr && sides[0]->domain() &&
                             sides[1]->domain() &&
                             sides[0]->domain()->levels() == sides[1]->domain()->levels();
    if ((any_text && all_levels) || same_levels) {
      columns.push_back(IfElseLevels(test->layout(), evaluator, test->column(c), sides, branches));
      continue;
    }
    if (any_text) arguments.Fail(1, "and 3 must both be strings or levels, or both numbers");
    columns.push_back(IfElseNumbers(test->layout(), evaluator, test->column(c), sides,
                                    {branches[0].number, branches[1].number}));
  }
  auto result =
      std::make_shared<const Frame>(test->layout_ptr(), std::move(names), std::move(columns));
  if (arguments.EachRowAt(0)) return EachRow{std::move(result)};
  return NamedFrame{std::move(result), {}};
}

// (cut column breaks labels include_lowest right digits)
Value Cut(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const ColumnPtr column = arguments.ColumnAt(0);
  if (column->type() != ColumnType::kReal && column->type() != ColumnType::kInteger) {
    arguments.Fail(0, "must be a column of numbers");
  }
  std::vector<double> breaks = arguments.Numbers(1);
  std::vector<std::string> labels = arguments.Texts(2);
  const bool lowest = arguments.size() > 3 && arguments.Flag(3);
  const bool right = arguments.size() <= 4 || arguments.Flag(4);
  const auto digits = arguments.size() > 5 ? static_cast<int>(arguments.Whole(5)) : 3;
  if (digits < 0 || digits > 12) arguments.Fail(5, "must be a number of digits from 0 to 12");
  if (breaks.size() == 1) {
    // So many intervals of equal length; the outer ones reach a thousandth of the range further.
    const double count = breaks[0];
    if (!(count >= 2) || count > 1e6) arguments.Fail(1, "must be at least 2 intervals");
    const Arguments all("range", {arguments[0]});
    const double low = *MinPresent(all, evaluator).As<double>();
    const double high = *MaxPresent(all, evaluator).As<double>();
    const double margin = 0.001 * (high - low);
    breaks.clear();
    for (double i = 0; i <= count; ++i) breaks.push_back(low + (high - low) * i / count);
    breaks.front() -= margin;
    breaks.back() += margin;
  }
  if (breaks.size() < 2) arguments.Fail(1, "must be at least 2 breaks");
  std::sort(breaks.begin(), breaks.end());
  if (!labels.empty() && labels.size() != breaks.size() - 1) {
    arguments.Fail(2, "must be " + std::to_string(breaks.size() - 1) + " labels, not " +
                          std::to_string(labels.size()));
  }
  if (labels.empty()) {
    for (size_t i = 0; i + 1 < breaks.size(); ++i) {
      const bool closed_left = !right || (lowest && i == 0);
      labels.push_back((closed_left ? "[" : "(") + Edge(breaks[i], digits) + "," +
                       Edge(breaks[i + 1], digits) + (right ? "]" : ")"));
    }
  }
  auto domain = std::make_shared<const Domain>(labels);
  auto codes = MakeIntegers(frame->layout(), evaluator, ColumnType::kCategorical, std::move(domain),
                            [&](size_t chunk, std::span<int64_t> out) {
                              const auto cells = ChunkCells<double>(*column, chunk);
                              for (size_t i = 0; i < out.size(); ++i) {
                                const double cell = cells[i];
                                out[i] = kMissingInt;
                                if (std::isnan(cell)) continue;
                                const auto next =
                                    right ? std::lower_bound(breaks.begin(), breaks.end(), cell)
                                          : std::upper_bound(breaks.begin(), breaks.end(), cell);
                                const int64_t interval = next - breaks.begin() - 1;
                                if (interval >= 0 && next != breaks.end()) out[i] = interval;
                                if (lowest && right && cell == breaks.front()) out[i] = 0;
                              }
                            });
  return Frame(frame->layout_ptr(), frame->names(), {std::move(codes)});
}

}  // namespace thalweg::internal
