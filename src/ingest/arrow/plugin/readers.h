// Parquet and Arrow IPC files as streams of record batches.
#pragma once

#include <arrow/io/memory.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/result.h>
#include <arrow/type.h>

#include <memory>
#include <vector>

#include "ingest/arrow/plugin/api.h"

namespace thalweg::arrow_plugin {

// The memory of one reader: the system's allocator (which gives freed memory back sooner than
// Arrow's own), counted and limited.
struct ReaderMemory {
  explicit ReaderMemory(int64_t limit) : pool(&counted, limit) {}
  arrow::ProxyMemoryPool counted{arrow::system_memory_pool()};
  arrow::CappedMemoryPool pool;
};

}  // namespace thalweg::arrow_plugin

struct ThalwegArrowReader {
  virtual ~ThalwegArrowReader() = default;
  virtual std::shared_ptr<arrow::Schema> schema() const = 0;
  virtual arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> Read(std::vector<int> columns,
                                                                        int64_t batch_rows) = 0;
};

namespace thalweg::arrow_plugin {

using ReaderResult = arrow::Result<std::unique_ptr<ThalwegArrowReader>>;
ReaderResult OpenParquet(std::shared_ptr<arrow::io::BufferReader> file, int64_t memory_limit);
ReaderResult OpenIpc(const std::shared_ptr<arrow::io::BufferReader>& file, int64_t memory_limit);

}  // namespace thalweg::arrow_plugin
