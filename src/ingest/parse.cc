#include "ingest/parse.h"

#include <chrono>
#include <filesystem>

#include "base/error.h"
#include "ingest/format.h"
#include "ingest/source.h"
#include "mapreduce/gather_frame.h"

namespace thalweg {

ParseResult ParseFiles(const std::vector<std::string>& paths, const ParseOptions& options,
                       ThreadPool& pool, const WorkContext& context, const ExpectedTypes& expected,
                       Communicator* ranks) {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<std::string> files = ExpandPaths(paths);
  if (files.empty()) throw UserError("no file to parse");
  for (const std::string& file : files) {
    // They are read more than once: to recognize the format, to guess types, perhaps to widen some.
    if (!std::filesystem::is_regular_file(file)) {
      throw UserError(file +
                      ": not a regular file (a pipe or a device); save its content to a file");
    }
  }
  const FormatReader& reader = FindReader(files, options);
  const bool over_ranks = ranks != nullptr && ranks->size() > 1;
  ParseResult result = over_ranks && reader.read_over_ranks != nullptr
                           ? reader.read_over_ranks(files, options, pool, context, expected, *ranks)
                           : reader.read(files, options, pool, context, expected);
  if (over_ranks && reader.read_over_ranks == nullptr) {
    result.frame = KeepOwnChunks(result.frame, *ranks);
  }
  result.report.files = files;
  result.report.format = reader.name;
  result.report.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace thalweg
