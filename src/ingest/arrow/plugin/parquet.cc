#include <arrow/array/array_base.h>
#include <arrow/chunked_array.h>
#include <arrow/memory_pool.h>
#include <arrow/table.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>

#include <utility>

#include "ingest/arrow/plugin/readers.h"
#include "ingest/arrow/plugin/writers.h"

namespace thalweg::arrow_plugin {
namespace {

// The leaves (Parquet columns) below a field.
void AppendLeaves(const parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
  if (field.column_index >= 0) leaves.push_back(field.column_index);
  for (const parquet::arrow::SchemaField& child : field.children) AppendLeaves(child, leaves);
}

class ParquetReader : public ThalwegArrowReader {
 public:
  ParquetReader(std::unique_ptr<ReaderMemory> memory,
                std::unique_ptr<parquet::arrow::FileReader> reader)
      : memory_(std::move(memory)), reader_(std::move(reader)) {}

  arrow::Status Init() { return reader_->GetSchema(&schema_); }
  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> Read(std::vector<int> columns,
                                                                int64_t batch_rows) override {
    std::vector<int> leaves;
    for (const int column : columns) {
      AppendLeaves(reader_->manifest().schema_fields[static_cast<size_t>(column)], leaves);
    }
    std::vector<int> groups(static_cast<size_t>(reader_->num_row_groups()));
    for (size_t i = 0; i < groups.size(); ++i) groups[i] = static_cast<int>(i);
    reader_->set_batch_size(batch_rows);
    ARROW_ASSIGN_OR_RAISE(auto batches, reader_->GetRecordBatchReader(groups, leaves));
    return std::shared_ptr<arrow::RecordBatchReader>(std::move(batches));
  }

 private:
  std::unique_ptr<ReaderMemory> memory_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::shared_ptr<arrow::Schema> schema_;
};

}  // namespace

ReaderResult OpenParquet(std::shared_ptr<arrow::io::BufferReader> file, int64_t memory_limit) {
  auto memory = std::make_unique<ReaderMemory>(memory_limit);
  parquet::ReaderProperties properties(&memory->pool);
  parquet::ArrowReaderProperties arrow_properties;
  arrow_properties.set_use_threads(true);
  // The file lies in memory: nothing is gained by reading ahead.
  arrow_properties.set_pre_buffer(false);
  parquet::arrow::FileReaderBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Open(std::move(file), properties));
  builder.memory_pool(&memory->pool)->properties(arrow_properties);
  std::unique_ptr<parquet::arrow::FileReader> reader;
  ARROW_RETURN_NOT_OK(builder.Build(&reader));
  auto result = std::make_unique<ParquetReader>(std::move(memory), std::move(reader));
  ARROW_RETURN_NOT_OK(result->Init());
  return std::unique_ptr<ThalwegArrowReader>(std::move(result));
}

namespace {

// A row group that is written column by column, so that one column's encoder exists at a time: an
// encoder keeps a table of the distinct values, pages and a compressor, about 6 MB, and with one
// for each of 51 columns that came to 330 MB. What is kept instead are the group's batches.
class RowGroup {
 public:
  explicit RowGroup(parquet::arrow::FileWriter& writer) : writer_(writer) {}

  bool full() const { return rows_ >= kMostRows || bytes_ >= kMostBytes; }
  void Add(std::shared_ptr<arrow::RecordBatch> batch) {
    rows_ += batch->num_rows();
    for (const auto& column : batch->columns()) {
      for (const auto& buffer : column->data()->buffers) bytes_ += buffer ? buffer->size() : 0;
    }
    batches_.push_back(std::move(batch));
  }
  arrow::Status Flush(const arrow::Schema& schema) {
    if (rows_ == 0) return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(writer_.NewRowGroup());
    for (int c = 0; c < schema.num_fields(); ++c) {
      arrow::ArrayVector parts;
      for (const auto& batch : batches_) parts.push_back(batch->column(c));
      ARROW_RETURN_NOT_OK(writer_.WriteColumnChunk(
          std::make_shared<arrow::ChunkedArray>(std::move(parts), schema.field(c)->type())));
    }
    batches_.clear();
    rows_ = 0;
    bytes_ = 0;
    return arrow::Status::OK();
  }

 private:
  static constexpr int64_t kMostRows = 1 << 20;
  static constexpr int64_t kMostBytes = 64 << 20;

  parquet::arrow::FileWriter& writer_;
  arrow::RecordBatchVector batches_;
  int64_t rows_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace

arrow::Status WriteParquet(arrow::RecordBatchReader& batches,
                           const std::shared_ptr<arrow::io::OutputStream>& file) {
  parquet::WriterProperties::Builder properties;
  properties.compression(parquet::Compression::ZSTD);
  auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
  ARROW_ASSIGN_OR_RAISE(
      auto writer, parquet::arrow::FileWriter::Open(*batches.schema(), arrow::system_memory_pool(),
                                                    file, properties.build(), arrow_properties));
  RowGroup group(*writer);
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(batches.ReadNext(&batch));
    if (batch == nullptr) break;
    group.Add(std::move(batch));
    if (group.full()) ARROW_RETURN_NOT_OK(group.Flush(*batches.schema()));
  }
  ARROW_RETURN_NOT_OK(group.Flush(*batches.schema()));
  return writer->Close();
}

}  // namespace thalweg::arrow_plugin
