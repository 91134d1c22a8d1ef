#include "ingest/csv/csv_reader.h"

namespace thalweg {
namespace {

std::vector<CsvInput> InputsOf(const std::vector<std::string>& paths, const ParseOptions& options) {
  std::vector<CsvInput> inputs;
  inputs.reserve(paths.size());
  for (const std::string& path : paths) {
    inputs.push_back({path, [path, max_expansion = options.max_expansion] {
                        return OpenSource(path, {.max_expansion = max_expansion});
                      }});
  }
  return inputs;
}

}  // namespace

ParseResult ReadCsv(const std::vector<std::string>& paths, const ParseOptions& options,
                    ThreadPool& pool, const WorkContext& context, const ExpectedTypes& expected) {
  return ReadCsvInputs(InputsOf(paths, options), options, pool, context, expected);
}

ParseResult ReadCsvOverRanks(const std::vector<std::string>& paths, const ParseOptions& options,
                             ThreadPool& pool, const WorkContext& context,
                             const ExpectedTypes& expected, Communicator& ranks) {
  return ReadCsvInputs(InputsOf(paths, options), options, pool, context, expected, &ranks);
}

}  // namespace thalweg
