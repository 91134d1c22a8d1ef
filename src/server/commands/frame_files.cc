#include "server/commands/frame_files.h"

#include <optional>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "ingest/parse.h"
#include "ingest/writers/csv_writer.h"
#include "jobs/rank_frames.h"
#include "rapids/temporaries.h"
#include "server/commands/arguments.h"
#include "server/commands/memory_watch.h"
#include "server/http/url.h"
#include "server/schemas/wire_csv.h"

namespace thalweg {
namespace {

void WriteOne(const Frame& frame, const std::string& path, const Json& arguments,
              CommandContext& context) {
  if (TextOf(arguments, "format") == "parquet") {
    WriteFrame(frame, path, context.pool, context.work);
    return;
  }
  internal::CsvStyle style = WireCsvStyle();
  style.separator = TextOf(arguments, "separator").at(0);
  style.header = arguments.at("header").as_bool();
  style.quote_names = arguments.at("quote_header").as_bool();
  AtomicFile file(path);
  internal::WriteCsv(
      frame, arguments.at("gzip").as_bool(), [&](std::string_view text) { file.Write(text); },
      context.pool, context.work, style);
  file.Commit();
}

}  // namespace

Json WriteFrameCommand(const Json& arguments, CommandContext& context) {
  const auto frame = GetWholeFrame(TextOf(arguments, "frame"), context);
  if (context.ranks.rank() != 0) return nullptr;
  const JsonArray& files = arguments.at("files").as_array();
  const auto count = static_cast<int64_t>(files.size());
  if (count == 1) {
    WriteOne(*frame, std::string(files[0].as_string()), arguments, context);
    return nullptr;
  }
  for (int64_t i = 0; i < count; ++i) {
    const auto border = [&](int64_t part) {
      return static_cast<int64_t>(static_cast<double>(frame->rows()) * static_cast<double>(part) /
                                  static_cast<double>(count));
    };
    WriteOne(frame->Slice(border(i), border(i + 1)),
             std::string(files[static_cast<size_t>(i)].as_string()), arguments, context);
  }
  return nullptr;
}

std::string SavedFramePath(const std::string& folder, const std::string& frame) {
  return folder + "/" + PercentEncode(frame) + ".frame.parquet";
}

void LoadSavedFrame(const std::string& name, const std::string& path, CommandContext& context) {
  ParseOptions options;
  options.format = ParseFormat::kParquet;
  std::optional<ParseResult> parsed;
  RunWatched("loading the frame " + Printable(name), context.work, [&](const WorkContext& work) {
    parsed = ParseFiles({path}, options, context.pool, work);
  });
  PutWholeFrame(name, parsed->frame, context);
}

Json ReadFrameCommand(const Json& arguments, CommandContext& context) {
  LoadSavedFrame(TextOf(arguments, "frame"), TextOf(arguments, "file"), context);
  return nullptr;
}

Json GatherFrameCommand(const Json& arguments, CommandContext& context) {
  const auto frame = GetWholeFrame(TextOf(arguments, "frame"), context);
  // Of this rank alone, for a moment: it is not to be saved.
  if (context.ranks.rank() == 0) {
    context.catalog.Put(TextOf(arguments, "as"),
                        std::make_shared<internal::TemporaryFrame>(frame, "gather"));
  }
  return nullptr;
}

}  // namespace thalweg
