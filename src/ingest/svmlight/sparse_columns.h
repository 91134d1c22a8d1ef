// Rows of (index, value) to columns of sparse chunks.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "frame/column.h"
#include "frame/frame.h"
#include "ingest/svmlight/svmlight_block.h"

namespace thalweg::internal {

// Gathers blocks until they hold enough entries for a chunk of every column, then turns them
// around.
//
// Each chunk of a column costs some 50 bytes beside its entries, so chunks are large where there
// are many columns: kEntriesPerColumn entries for each column on average, within limits that bound
// the memory to about 12 bytes per gathered entry. Chunks end where blocks end; the result does not
// depend on the number of threads. Not thread-safe.
class SparseColumns {
 public:
  // chunk_per_block: every block makes a chunk.
  SparseColumns(ThreadPool& pool, bool chunk_per_block)
      : pool_(pool), chunk_per_block_(chunk_per_block) {}

  void Append(SvmLightBlock block);
  int64_t rows() const { return starts_.back() + pending_rows_; }

  // The label as C1, the features as C2, C3, …, and the query ids, if there are any, as qid. Where
  // an index 0 occurred, it is the first feature; else index 1 is.
  Frame Finish();

 private:
  void Flush();

  ThreadPool& pool_;
  const bool chunk_per_block_;

  std::vector<SvmLightBlock> pending_;
  size_t pending_entries_ = 0;
  int64_t pending_rows_ = 0;
  uint32_t smallest_index_ = UINT32_MAX;
  uint32_t largest_index_ = 0;

  std::vector<int64_t> starts_ = {0};
  std::vector<ChunkPtr> labels_;
  std::vector<ChunkPtr> queries_;
  bool has_queries_ = false;
  std::vector<ChunkPtr> zeros_;  // one chunk of zeros for all columns without entries
  std::vector<std::vector<ChunkPtr>> features_;  // by index; short where the last chunks are zeros
};

}  // namespace thalweg::internal
