#include "mapreduce/sort.h"

#include "mapreduce/exchange_rows.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/gather_rows.h"
#include "mapreduce/key_ranges.h"
#include "mapreduce/row_keys.h"
#include "mapreduce/sort_rows.h"

namespace thalweg {
namespace {

std::vector<internal::SortKey> KeysOf(std::span<const SortColumn> by) {
  std::vector<internal::SortKey> keys;
  for (const SortColumn& key : by) {
    keys.push_back({.column = key.column, .descending = key.descending});
  }
  return keys;
}

}  // namespace

Frame SortFrame(const Frame& frame, std::span<const SortColumn> by, ThreadPool& pool) {
  internal::CheckRowCount(frame.rows());
  const internal::RowKeys words(frame, KeysOf(by), pool);
  const internal::SortedRows sorted = internal::SortRows(words, internal::Grouping::kNone, pool);
  return GatherRows(frame, sorted.rows.span(), pool);
}

Frame SortPart(const Frame& part, std::span<const SortColumn> by, Communicator& ranks,
               ThreadPool& pool) {
  const auto to = internal::RanksByKey(part, KeysOf(by), internal::EqualKeys::kSpread, ranks, pool);
  // What came is let go before the sorted part travels on.
  return SortFrame(ExchangeRows(part, to, ranks, pool), by, pool);
}

Frame SortFrame(const Frame& frame, std::span<const SortColumn> by, Communicator& ranks,
                ThreadPool& pool) {
  if (frame.layout().ranks() == 1) return SortFrame(frame, by, pool);
  return RebalanceParts(SortPart(OwnPart(frame, ranks), by, ranks, pool), ranks, pool);
}

}  // namespace thalweg
