#include "ingest/svmlight/sparse_columns.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "base/error.h"
#include "frame/chunk_builder.h"

namespace thalweg::internal {
namespace {

constexpr size_t kEntriesPerColumn = 350;
constexpr size_t kFewestEntries = size_t{1} << 18;
constexpr size_t kMostEntries = size_t{1} << 23;
// Labels take 8 bytes per row.
constexpr int64_t kMostRows = 1 << 22;

// The gathered entries in column order.
struct Transposed {
  std::vector<size_t> starts;  // of index i: starts[i] … starts[i + 1] - 1
  std::vector<uint32_t> rows;
  std::vector<double> values;  // empty where all are 1
};

// Entries of the indices begin … end-1, from all blocks, to their places.
void Scatter(const std::vector<SvmLightBlock>& blocks, uint32_t begin, uint32_t end,
             Transposed& out) {
  std::vector<size_t> next(out.starts.begin() + begin, out.starts.begin() + end);
  uint32_t row = 0;
  for (const SvmLightBlock& block : blocks) {
    size_t entry = 0;
    for (const uint32_t row_end : block.row_ends) {
      for (; entry < row_end; ++entry) {
        const uint32_t index = block.indices[entry];
        if (index < begin || index >= end) continue;
        const size_t place = next[index - begin]++;
        out.rows[place] = row;
        if (!out.values.empty()) out.values[place] = block.value(entry);
      }
      ++row;
    }
  }
}

Transposed Transpose(const std::vector<SvmLightBlock>& blocks, size_t entries, uint32_t indices,
                     ThreadPool& pool) {
  Transposed out;
  out.starts.assign(size_t{indices} + 1, 0);
  for (const SvmLightBlock& block : blocks) {
    for (const uint32_t index : block.indices) ++out.starts[index + 1];
  }
  std::partial_sum(out.starts.begin(), out.starts.end(), out.starts.begin());
  out.rows.resize(entries);
  const bool ones = std::all_of(blocks.begin(), blocks.end(),
                                [](const SvmLightBlock& b) { return b.values.empty(); });
  if (!ones) out.values.resize(entries);

  // Every task reads all entries and writes those of its indices, about as many in each task.
  const size_t tasks = std::min<size_t>(pool.size(), 16);
  std::vector<uint32_t> borders(tasks + 1, indices);
  for (size_t task = 0; task < tasks; ++task) {
    const auto at =
        std::lower_bound(out.starts.begin(), out.starts.end() - 1, entries / tasks * task);
    borders[task] = task == 0 ? 0 : static_cast<uint32_t>(at - out.starts.begin());
  }
  pool.Run(tasks,
           [&](size_t task, size_t) { Scatter(blocks, borders[task], borders[task + 1], out); });
  return out;
}

ColumnType TypeOf(const std::vector<ChunkPtr>& chunks) {
  const bool integral = std::all_of(chunks.begin(), chunks.end(),
                                    [](const ChunkPtr& chunk) { return chunk->integral(); });
  return integral ? ColumnType::kInteger : ColumnType::kReal;
}

}  // namespace

void SparseColumns::Append(SvmLightBlock block) {
  if (block.rows() == 0) return;
  pending_entries_ += block.indices.size();
  pending_rows_ += static_cast<int64_t>(block.rows());
  smallest_index_ = std::min(smallest_index_, block.smallest_index);
  largest_index_ = std::max(largest_index_, block.largest_index);
  pending_.push_back(std::move(block));
  const size_t enough =
      std::clamp((size_t{largest_index_} + 1) * kEntriesPerColumn, kFewestEntries, kMostEntries);
  if (chunk_per_block_ || pending_entries_ >= enough || pending_rows_ >= kMostRows) Flush();
}

void SparseColumns::Flush() {
  if (pending_rows_ == 0) return;
  const auto rows = static_cast<uint32_t>(pending_rows_);
  const uint32_t indices = largest_index_ + 1;
  features_.resize(indices);

  std::vector<double> labels;
  labels.reserve(rows);
  std::vector<int64_t> queries;
  for (const SvmLightBlock& block : pending_) {
    labels.insert(labels.end(), block.labels.begin(), block.labels.end());
    if (!block.queries.empty()) {
      queries.resize(labels.size() - block.rows(), kMissingInt);
      queries.insert(queries.end(), block.queries.begin(), block.queries.end());
    }
  }
  labels_.push_back(EncodeReals(labels));
  has_queries_ = has_queries_ || !queries.empty();
  queries.resize(rows, kMissingInt);
  queries_.push_back(EncodeIntegers(queries));
  zeros_.push_back(EncodeSparse(rows, {}, {}));

  const Transposed entries = Transpose(pending_, pending_entries_, indices, pool_);
  std::vector<SvmLightBlock>().swap(pending_);
  size_t longest = 0;
  for (uint32_t i = 0; i < indices; ++i) {
    longest = std::max(longest, entries.starts[i + 1] - entries.starts[i]);
  }
  const std::vector<double> ones(entries.values.empty() ? longest : 0, 1.0);

  constexpr size_t kIndicesPerTask = 64;
  pool_.Run((indices + kIndicesPerTask - 1) / kIndicesPerTask, [&](size_t task, size_t) {
    const size_t end = std::min<size_t>(indices, (task + 1) * kIndicesPerTask);
    for (size_t i = task * kIndicesPerTask; i < end; ++i) {
      const size_t begin = entries.starts[i];
      const size_t count = entries.starts[i + 1] - begin;
      if (count == 0) continue;
      const auto values = entries.values.empty()
                              ? std::span<const double>(ones).first(count)
                              : std::span<const double>(entries.values).subspan(begin, count);
      // The chunks before this one, in which the index did not occur.
      std::vector<ChunkPtr>& chunks = features_[i];
      chunks.insert(chunks.end(), zeros_.begin() + static_cast<ptrdiff_t>(chunks.size()),
                    zeros_.end() - 1);
      chunks.push_back(EncodeSparse(
          rows, std::span<const uint32_t>(entries.rows).subspan(begin, count), values));
    }
  });
  starts_.push_back(starts_.back() + pending_rows_);
  pending_entries_ = 0;
  pending_rows_ = 0;
}

Frame SparseColumns::Finish() {
  Flush();
  std::vector<std::string> names = {"C1"};
  std::vector<ColumnPtr> columns = {std::make_shared<Column>(TypeOf(labels_), std::move(labels_))};
  ColumnPtr none;  // shared by all features that never occur
  for (size_t i = smallest_index_ == 0 ? 0 : 1; i < features_.size(); ++i) {
    names.push_back("C" + std::to_string(names.size() + 1));
    std::vector<ChunkPtr>& chunks = features_[i];
    if (chunks.empty()) {
      if (none == nullptr) none = std::make_shared<Column>(ColumnType::kInteger, zeros_);
      columns.push_back(none);
      continue;
    }
    chunks.insert(chunks.end(), zeros_.begin() + static_cast<ptrdiff_t>(chunks.size()),
                  zeros_.end());
    columns.push_back(std::make_shared<Column>(TypeOf(chunks), std::move(chunks)));
  }
  if (has_queries_) {
    names.emplace_back("qid");
    columns.push_back(std::make_shared<Column>(ColumnType::kInteger, std::move(queries_)));
  }
  return Frame(std::make_shared<Layout>(std::move(starts_)), std::move(names), std::move(columns));
}

}  // namespace thalweg::internal
