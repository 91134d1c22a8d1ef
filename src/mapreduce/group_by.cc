#include "mapreduce/group_by.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "frame/chunk_builder.h"
#include "mapreduce/exchange_rows.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/gather_rows.h"
#include "mapreduce/group_values.h"
#include "mapreduce/key_columns.h"
#include "mapreduce/key_ranges.h"

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

// What is to be known of which columns. Their forms are still to be found.
std::vector<ValueColumn> PlanValues(const Frame& frame, std::span<const GroupAggregate> aggregates,
                                    std::vector<AggregatePlan>* plans) {
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
      values.push_back({.column = aggregate.column});
      found = values.end() - 1;
    }
    Need(aggregate.aggregate, &*found);
    plans->push_back({.aggregate = aggregate, .value = found - values.begin()});
  }
  return values;
}

// `rows`: of all.
bool CanGroupDensely(int bits, int64_t rows, std::span<const ValueColumn> values) {
  if (bits > kMostDenseBits) return false;
  // Most accumulators should be used.
  if (bits > 12 && (int64_t{1} << bits) > rows / 4) return false;
  return std::all_of(values.begin(), values.end(), [](const ValueColumn& value) {
    return !value.median && !value.mode && (value.exact || !(value.sum || value.squares));
  });
}

void SetForm(const IntegerForm& form, int64_t rows, ValueColumn* value) {
  value->form = form;
  value->exact = SumsFit(form, rows);
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

// The cells of key columns that were -0.0 as 0.0, which they are equal to: which of them a group
// has first is no matter of its key.
ColumnPtr WithoutNegativeZeros(const ColumnPtr& column, ThreadPool& pool) {
  if (column->type() != ColumnType::kReal) return column;
  std::vector<ChunkPtr> chunks(column->chunks());
  pool.Run(chunks.size(), [&](size_t c, size_t) {
    const Chunk& chunk = column->chunk(c);
    if (chunk.integral()) {
      chunks[c] = column->chunk_ptr(c);
      return;
    }
    std::vector<double> cells(chunk.rows());
    chunk.Decode(0, std::span(cells));
    for (double& cell : cells) cell += 0.0;
    chunks[c] = EncodeReals(cells);
  });
  return std::make_shared<Column>(column->type(), std::move(chunks));
}

// Keys and aggregates as a frame. `words`: of the rows, or of all that there can be.
Frame FrameOfGroups(const Frame& frame, std::span<const size_t> keys, const RowKeys& words,
                    std::span<const AggregatePlan> plans, const GroupResult& result,
                    ThreadPool& pool) {
  const LayoutPtr layout = ResultLayout(static_cast<int64_t>(result.words.size()));
  std::vector<ColumnPtr> columns;
  if (words.reversible()) {
    columns = internal::KeyColumns(words, result.words.span(), *layout, pool);
  } else {
    columns = GatherColumns(frame, keys, result.first_rows.span(), *layout, pool);
    for (ColumnPtr& column : columns) column = WithoutNegativeZeros(column, pool);
  }
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

std::vector<internal::SortKey> SortKeys(std::span<const size_t> keys) {
  std::vector<internal::SortKey> sort_keys;
  for (const size_t key : keys) sort_keys.push_back({.column = key});
  return sort_keys;
}

// The groups of rows of one rank; the forms of `values` are known.
Frame GroupOwnRows(const Frame& frame, std::span<const size_t> keys,
                   std::span<const AggregatePlan> plans, std::span<const ValueColumn> values,
                   ThreadPool& pool) {
  const RowKeys words(frame, SortKeys(keys), pool);
  const GroupResult result =
      words.reversible() && CanGroupDensely(words.bits(), frame.rows(), values)
          ? internal::GroupDensely(words, plans, values, pool)
          : internal::GroupBySorting(words, plans, values, pool);
  return FrameOfGroups(frame, keys, words, plans, result, pool);
}

// The fields of key columns over ranks, from the forms of all their rows; nothing where a column
// is of text, or where the bits are too many for accumulators.
std::optional<std::vector<internal::KeyField>> DenseFields(const Frame& part,
                                                           std::span<const size_t> keys,
                                                           Communicator& ranks, ThreadPool& pool) {
  for (const size_t key : keys) {
    if (!IsNumeric(part.column(key).type())) return std::nullopt;
  }
  const auto forms = internal::FindIntegerForms(part, keys, ranks, pool);
  std::vector<internal::KeyField> fields;
  int bits = 0;
  for (size_t i = 0; i < keys.size(); ++i) {
    fields.push_back(internal::NumberField({.column = keys[i]}, forms[i]));
    bits += fields.back().bits;
  }
  if (bits > kMostDenseBits) return std::nullopt;
  return fields;
}

// Aggregates of a part's groups may all be whole numbers where those of another are not.
Frame WithTypesOfAll(const Frame& part, size_t keys, Communicator& ranks) {
  std::string whole;
  for (size_t c = keys; c < part.columns(); ++c) {
    whole += part.column(c).type() == ColumnType::kInteger ? 'y' : 'n';
  }
  std::string all = whole;
  for (const std::string& theirs : ranks.AllGather(whole)) {
    for (size_t i = 0; i < all.size(); ++i) {
      if (theirs[i] == 'n') all[i] = 'n';
    }
  }
  Frame result = part;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i] == whole[i]) continue;
    const Column& column = part.column(keys + i);
    std::vector<ChunkPtr> chunks;
    for (size_t c = 0; c < column.chunks(); ++c) chunks.push_back(column.chunk_ptr(c));
    result = result.WithReplaced(
        keys + i, std::make_shared<const Column>(ColumnType::kReal, std::move(chunks)));
  }
  return result;
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
  std::vector<AggregatePlan> plans;
  std::vector<ValueColumn> values = PlanValues(frame, aggregates, &plans);
  for (ValueColumn& value : values) {
    SetForm(internal::FindIntegerForm(frame.column(value.column), pool), frame.rows(), &value);
  }
  return GroupOwnRows(frame, keys, plans, values, pool);
}

