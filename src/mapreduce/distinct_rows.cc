#include "mapreduce/distinct_rows.h"

#include <algorithm>

#include "frame/select_rows.h"
#include "mapreduce/exchange_rows.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/key_ranges.h"
#include "mapreduce/row_keys.h"
#include "mapreduce/sort_rows.h"

namespace thalweg {
namespace {

using internal::Grouping;
using internal::RowKeys;
using internal::SortedRows;

constexpr size_t kTaskGroups = 8192;

// group(g) for every group, in parallel.
template <class Group>
void ForGroups(const SortedRows& sorted, ThreadPool& pool, Group group) {
  pool.Run((sorted.groups() + kTaskGroups - 1) / kTaskGroups, [&](size_t task, size_t) {
    const size_t end = std::min(sorted.groups(), (task + 1) * kTaskGroups);
    for (size_t g = task * kTaskGroups; g < end; ++g) group(g);
  });
}

SortedRows Groups(const Frame& frame, std::span<const size_t> columns, ThreadPool& pool) {
  internal::CheckRowCount(frame.rows());
  std::vector<internal::SortKey> keys;
  for (const size_t column : columns) keys.push_back({.column = column});
  return internal::SortRows(RowKeys(frame, keys, pool), Grouping::kGroups, pool);
}

// 1 for the first or the last of all rows that are equal.
template <class Mark>
std::vector<Mark> KeptRows(const Frame& frame, std::span<const size_t> columns, KeepOf keep,
                           ThreadPool& pool) {
  const SortedRows sorted = Groups(frame, columns, pool);
  std::vector<Mark> kept(static_cast<size_t>(frame.rows()));
  ForGroups(sorted, pool, [&](size_t g) {
    const size_t place = keep == KeepOf::kFirst ? sorted.starts[g] : sorted.starts[g + 1] - 1;
    kept[sorted.rows[place]] = 1;
  });
  return kept;
}

}  // namespace

Frame DropDuplicates(const Frame& frame, std::span<const size_t> columns, KeepOf keep,
                     ThreadPool& pool) {
  return SelectRows(frame, KeptRows<uint8_t>(frame, columns, keep, pool), pool);
}

Frame DropDuplicates(const Frame& frame, std::span<const size_t> columns, KeepOf keep,
                     Communicator& ranks, ThreadPool& pool) {
  if (frame.layout().ranks() == 1) return DropDuplicates(frame, columns, keep, pool);
  const Frame part = OwnPart(frame, ranks);
  std::vector<size_t> distinct(columns.begin(), columns.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  const Frame keys = part.Select(distinct);
  std::vector<internal::SortKey> sort_keys;
  std::vector<size_t> all;
  for (size_t i = 0; i < distinct.size(); ++i) {
    sort_keys.push_back({.column = i});
    all.push_back(i);
  }
  const auto to =
      internal::RanksByKey(keys, sort_keys, internal::EqualKeys::kTogether, ranks, pool);
  const Frame rows = ExchangeRows(keys, to, ranks, pool);
  const auto answers = ReturnToSenders(KeptRows<int64_t>(rows, all, keep, pool), to, ranks);
  const std::vector<uint8_t> kept(answers.begin(), answers.end());
  return PlaceParts(SelectRows(part, kept, pool), ranks);
}

KeyNumbers NumberKeys(const Frame& frame, std::span<const size_t> columns, ThreadPool& pool) {
  const SortedRows sorted = Groups(frame, columns, pool);
  KeyNumbers result{.numbers = std::vector<uint32_t>(static_cast<size_t>(frame.rows())),
                    .count = sorted.groups()};
  ForGroups(sorted, pool, [&](size_t g) {
    for (size_t i = sorted.starts[g]; i < sorted.starts[g + 1]; ++i) {
      result.numbers[sorted.rows[i]] = static_cast<uint32_t>(g);
    }
  });
  return result;
}

}  // namespace thalweg
