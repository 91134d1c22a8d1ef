// The table of entries of libthalweg_arrow.so.
#include <arrow/buffer.h>
#include <arrow/c/bridge.h>
#include <arrow/config.h>
#include <arrow/io/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <new>

#include "ingest/arrow/plugin/readers.h"
#include "ingest/arrow/plugin/writers.h"

namespace thalweg::arrow_plugin {
namespace {

char* Text(const std::string& message) { return strdup(message.c_str()); }

// Runs `action` so that neither a status nor an exception gets lost.
template <class Action>
char* Guard(Action action) {
  try {
    const arrow::Status status = action();
    if (status.ok()) return nullptr;
    // The detail is the system's own cause, such as a full disk.
    return Text(status.detail() == nullptr
                    ? status.message()
                    : status.message() + " (" + status.detail()->ToString() + ")");
  } catch (const std::bad_alloc&) {
    return Text("out of memory");
  } catch (const std::exception& error) {
    return Text(error.what());
  }
}

char* Open(int format, const void* data, size_t size, int64_t memory_limit,
           ThalwegArrowReader** out) {
  return Guard([&] {
    auto file = std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(
        static_cast<const uint8_t*>(data), static_cast<int64_t>(size)));
    auto reader = format == kThalwegParquet ? OpenParquet(std::move(file), memory_limit)
                                            : OpenIpc(std::move(file), memory_limit);
    if (!reader.ok()) return reader.status();
    *out = reader->release();
    return arrow::Status::OK();
  });
}

char* Schema(ThalwegArrowReader* reader, ArrowSchema* out) {
  return Guard([&] { return arrow::ExportSchema(*reader->schema(), out); });
}

char* Read(ThalwegArrowReader* reader, const int* columns, size_t count, int64_t batch_rows,
           ArrowArrayStream* out) {
  return Guard([&] {
    auto batches = reader->Read(std::vector<int>(columns, columns + count), batch_rows);
    if (!batches.ok()) return batches.status();
    return arrow::ExportRecordBatchReader(*batches, out);
  });
}

void Close(ThalwegArrowReader* reader) { delete reader; }

// Bytes to a pipe: Arrow's own stream asks files for their position, which pipes do not have.
class PipeStream : public arrow::io::OutputStream {
 public:
  explicit PipeStream(int descriptor) : descriptor_(descriptor) {}
  arrow::Status Write(const void* data, int64_t size) override {
    const char* at = static_cast<const char*>(data);
    position_ += size;
    while (size > 0) {
      const ssize_t written = write(descriptor_, at, static_cast<size_t>(size));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return arrow::Status::IOError("the reader has gone");
      at += written;
      size -= written;
    }
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }

 private:
  int descriptor_;
  int64_t position_ = 0;
  bool closed_ = false;
};

char* Write(int format, int descriptor, ArrowArrayStream* in) {
  return Guard([&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto batches, arrow::ImportRecordBatchReader(in));
    if (format == kThalwegArrowStream) {
      return WriteIpcStream(*batches, std::make_shared<PipeStream>(descriptor));
    }
    // The stream closes its descriptor, and ours belongs to the caller.
    ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::FileOutputStream::Open(dup(descriptor)));
    if (format == kThalwegParquet) {
      ARROW_RETURN_NOT_OK(WriteParquet(*batches, file));
    } else {
      ARROW_RETURN_NOT_OK(WriteIpc(*batches, file));
    }
    return file->Close();
  });
}

void FreeText(char* text) { free(text); }

constexpr ThalwegArrowApi kApi = {kThalwegArrowVersion, Open, Schema, Read, Close, Write, FreeText};

}  // namespace
}  // namespace thalweg::arrow_plugin

extern "C" __attribute__((visibility("default"))) const ThalwegArrowApi* thalweg_arrow_api() {
  return &thalweg::arrow_plugin::kApi;
}
