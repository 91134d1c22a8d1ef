#include "ingest/arrow/arrow_file.h"

#include <algorithm>

#include "base/error.h"

namespace thalweg::internal {
namespace {

std::vector<char> ReadAll(ByteSource& source) {
  std::vector<char> bytes;
  size_t filled = 0;
  while (true) {
    bytes.resize(std::max<size_t>(2 * filled, size_t{1} << 20));
    const size_t count = source.Read(std::span<char>(bytes).subspan(filled));
    if (count == 0) break;
    filled += count;
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

ArrowFile::ArrowFile(const std::string& path, ThalwegArrowFormat format,
                     const SourceOptions& options)
    : source_(OpenSource(path, options)) {
  std::span<const char> bytes = source_->mapped();
  if (bytes.empty()) {
    content_ = ReadAll(*source_);
    bytes = content_;
  }
  if (bytes.empty()) throw UserError(path + ": the file is empty");
  ThalwegArrowReader* reader = nullptr;
  // The same rule as for compressed files.
  const double limit =
      std::min(1e8 + options.max_expansion * static_cast<double>(bytes.size()), 0x1p62);
  ThrowIfArrowFailed(
      ArrowApi().open(format, bytes.data(), bytes.size(), static_cast<int64_t>(limit), &reader),
      path);
  reader_.reset(reader);
  schema_.reset(new ArrowSchema{});
  ThrowIfArrowFailed(ArrowApi().schema(reader, schema_.get()), path);
  for (int64_t i = 0; i < schema_->n_children; ++i) {
    const char* field = schema_->children[i]->name;
    names_.emplace_back(field != nullptr ? field : "");
  }
}

ArrowField ArrowFile::Field(size_t position) const {
  return ParseArrowField(*schema_->children[position], name());
}

void ArrowFile::Start(const std::vector<int>& positions, int64_t batch_rows) {
  stream_.reset(new ArrowArrayStream{});
  ThrowIfArrowFailed(
      ArrowApi().read(reader_.get(), positions.data(), positions.size(), batch_rows, stream_.get()),
      name());
}

ArrowArrayPtr ArrowFile::Next() {
  ArrowArrayPtr batch(new ArrowArray{});
  if (stream_->get_next(stream_.get(), batch.get()) != 0) {
    const char* text = stream_->get_last_error(stream_.get());
    throw UserError(name() + ": " + (text != nullptr ? text : "the file cannot be read"));
  }
  if (batch->release == nullptr) return nullptr;
  return batch;
}

}  // namespace thalweg::internal
