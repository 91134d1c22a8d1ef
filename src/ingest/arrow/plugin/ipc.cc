#include <arrow/buffer.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>

#include <cstring>
#include <utility>

#include "ingest/arrow/plugin/readers.h"
#include "ingest/arrow/plugin/writers.h"

namespace thalweg::arrow_plugin {
namespace {

arrow::ipc::IpcReadOptions Options(arrow::MemoryPool* pool) {
  arrow::ipc::IpcReadOptions options;
  options.memory_pool = pool;
  return options;
}

// Picks columns out of batches, and refuses batches whose offsets or codes lead out of their
// buffers: the files come from anywhere.
class CheckedBatches : public arrow::RecordBatchReader {
 public:
  using Next = std::function<arrow::Result<std::shared_ptr<arrow::RecordBatch>>()>;
  CheckedBatches(const std::shared_ptr<arrow::Schema>& schema, std::vector<int> columns, Next next)
      : columns_(std::move(columns)), next_(std::move(next)) {
    arrow::FieldVector fields;
    for (const int column : columns_) fields.push_back(schema->field(column));
    schema_ = arrow::schema(std::move(fields));
  }
  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    ARROW_ASSIGN_OR_RAISE(auto batch, next_());
    *out = nullptr;
    if (batch == nullptr) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(*out, batch->SelectColumns(columns_));
    return (*out)->ValidateFull();
  }

 private:
  std::vector<int> columns_;
  Next next_;
  std::shared_ptr<arrow::Schema> schema_;
};

class IpcFileReader : public ThalwegArrowReader {
 public:
  IpcFileReader(std::unique_ptr<ReaderMemory> memory,
                std::shared_ptr<arrow::ipc::RecordBatchFileReader> reader)
      : memory_(std::move(memory)), reader_(std::move(reader)) {}
  std::shared_ptr<arrow::Schema> schema() const override { return reader_->schema(); }
  arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> Read(std::vector<int> columns,
                                                                int64_t) override {
    return std::make_shared<CheckedBatches>(
        schema(), std::move(columns),
        [reader = reader_,
         next = 0]() mutable -> arrow::Result<std::shared_ptr<arrow::RecordBatch>> {
          if (next == reader->num_record_batches()) return nullptr;
          return reader->ReadRecordBatch(next++);
        });
  }

 private:
  std::unique_ptr<ReaderMemory> memory_;
  std::shared_ptr<arrow::ipc::RecordBatchFileReader> reader_;
};

class IpcStreamReader : public ThalwegArrowReader {
 public:
  IpcStreamReader(std::unique_ptr<ReaderMemory> memory,
                  std::shared_ptr<arrow::ipc::RecordBatchStreamReader> reader)
      : memory_(std::move(memory)), reader_(std::move(reader)) {}
  std::shared_ptr<arrow::Schema> schema() const override { return reader_->schema(); }
  arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> Read(std::vector<int> columns,
                                                                int64_t) override {
    return std::make_shared<CheckedBatches>(schema(), std::move(columns),
                                            [reader = reader_] { return reader->Next(); });
  }

 private:
  std::unique_ptr<ReaderMemory> memory_;
  std::shared_ptr<arrow::ipc::RecordBatchStreamReader> reader_;
};

arrow::Status WriteAll(arrow::RecordBatchReader& batches, arrow::ipc::RecordBatchWriter& writer) {
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(batches.ReadNext(&batch));
    if (batch == nullptr) break;
    ARROW_RETURN_NOT_OK(writer.WriteRecordBatch(*batch));
  }
  return writer.Close();
}

}  // namespace

ReaderResult OpenIpc(const std::shared_ptr<arrow::io::BufferReader>& file, int64_t memory_limit) {
  auto memory = std::make_unique<ReaderMemory>(memory_limit);
  ARROW_ASSIGN_OR_RAISE(const int64_t size, file->GetSize());
  ARROW_ASSIGN_OR_RAISE(const auto head, file->ReadAt(0, 6));
  if (size >= 6 && std::memcmp(head->data(), "ARROW1", 6) == 0) {
    ARROW_ASSIGN_OR_RAISE(auto reader,
                          arrow::ipc::RecordBatchFileReader::Open(file, Options(&memory->pool)));
    return std::make_unique<IpcFileReader>(std::move(memory), std::move(reader));
  }
  ARROW_ASSIGN_OR_RAISE(auto reader,
                        arrow::ipc::RecordBatchStreamReader::Open(file, Options(&memory->pool)));
  return std::make_unique<IpcStreamReader>(std::move(memory), std::move(reader));
}

arrow::Status WriteIpc(arrow::RecordBatchReader& batches,
                       const std::shared_ptr<arrow::io::OutputStream>& file) {
  ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeFileWriter(file, batches.schema()));
  return WriteAll(batches, *writer);
}

arrow::Status WriteIpcStream(arrow::RecordBatchReader& batches,
                             const std::shared_ptr<arrow::io::OutputStream>& file) {
  ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeStreamWriter(file, batches.schema()));
  return WriteAll(batches, *writer);
}

}  // namespace thalweg::arrow_plugin
