#include "mapreduce/rank_rows.h"

#include <memory>
#include <utility>

#include "base/error.h"
#include "frame/chunk_builder.h"
#include "mapreduce/gather_rows.h"
#include "mapreduce/row_keys.h"
#include "mapreduce/sort_rows.h"

namespace thalweg {
namespace {

using internal::Grouping;
using internal::KeyField;
using internal::RowKeys;
using internal::SortedRows;
using internal::SortKey;

// 1 where a cell is missing in one of the columns.
std::vector<uint8_t> MissingRows(const Frame& frame, std::span<const SortColumn> columns,
                                 ThreadPool& pool) {
  std::vector<uint8_t> missing(static_cast<size_t>(frame.rows()));
  const Layout& layout = frame.layout();
  pool.Run(layout.chunks(), [&](size_t c, size_t) {
    const auto rows = static_cast<size_t>(layout.ChunkRows(c));
    uint8_t* marks = missing.data() + layout.ChunkStart(c);
    for (const SortColumn& by : columns) {
      const Column& column = frame.column(by.column);
      const Chunk& chunk = column.chunk(c);
      if (chunk.missing() == 0) continue;
      const auto mark = [&]<class Cell>(Cell, auto is_missing) {
        std::vector<Cell> cells(rows);
        chunk.Decode(0, std::span<Cell>(cells));
        for (size_t i = 0; i < rows; ++i) {
          if (is_missing(cells[i])) marks[i] = 1;
        }
      };
      if (column.type() == ColumnType::kString) {
        mark(std::string_view(), [](std::string_view cell) { return cell.data() == nullptr; });
      } else if (column.type() == ColumnType::kUuid) {
        mark(Uuid(), [](const Uuid& cell) { return cell == kMissingUuid; });
      } else {
        mark(0.0, [](double cell) { return cell != cell; });
      }
    }
  });
  return missing;
}

std::vector<SortKey> KeysOf(std::span<const SortColumn> by) {
  std::vector<SortKey> keys;
  for (const SortColumn& key : by) {
    keys.push_back({.column = key.column, .descending = key.descending});
  }
  return keys;
}

ColumnPtr RankColumn(std::span<const int64_t> ranks, const Layout& layout, ThreadPool& pool) {
  std::vector<ChunkPtr> chunks(layout.chunks());
  pool.Run(layout.chunks(), [&](size_t c, size_t) {
    chunks[c] = EncodeIntegers(ranks.subspan(static_cast<size_t>(layout.ChunkStart(c)),
                                             static_cast<size_t>(layout.ChunkRows(c))));
  });
  return std::make_shared<Column>(ColumnType::kInteger, std::move(chunks));
}

}  // namespace

Frame RankWithinGroups(const Frame& frame, std::span<const size_t> groups,
                       std::span<const SortColumn> by, const std::string& name, RankOrder order,
                       ThreadPool& pool) {
  internal::CheckRowCount(frame.rows());
  std::vector<SortKey> group_keys;
  for (const size_t column : groups) group_keys.push_back({.column = column});
  // Two fields of at most 32 bits each.
  std::vector<KeyField> fields = {internal::RankField(frame, group_keys, pool),
                                  internal::RankField(frame, KeysOf(by), pool)};
  const int group_shift = fields[1].bits;
  const RowKeys words(frame, std::move(fields));
  const SortedRows sorted = internal::SortRows(words, Grouping::kGroups, pool);
  const std::vector<uint8_t> missing = MissingRows(frame, by, pool);
  std::vector<int64_t> ranks(static_cast<size_t>(frame.rows()), kMissingInt);
  int64_t rank = 0;
  uint64_t group = 0;
  for (size_t g = 0; g < sorted.groups(); ++g) {
    const uint64_t next = group_shift == 64 ? 0 : sorted.words[g] >> group_shift;
    if (g == 0 || next != group) rank = 0;
    group = next;
    for (size_t i = sorted.starts[g]; i < sorted.starts[g + 1]; ++i) {
      const uint32_t row = sorted.rows[i];
      if (missing[row] == 0) ranks[row] = ++rank;
    }
  }
  const Frame ranked = frame.WithColumn(name, RankColumn(ranks, frame.layout(), pool));
  if (order == RankOrder::kSorted) return SortFrame(ranked, by, pool);
  return GatherRows(ranked, sorted.rows.span(), pool);
}

std::vector<uint32_t> TopRows(const Frame& frame, size_t column, size_t count, Extreme extreme,
                              ThreadPool& pool) {
  if (!IsNumeric(frame.column(column).type())) {
    throw UserError("the rows with the largest or smallest cells need a column of numbers; '" +
                    frame.name(column) + "' is of type " +
                    std::string(ColumnTypeName(frame.column(column).type())));
  }
  const SortKey key{.column = column, .descending = extreme == Extreme::kLargest};
  const RowKeys words(frame, std::span(&key, 1), pool);
  const SortedRows sorted = internal::SortRows(words, Grouping::kNone, pool);
  size_t missing = 0;
  for (size_t c = 0; c < frame.layout().chunks(); ++c) {
    missing += frame.column(column).chunk(c).missing();
  }
  const size_t end = std::min(sorted.rows.size(), missing + count);
  return {sorted.rows.data() + missing, sorted.rows.data() + end};
}

}  // namespace thalweg
