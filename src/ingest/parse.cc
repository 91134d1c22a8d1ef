#include "ingest/parse.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "ingest/format.h"
#include "ingest/source.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/share_frame.h"

namespace thalweg {

namespace {

std::vector<std::string> FilesOf(const std::vector<std::string>& paths) {
  std::vector<std::string> files = ExpandPaths(paths);
  if (files.empty()) throw UserError("no file to parse");
  for (const std::string& file : files) {
    // They are read more than once: to recognize the format, to guess types, perhaps to widen some.
    if (!std::filesystem::is_regular_file(file)) {
      throw UserError(file +
                      ": not a regular file (a pipe or a device); save its content to a file");
    }
  }
  return files;
}

ParseResult Read(const std::vector<std::string>& paths, const ParseOptions& options,
                 ThreadPool& pool, const WorkContext& context, const ExpectedTypes& expected,
                 Communicator* ranks) {
  const std::vector<std::string> files = FilesOf(paths);
  const FormatReader& reader = FindReader(files, options);
  const bool parts = ranks != nullptr && reader.read_over_ranks != nullptr;
  ParseResult result = parts
                           ? reader.read_over_ranks(files, options, pool, context, expected, *ranks)
                           : reader.read(files, options, pool, context, expected);
  if (ranks != nullptr && !parts) result.frame = KeepOwnChunks(result.frame, *ranks);
  result.report.files = files;
  result.report.format = reader.name;
  return result;
}

// The first rank that does not find the files; none where rank 0 does not either: it then tells
// why. A collective.
std::optional<size_t> RankWithoutFiles(const std::vector<std::string>& paths, Communicator& ranks) {
  int64_t missing = 0;
  try {
    FilesOf(paths);
  } catch (const UserError&) {
    missing = 1;
  }
  const std::vector<int64_t> all = NumbersOfRanks(missing, ranks);
  for (size_t rank = 1; all[0] == 0 && rank < all.size(); ++rank) {
    if (all[rank] != 0) return rank;
  }
  return std::nullopt;
}

// Rank 0 reads, the others get their parts.
ParseResult ReadOnFirst(const std::vector<std::string>& paths, const ParseOptions& options,
                        ThreadPool& pool, const WorkContext& context, const ExpectedTypes& expected,
                        Communicator& ranks) {
  std::optional<ParseResult> result;
  if (ranks.rank() == 0) result = Read(paths, options, pool, context, expected, nullptr);
  const std::optional<Frame> whole = result ? std::optional(result->frame) : std::nullopt;
  Frame part = ShareOutFrame(whole, 0, ranks);
  return {std::move(part), result ? std::move(result->report) : ParseReport()};
}

}  // namespace

ParseResult ParseFiles(const std::vector<std::string>& paths, const ParseOptions& options,
                       ThreadPool& pool, const WorkContext& context, const ExpectedTypes& expected,
                       Communicator* ranks) {
  const auto start = std::chrono::steady_clock::now();
  if (ranks != nullptr && ranks->size() == 1) ranks = nullptr;
  std::optional<size_t> without;
  if (ranks != nullptr) without = RankWithoutFiles(paths, *ranks);
  ParseResult result = without ? ReadOnFirst(paths, options, pool, context, expected, *ranks)
                               : Read(paths, options, pool, context, expected, ranks);
  if (without) {
    result.report.hints.push_back(
        fmt::format("rank {} does not find these files: rank 0 alone has read them", *without));
  }
  result.report.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace thalweg
