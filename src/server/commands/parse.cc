#include "server/commands/parse.h"

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "ingest/parse.h"
#include "jobs/rank_frames.h"
#include "server/commands/memory_watch.h"

namespace thalweg {
namespace {

std::vector<std::string> TextsOf(const Json& list) {
  std::vector<std::string> texts;
  for (const Json& text : list.as_array()) texts.emplace_back(text.as_string());
  return texts;
}

ColumnType TypeNamed(std::string_view name) {
  for (const ColumnType type : {ColumnType::kReal, ColumnType::kInteger, ColumnType::kCategorical,
                                ColumnType::kTime, ColumnType::kString, ColumnType::kUuid}) {
    if (ColumnTypeName(type) == name) return type;
  }
  throw InternalError("a column type's name");
}

// As in H2O, a column of numbers is one of integers where all its cells are, also as 3.0. A
// collective.
Frame WithIntegers(Frame frame, Communicator& ranks) {
  // Of every column over all ranks: chunks that hold other than integers, cells that are there.
  std::vector<int64_t> sums(2 * frame.columns());
  const auto own = [&frame, &ranks](const Column& column, const auto& visit) {
    const Layout& layout = frame.layout();
    const auto me = layout.ranks() == 1 ? size_t{0} : static_cast<size_t>(ranks.rank());
    for (size_t k = layout.FirstChunkOf(me); k < layout.FirstChunkOf(me + 1); ++k) {
      visit(column.chunk(k));
    }
  };
  for (size_t c = 0; c < frame.columns(); ++c) {
    if (frame.column(c).type() != ColumnType::kReal) continue;
    own(frame.column(c), [&](const Chunk& chunk) {
      if (sums[2 * c] == 0 && !chunk.integral()) sums[2 * c] = 1;
      sums[2 * c + 1] += static_cast<int64_t>(chunk.rows()) - chunk.missing();
    });
  }
  ranks.AllReduceSum(std::span(sums));
  for (size_t c = 0; c < frame.columns(); ++c) {
    const Column& column = frame.column(c);
    if (column.type() != ColumnType::kReal) continue;
    if (sums[2 * c] > 0 || sums[2 * c + 1] == 0) continue;
    std::vector<ChunkPtr> chunks;
    for (size_t k = 0; k < column.chunks(); ++k) chunks.push_back(column.chunk_ptr(k));
    frame = frame.WithReplaced(
        c, std::make_shared<const Column>(ColumnType::kInteger, std::move(chunks)));
  }
  return frame;
}

// Users know their files by the names that they gave or were told, not by where uploads lie.
std::string Show(std::string text, const std::vector<std::string>& files,
                 const std::vector<std::string>& shown) {
  for (size_t i = 0; i < files.size(); ++i) {
    for (size_t at = text.find(files[i]); at != std::string::npos;
         at = text.find(files[i], at + shown[i].size())) {
      text.replace(at, files[i].size(), shown[i]);
    }
  }
  return text;
}

// The least that a frame of these files takes: a quarter of their bytes, over all ranks. What is
// compressed may take many times as much, which is seen when it is read.
double LeastBytes(const std::vector<std::string>& files) {
  double bytes = 0;
  for (const std::string& file : files) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (!error) bytes += static_cast<double>(size);
  }
  return bytes / 4;
}

}  // namespace

Json ParseCommand(const Json& arguments, CommandContext& context) {
  const std::vector<std::string> files = TextsOf(arguments.at("files"));
  const std::vector<std::string> shown = TextsOf(arguments.at("shown"));
  const std::string name(arguments.at("frame").as_string());
  ParseOptions options;
  SchemaOf<ParseOptions>().FromJson(arguments.at("options"), &options);
  ExpectedTypes expected;
  expected.source = "the request";
  for (const auto& [column, type] : arguments.at("expected").as_object()) {
    expected.types[std::string(column)] = TypeNamed(type.as_string());
  }
  try {
    const std::string what = "parsing " + Printable(Join(shown, ", "), 300);
    if (context.ranks.rank() == 0) RequireMemory(LeastBytes(files) * context.share_of_bytes, what);
    context.ranks.Barrier();
    std::optional<ParseResult> parsed;
    RunWatched(what, context.work, [&](const WorkContext& work) {
      parsed = ParseFiles(files, options, context.pool, work, expected, &context.ranks);
    });
    const ParseResult& result = *parsed;
    PutWholeFrame(name, WithIntegers(result.frame, context.ranks), context);
    JsonArray warnings;
    // Not the hints: they are of options that the clients do not have.
    for (const std::string& warning : result.report.warnings) {
      warnings.emplace_back(Show(warning, files, shown));
    }
    return JsonObject{{"warnings", std::move(warnings)}};
  } catch (const MemoryError& error) {
    throw MemoryError(Show(error.what(), files, shown));
  } catch (const UserError& error) {
    throw UserError(Show(error.what(), files, shown));
  }
}

}  // namespace thalweg
