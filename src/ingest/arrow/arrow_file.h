// One Parquet or Arrow file, opened through the plugin.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ingest/arrow/arrow_field.h"
#include "ingest/arrow/load_plugin.h"
#include "ingest/source.h"

namespace thalweg::internal {

// Releases what the C interface hands out.
struct ReleaseArrow {
  template <class T>
  void operator()(T* object) const {
    if (object->release != nullptr) object->release(object);
    delete object;
  }
};
using ArrowSchemaPtr = std::unique_ptr<ArrowSchema, ReleaseArrow>;
using ArrowArrayPtr = std::unique_ptr<ArrowArray, ReleaseArrow>;
using ArrowStreamPtr = std::unique_ptr<ArrowArrayStream, ReleaseArrow>;

// Not thread-safe. A compressed file is decompressed into memory first.
class ArrowFile {
 public:
  // UserError naming the path where it is no such file.
  ArrowFile(const std::string& path, ThalwegArrowFormat format, const SourceOptions& options);

  const std::string& name() const { return source_->name(); }
  uint64_t stored_size() const { return source_->size(); }
  // Names of the top-level fields.
  const std::vector<std::string>& names() const { return names_; }
  // UserError where a frame cannot hold the field.
  ArrowField Field(size_t position) const;
  // Starts to read these fields, in batches of at most that many rows where the format can.
  void Start(const std::vector<int>& positions, int64_t batch_rows);
  // The next batch: a struct of the fields. Null at the end.
  ArrowArrayPtr Next();

 private:
  struct CloseReader {
    void operator()(ThalwegArrowReader* reader) const { ArrowApi().close(reader); }
  };

  std::unique_ptr<ByteSource> source_;
  std::vector<char> content_;  // where the source is not mapped
  std::unique_ptr<ThalwegArrowReader, CloseReader> reader_;
  ArrowSchemaPtr schema_;
  std::vector<std::string> names_;
  ArrowStreamPtr stream_;
};

}  // namespace thalweg::internal
