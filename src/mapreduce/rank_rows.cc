#include "mapreduce/rank_rows.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "frame/chunk_builder.h"
#include "mapreduce/exchange_rows.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/gather_rows.h"
#include "mapreduce/key_ranges.h"
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

// The rank of each row, and the rows in the order of groups and sort columns.
struct RankedRows {
  std::vector<int64_t> ranks;
  SortedRows sorted;
};

RankedRows RankRows(const Frame& frame, std::span<const size_t> groups,
                    std::span<const SortColumn> by, ThreadPool& pool) {
  internal::CheckRowCount(frame.rows());
  std::vector<SortKey> group_keys;
  for (const size_t column : groups) group_keys.push_back({.column = column});
  // Two fields of at most 32 bits each.
  std::vector<KeyField> fields = {internal::RankField(frame, group_keys, pool),
                                  internal::RankField(frame, KeysOf(by), pool)};
  const int group_shift = fields[1].bits;
  const RowKeys words(frame, std::move(fields));
  SortedRows sorted = internal::SortRows(words, Grouping::kGroups, pool);
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
  return {std::move(ranks), std::move(sorted)};
}

}  // namespace

Frame RankWithinGroups(const Frame& frame, std::span<const size_t> groups,
                       std::span<const SortColumn> by, const std::string& name, RankOrder order,
                       ThreadPool& pool) {
  const RankedRows rows = RankRows(frame, groups, by, pool);
  const Frame ranked = frame.WithColumn(name, RankColumn(rows.ranks, frame.layout(), pool));
  if (order == RankOrder::kSorted) return SortFrame(ranked, by, pool);
  return GatherRows(ranked, rows.sorted.rows.span(), pool);
}

Frame RankWithinGroups(const Frame& frame, std::span<const size_t> groups,
                       std::span<const SortColumn> by, const std::string& name, RankOrder order,
                       Communicator& ranks, ThreadPool& pool) {
  if (frame.layout().ranks() == 1) return RankWithinGroups(frame, groups, by, name, order, pool);
  // Group and sort columns, each once.
  std::vector<size_t> columns;
  const auto place_of = [&](size_t column) {
    const auto found = std::find(columns.begin(), columns.end(), column);
    const auto place = static_cast<size_t>(found - columns.begin());
    if (found == columns.end()) columns.push_back(column);
    return place;
  };
  std::vector<size_t> own_groups;
  std::vector<SortKey> group_keys;
  // The result's order by groups: their columns, then the sort columns.
  std::vector<SortColumn> by_groups;
  for (const size_t column : groups) {
    own_groups.push_back(place_of(column));
    group_keys.push_back({.column = own_groups.back()});
    by_groups.push_back({.column = column});
  }
  std::vector<SortColumn> own_by;
  for (const SortColumn& key : by) {
    own_by.push_back({.column = place_of(key.column), .descending = key.descending});
    by_groups.push_back(key);
  }
  const Frame part = OwnPart(frame, ranks);
  const Frame keys = part.Select(columns);
  const auto to =
      internal::RanksByKey(keys, group_keys, internal::EqualKeys::kTogether, ranks, pool);
  const auto numbers = ReturnToSenders(
      RankRows(ExchangeRows(keys, to, ranks, pool), own_groups, own_by, pool).ranks, to, ranks);
  const Frame ranked = part.WithColumn(name, RankColumn(numbers, part.layout(), pool));
  return RebalanceParts(SortPart(ranked, order == RankOrder::kSorted ? by : by_groups, ranks, pool),
                        ranks, pool);
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

Frame TopParts(const Frame& part, size_t column, size_t count, Extreme extreme, Communicator& ranks,
               ThreadPool& pool) {
  // Of all rows that can be among them, in the order of the frame, the first ones after sorting.
  std::vector<uint32_t> rows = TopRows(part, column, count, extreme, pool);
  std::sort(rows.begin(), rows.end());
  const std::vector<int64_t> counts = NumbersOfRanks(part.rows(), ranks);
  const int64_t first = std::accumulate(counts.begin(), counts.begin() + ranks.rank(), int64_t{0});
  std::vector<int64_t> numbers(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) numbers[i] = first + rows[i];
  const LayoutPtr layout = ResultLayout(static_cast<int64_t>(rows.size()));
  const Frame candidates(layout, {"row", "cell"},
                         {RankColumn(numbers, *layout, pool),
                          GatherColumns(part, std::span(&column, 1), rows, *layout, pool).front()});
  const SortColumn by = {.column = 1, .descending = extreme == Extreme::kLargest};
  const Frame sorted = SortPart(candidates, std::span(&by, 1), ranks, pool);
  const std::vector<int64_t> lengths = NumbersOfRanks(sorted.rows(), ranks);
  const int64_t before =
      std::accumulate(lengths.begin(), lengths.begin() + ranks.rank(), int64_t{0});
  return sorted.Slice(0,
                      std::clamp<int64_t>(static_cast<int64_t>(count) - before, 0, sorted.rows()));
}

}  // namespace thalweg
