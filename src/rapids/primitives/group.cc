// GB: aggregates of groups.
#include "base/text.h"
#include "frame/select_rows.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/group_by.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"
#include "rapids/selection.h"

namespace thalweg::internal {
namespace {

Aggregate AggregateAt(const Arguments& arguments, size_t i) {
  const std::string& name = arguments.Text(i);
  for (int a = 0; a <= static_cast<int>(Aggregate::kMedian); ++a) {
    if (EqualsIgnoreCase(name, AggregateName(static_cast<Aggregate>(a)))) {
      return static_cast<Aggregate>(a);
    }
  }
  if (EqualsIgnoreCase(name, "sd")) return Aggregate::kSd;
  arguments.Fail(i,
                 "must be one of nrow, mean, sum, min, max, sdev, var, sumSquares, mode, median");
}

GroupMissing MissingAt(const Arguments& arguments, size_t i) {
  const std::string& name = arguments.Text(i);
  if (EqualsIgnoreCase(name, "all")) return GroupMissing::kAll;
  if (EqualsIgnoreCase(name, "rm")) return GroupMissing::kRemove;
  if (EqualsIgnoreCase(name, "ignore")) return GroupMissing::kIgnore;
  arguments.Fail(i, "must be 'all', 'rm' or 'ignore'");
}

// 1 where the column has a cell, for counting those of text.
ColumnPtr Presence(const Frame& frame, size_t column, Evaluator& evaluator) {
  return MakeIntegers(frame.layout(), evaluator, ColumnType::kInteger, nullptr,
                      [&](size_t chunk, std::span<int64_t> out) {
                        const Chunk& cells = frame.column(column).chunk(chunk);
                        if (frame.column(column).type() == ColumnType::kUuid) {
                          std::vector<Uuid> uuids(out.size());
                          cells.Decode(0, std::span(uuids));
                          for (size_t i = 0; i < out.size(); ++i) {
                            out[i] = uuids[i] == kMissingUuid ? kMissingInt : 1;
                          }
                          return;
                        }
                        std::vector<std::string_view> texts(out.size());
                        cells.Decode(0, std::span(texts));
                        for (size_t i = 0; i < out.size(); ++i) {
                          out[i] = texts[i].data() == nullptr ? kMissingInt : 1;
                        }
                      });
}

// Without the groups whose string key is missing: H2O has none of these.
Frame WithoutMissingTexts(const Frame& groups, size_t keys, Evaluator& evaluator) {
  Communicator& ranks = evaluator.context().ranks;
  const Frame part = OwnPart(groups, ranks);
  std::vector<uint8_t> keep(static_cast<size_t>(part.rows()), 1);
  bool texts = false;
  for (size_t k = 0; k < keys; ++k) {
    if (part.column(k).type() != ColumnType::kString) continue;
    texts = true;
    std::vector<std::string_view> cells(keep.size());
    ReadCells(part, k, 0, std::span(cells));
    for (size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].data() == nullptr) keep[i] = 0;
    }
  }
  if (!texts) return groups;
  const Frame kept = SelectRows(part, keep, evaluator.pool());
  return groups.layout().ranks() == 1 ? kept : PlaceParts(kept, ranks);
}

}  // namespace

Value GroupRows(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr given = arguments.FrameAt(0);
  const auto keys = SelectColumns(arguments, 1, *given, NegativeColumns::kFromEnd);
  if (keys.empty()) arguments.Fail(1, "must name at least one column");
  if ((arguments.size() - 2) % 3 != 0) {
    arguments.Fail(arguments.size() - 1,
                   "must belong to three arguments: an aggregate, a column, and 'all', 'rm' or "
                   "'ignore'");
  }
  Frame frame = *given;
  std::vector<GroupAggregate> aggregates;
  for (size_t i = 2; i < arguments.size(); i += 3) {
    GroupAggregate aggregate{.aggregate = AggregateAt(arguments, i),
                             .column = SelectColumn(arguments, i + 1, *given),
                             .missing = MissingAt(arguments, i + 2)};
    if (aggregate.aggregate == Aggregate::kCount && aggregate.missing != GroupMissing::kAll &&
        !IsNumeric(given->column(aggregate.column).type())) {
      ColumnPtr present = Presence(*given, aggregate.column, evaluator);
      aggregate.column = frame.columns();
      frame = frame.WithColumn(FreeColumnName("present", frame.names()), std::move(present));
    }
    // The client has warned that nothing is done for these.
    if (aggregate.aggregate != Aggregate::kCount &&
        given->column(aggregate.column).type() == ColumnType::kString) {
      continue;
    }
    aggregates.push_back(aggregate);
  }
  return WithoutMissingTexts(
      GroupBy(frame, keys, aggregates, evaluator.context().ranks, evaluator.pool()), keys.size(),
      evaluator);
}

}  // namespace thalweg::internal
