#include "ingest/csv/csv_reader.h"

namespace thalweg {

ParseResult ReadCsv(const std::vector<std::string>& paths, const ParseOptions& options,
                    ThreadPool& pool, const WorkContext& context, const ExpectedTypes& expected) {
  std::vector<CsvInput> inputs;
  inputs.reserve(paths.size());
  for (const std::string& path : paths) {
    inputs.push_back({path, [path, max_expansion = options.max_expansion] {
                        return OpenSource(path, {.max_expansion = max_expansion});
                      }});
  }
  return ReadCsvInputs(inputs, options, pool, context, expected);
}

}  // namespace thalweg
