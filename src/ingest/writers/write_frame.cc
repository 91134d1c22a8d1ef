#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "ingest/arrow/arrow_writer.h"
#include "ingest/parse.h"
#include "ingest/writers/csv_writer.h"

namespace thalweg {

void WriteFrame(const Frame& frame, const std::string& path, ThreadPool& pool,
                const WorkContext& context) {
  const std::string name = ToLower(path);
  const bool csv = name.ends_with(".csv");
  const bool csv_gz = name.ends_with(".csv.gz");
  const bool parquet = name.ends_with(".parquet");
  if (!csv && !csv_gz && !parquet && !name.ends_with(".arrow")) {
    throw UserError(path +
                    ": the name says no format that is written; it ends with .csv, .csv.gz, "
                    ".parquet or .arrow");
  }
  AtomicFile file(path);
  if (csv || csv_gz) {
    internal::WriteCsv(
        frame, csv_gz, [&](std::string_view bytes) { file.Write(bytes); }, pool, context);
  } else {
    try {
      internal::WriteArrow(frame, parquet ? kThalwegParquet : kThalwegArrowIpc, file.descriptor(),
                           pool, context);
    } catch (const UserError& error) {
      throw UserError(path + ": cannot write: " + error.what());
    }
  }
  file.Commit();
}

}  // namespace thalweg
