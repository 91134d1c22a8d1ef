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

arrow::Status WriteParquet(arrow::RecordBatchReader& batches,
                           const std::shared_ptr<arrow::io::OutputStream>& file) {
  parquet::WriterProperties::Builder properties;
  properties.compression(parquet::Compression::ZSTD);
  properties.max_row_group_length(1 << 20);
  auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
  ARROW_ASSIGN_OR_RAISE(
      auto writer, parquet::arrow::FileWriter::Open(*batches.schema(), arrow::system_memory_pool(),
                                                    file, properties.build(), arrow_properties));
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(batches.ReadNext(&batch));
    if (batch == nullptr) break;
    ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*batch));
  }
  return writer->Close();
}

}  // namespace thalweg::arrow_plugin