Frame GroupBy(const Frame& frame, std::span<const size_t> keys,
              std::span<const GroupAggregate> aggregates, Communicator& ranks, ThreadPool& pool) {
  if (frame.layout().ranks() == 1) return GroupBy(frame, keys, aggregates, pool);
  std::vector<AggregatePlan> plans;
  std::vector<ValueColumn> values = PlanValues(frame, aggregates, &plans);
  // Only the columns that take part, each once; a plan that counts rows names any.
  std::vector<size_t> columns;
  const auto place_of = [&](size_t column) {
    const auto found = std::find(columns.begin(), columns.end(), column);
    if (found == columns.end()) columns.push_back(column);
    return static_cast<size_t>(std::find(columns.begin(), columns.end(), column) - columns.begin());
  };
  std::vector<size_t> own_keys;
  for (const size_t key : keys) own_keys.push_back(place_of(key));
  std::vector<size_t> value_columns;
  for (ValueColumn& value : values) {
    value.column = place_of(value.column);
    value_columns.push_back(value.column);
  }
  for (AggregatePlan& plan : plans) {
    plan.aggregate.column = plan.value < 0 ? 0 : place_of(plan.aggregate.column);
  }
  const Frame part = OwnPart(frame, ranks).Select(columns);
  const auto forms = internal::FindIntegerForms(part, value_columns, ranks, pool);
  for (size_t i = 0; i < values.size(); ++i) SetForm(forms[i], frame.rows(), &values[i]);
  if (auto fields = DenseFields(part, own_keys, ranks, pool)) {
    const RowKeys words(part, std::move(*fields));
    if (CanGroupDensely(words.bits(), frame.rows(), values)) {
      const GroupResult result = internal::GroupDensely(words, plans, values, ranks, pool);
      return FrameOfGroups(part, own_keys, words, plans, result, pool);
    }
  }
  const auto groups = [&] {
    const auto to =
        internal::RanksByKey(part, SortKeys(own_keys), internal::EqualKeys::kTogether, ranks, pool);
    const Frame rows = ExchangeRows(part, to, ranks, pool);
    internal::CheckRowCount(rows.rows());
    return GroupOwnRows(rows, own_keys, plans, values, pool);
  };
  return RebalanceParts(WithTypesOfAll(groups(), keys.size(), ranks), ranks, pool);
}

}  // namespace thalweg
