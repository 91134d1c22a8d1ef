#include "mapreduce/group_by.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "frame/chunk_builder.h"
#include "mapreduce/gather_rows.h"
#include "mapreduce/group_values.h"
#include "mapreduce/key_columns.h"

namespace thalweg {
namespace {

using internal::AggregateCells;
using internal::AggregatePlan;
using internal::GroupResult;
using internal::IntegerForm;
using internal::RowKeys;
using internal::ValueColumn;

// Words of at most so many bits can have an accumulator each.
constexpr int kMostDenseBits = 18;

// Sums of so many cells of this form fit 62 bits, their squares' sums 124.
bool SumsFit(const IntegerForm& form, int64_t rows) {
  if (form.kind != IntegerForm::Kind::kDecimal) return false;
  if (form.empty()) return true;
  const double largest =
      std::max(std::abs(static_cast<double>(form.min)), std::abs(static_cast<double>(form.max)));
  return largest * static_cast<double>(rows) < 0x1p61;
}

void CheckColumn(const Frame& frame, const GroupAggregate& aggregate) {
  const ColumnType type = frame.column(aggregate.column).type();
  const std::string name = Printable(frame.name(aggregate.column));
  if (!IsNumeric(type)) {
    throw UserError("group-by cannot form the " + std::string(AggregateName(aggregate.aggregate)) +
                    " of column '" + name + "', which is of type " +
                    std::string(ColumnTypeName(type)));
  }
  if (aggregate.aggregate == Aggregate::kMode && type != ColumnType::kCategorical) {
    throw UserError("Mode only allowed on categorical columns; '" + name + "' is of type " +
                    std::string(ColumnTypeName(type)));
  }
}

void Need(Aggregate aggregate, ValueColumn* value) {
  switch (aggregate) {
    case Aggregate::kCount:
      break;
    case Aggregate::kMean:
    case Aggregate::kSum:
      value->sum = true;
      break;
    case Aggregate::kMin:
    case Aggregate::kMax:
      value->extremes = true;
      break;
    case Aggregate::kSd:
    case Aggregate::kVar:
      value->sum = value->squares = true;
      break;
    case Aggregate::kSumSquares:
      value->squares = true;
      break;
    case Aggregate::kMode:
      value->mode = true;
      break;
    case Aggregate::kMedian:
      value->median = true;
      break;
  }
}

std::vector<ValueColumn> PlanValues(const Frame& frame, std::span<const GroupAggregate> aggregates,
                                    ThreadPool& pool, std::vector<AggregatePlan>* plans) {
  std::vector<ValueColumn> values;
  for (const GroupAggregate& aggregate : aggregates) {
    const bool counts = aggregate.aggregate == Aggregate::kCount;
    if (counts && aggregate.missing == GroupMissing::kAll) {
      plans->push_back({.aggregate = aggregate});
      continue;
    }
    CheckColumn(frame, aggregate);
    auto found = std::find_if(values.begin(), values.end(), [&](const ValueColumn& value) {
      return value.column == aggregate.column;
    });
    if (found == values.end()) {
      ValueColumn value{.column = aggregate.column,
                        .form = internal::FindIntegerForm(frame.column(aggregate.column), pool)};
      value.exact = SumsFit(value.form, frame.rows());
      values.push_back(value);
      found = values.end() - 1;
    }
    Need(aggregate.aggregate, &*found);
    plans->push_back({.aggregate = aggregate, .value = found - values.begin()});
  }
  return values;
}

bool CanGroupDensely(const RowKeys& keys, std::span<const ValueColumn> values) {
  if (!keys.reversible() || keys.bits() > kMostDenseBits) return false;
  // Most accumulators should be used.
  if (keys.bits() > 12 && (int64_t{1} << keys.bits()) > keys.frame().rows() / 4) return false;
  return std::all_of(values.begin(), values.end(), [](const ValueColumn& value) {
    return !value.median && !value.mode && (value.exact || !(value.sum || value.squares));
  });
}

ColumnPtr ColumnOfCells(const AggregateCells& cells, const Layout& layout, ThreadPool& pool) {
  std::vector<ChunkPtr> chunks(layout.chunks());
  pool.Run(chunks.size(), [&](size_t c, size_t) {
    const auto begin = static_cast<size_t>(layout.ChunkStart(c));
    const auto rows = static_cast<size_t>(layout.ChunkRows(c));
    chunks[c] = cells.integers ? internal::EncodeForm({.scale = cells.scale},
                                                      cells.whole.span().subspan(begin, rows))
                               : EncodeReals(cells.real.span().subspan(begin, rows));
  });
  const bool integral = std::all_of(chunks.begin(), chunks.end(),
                                    [](const ChunkPtr& chunk) { return chunk->integral(); });
  return std::make_shared<Column>(integral ? ColumnType::kInteger : ColumnType::kReal,
                                  std::move(chunks));
}

}  // namespace

std::string_view AggregateName(Aggregate aggregate) {
  constexpr std::array<std::string_view, 10> kNames = {
      "nrow", "mean", "sum", "min", "max", "sdev", "var", "sumSquares", "mode", "median"};
  return kNames[static_cast<size_t>(aggregate)];
}

Frame GroupBy(const Frame& frame, std::span<const size_t> keys,
              std::span<const GroupAggregate> aggregates, ThreadPool& pool) {
  internal::CheckRowCount(frame.rows());
  std::vector<internal::SortKey> sort_keys;
  for (const size_t key : keys) sort_keys.push_back({.column = key});
  const RowKeys words(frame, sort_keys, pool);
  std::vector<AggregatePlan> plans;
  const std::vector<ValueColumn> values = PlanValues(frame, aggregates, pool, &plans);
  const GroupResult result = CanGroupDensely(words, values)
                                 ? internal::GroupDensely(words, plans, values, pool)
                                 : internal::GroupBySorting(words, plans, values, pool);
  const LayoutPtr layout = ResultLayout(static_cast<int64_t>(result.words.size()));
  std::vector<ColumnPtr> columns =
      words.reversible() ? internal::KeyColumns(words, result.words.span(), *layout, pool)
                         : GatherColumns(frame, keys, result.first_rows.span(), *layout, pool);
  std::vector<std::string> names;
  std::unordered_set<std::string> taken;
  const auto add_name = [&](const std::string& wished) {
    std::string name = wished;
    for (int n = 1; !taken.insert(name).second; ++n) name = wished + "." + std::to_string(n);
    names.push_back(name);
  };
  for (const size_t key : keys) add_name(frame.name(key));
  for (size_t i = 0; i < plans.size(); ++i) {
    const Aggregate aggregate = plans[i].aggregate.aggregate;
    const std::string name(AggregateName(aggregate));
    add_name(aggregate == Aggregate::kCount ? name
                                            : name + "_" + frame.name(plans[i].aggregate.column));
    columns.push_back(ColumnOfCells(result.cells[i], *layout, pool));
  }
  return Frame(layout, std::move(names), std::move(columns));
}

}  // namespace thalweg
