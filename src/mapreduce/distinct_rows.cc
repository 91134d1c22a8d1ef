#include "mapreduce/distinct_rows.h"

#include "frame/select_rows.h"
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

}  // namespace

Frame DropDuplicates(const Frame& frame, std::span<const size_t> columns, KeepOf keep,
                     ThreadPool& pool) {
  const SortedRows sorted = Groups(frame, columns, pool);
  std::vector<uint8_t> kept(static_cast<size_t>(frame.rows()));
  ForGroups(sorted, pool, [&](size_t g) {
    const size_t place = keep == KeepOf::kFirst ? sorted.starts[g] : sorted.starts[g + 1] - 1;
    kept[sorted.rows[place]] = 1;
  });
  return SelectRows(frame, kept, pool);
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
