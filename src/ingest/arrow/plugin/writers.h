// Record batches to files.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/status.h>

#include <memory>

namespace thalweg::arrow_plugin {

// zstd, row groups of about 64 MB or a million rows, Arrow's schema kept beside Parquet's.
arrow::Status WriteParquet(arrow::RecordBatchReader& batches,
                           const std::shared_ptr<arrow::io::OutputStream>& file);
// The file format (magic ARROW1), not compressed, so that others can map it.
arrow::Status WriteIpc(arrow::RecordBatchReader& batches,
                       const std::shared_ptr<arrow::io::OutputStream>& file);

// The stream format.
arrow::Status WriteIpcStream(arrow::RecordBatchReader& batches,
                             const std::shared_ptr<arrow::io::OutputStream>& file);

}  // namespace thalweg::arrow_plugin
