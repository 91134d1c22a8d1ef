#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "ingest/arrow/arrow_writer.h"
#include "ingest/parse.h"
#include "ingest/writers/csv_writer.h"

namespace thalweg {
namespace {

enum class FileFormat { kCsv, kCsvGz, kParquet, kArrow };

FileFormat FormatOf(const std::string& path) {
  const std::string name = ToLower(path);
  if (name.ends_with(".csv")) return FileFormat::kCsv;
  if (name.ends_with(".csv.gz")) return FileFormat::kCsvGz;
  if (name.ends_with(".parquet")) return FileFormat::kParquet;
  if (name.ends_with(".arrow")) return FileFormat::kArrow;
  throw UserError(path +
                  ": the name says no format that is written; it ends with .csv, .csv.gz, "
                  ".parquet or .arrow");
}

}  // namespace

void RequireFrameFile(const std::string& path) {
  if (path.empty()) return;
  FormatOf(path);
  RequireWritable(path);
}

void WriteFrame(const Frame& frame, const std::string& path, ThreadPool& pool,
                const WorkContext& context) {
  const FileFormat format = FormatOf(path);
  AtomicFile file(path);
  if (format == FileFormat::kCsv || format == FileFormat::kCsvGz) {
    internal::WriteCsv(
        frame, format == FileFormat::kCsvGz, [&](std::string_view bytes) { file.Write(bytes); },
        pool, context);
  } else {
    try {
      internal::WriteArrow(frame,
                           format == FileFormat::kParquet ? kThalwegParquet : kThalwegArrowIpc,
                           file.descriptor(), pool, context);
    } catch (const UserError& error) {
      throw UserError(path + ": cannot write: " + error.what());
    }
  }
  file.Commit();
}

}  // namespace thalweg
