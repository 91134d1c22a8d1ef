// Parquet and Arrow IPC files as streams of record batches.
#pragma once

#include <arrow/io/memory.h>
#include <arrow/record_batch.h>
#include <arrow/result.h>
#include <arrow/type.h>

#include <memory>
#include <vector>

#include "ingest/arrow/plugin/api.h"

struct ThalwegArrowReader {
  virtual ~ThalwegArrowReader() = default;
  virtual std::shared_ptr<arrow::Schema> schema() const = 0;
  virtual arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> Read(std::vector<int> columns,
                                                                        int64_t batch_rows) = 0;
};

namespace thalweg::arrow_plugin {

using ReaderResult = arrow::Result<std::unique_ptr<ThalwegArrowReader>>;
ReaderResult OpenParquet(std::shared_ptr<arrow::io::BufferReader> file);
ReaderResult OpenIpc(std::shared_ptr<arrow::io::BufferReader> file);

}  // namespace thalweg::arrow_plugin
