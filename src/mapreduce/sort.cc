#include "mapreduce/sort.h"

#include "mapreduce/gather_rows.h"
#include "mapreduce/row_keys.h"
#include "mapreduce/sort_rows.h"

namespace thalweg {

Frame SortFrame(const Frame& frame, std::span<const SortColumn> by, ThreadPool& pool) {
  internal::CheckRowCount(frame.rows());
  std::vector<internal::SortKey> keys;
  for (const SortColumn& key : by) {
    keys.push_back({.column = key.column, .descending = key.descending});
  }
  const internal::RowKeys words(frame, keys, pool);
  const internal::SortedRows sorted = internal::SortRows(words, internal::Grouping::kNone, pool);
  return GatherRows(frame, sorted.rows.span(), pool);
}

}  // namespace thalweg
