#include "ingest/svmlight/svmlight_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "ingest/column_options.h"
#include "ingest/sources/line_blocks.h"
#include "ingest/svmlight/sparse_columns.h"
#include "ingest/svmlight/svmlight_block.h"

namespace thalweg {
namespace internal {
namespace {

// Parses the blocks of one file in waves, so that only some are in memory as text.
void ReadSource(const ByteSource& source, LineBlocks blocks, const SvmLightLimits& limits,
                SparseColumns& columns, ThreadPool& pool, const WorkContext& context) {
  int64_t lines = 0;
  size_t released = 0;
  std::vector<LineBlock> texts(2 * pool.size());
  std::vector<SvmLightBlock> parsed(texts.size());
  while (true) {
    context.ThrowIfCancelled();
    size_t count = 0;
    while (count < texts.size() && blocks.Next(texts[count])) ++count;
    if (count == 0) return;
    pool.Run(count, [&](size_t task, size_t) {
      parsed[task] = ParseSvmLightBlock(texts[task].text(), limits.max_index);
    });
    size_t bytes = 0;
    for (size_t i = 0; i < count; ++i) {
      if (!parsed[i].error.empty()) {
        throw UserError(fmt::format("{}: line {}: {}", source.name(),
                                    WithThousands(lines + parsed[i].error_line), parsed[i].error));
      }
      lines += parsed[i].lines;
      bytes += texts[i].text().size();
      columns.Append(std::move(parsed[i]));
    }
    source.Release(released, released + bytes);
    released += bytes;
    const double size = static_cast<double>(source.size());
    if (size > 0) {
      const bool mapped = !source.mapped().empty();
      const double position = static_cast<double>(mapped ? released : source.position());
      context.Report(position / size,
                     fmt::format("{}: {} rows", source.name(), WithThousands(columns.rows())));
    }
  }
}

}  // namespace

ParseResult ReadSvmLightSources(size_t sources,
                                const std::function<std::unique_ptr<ByteSource>(size_t)>& open,
                                bool chunk_per_block, const SvmLightLimits& limits,
                                ThreadPool& pool, const WorkContext& context) {
  SparseColumns columns(pool, chunk_per_block);
  ParseReport report;
  report.format = "svmlight";
  for (size_t i = 0; i < sources; ++i) {
    const std::unique_ptr<ByteSource> source = open(i);
    ReadSource(*source, LineBlocks(*source, limits.block_bytes), limits, columns, pool, context);
    report.files.push_back(source->name());
    report.bytes += source->position() > source->size() ? source->position() : source->size();
    if (!source->warning().empty()) report.warnings.push_back(source->warning());
  }
  if (columns.rows() == 0) {
    throw UserError(report.files.empty() ? "no file to parse"
                                         : report.files.front() + ": the file holds no rows");
  }
  Frame frame = columns.Finish();
  report.rows = frame.rows();
  for (size_t i = 0; i < frame.columns(); ++i) {
    ColumnReport column;
    column.name = frame.name(i);
    column.type = frame.column(i).type();
    column.why = i == 0                                ? "the labels"
                 : column.name == "qid"                ? "the query ids"
                 : column.type == ColumnType::kInteger ? "all values are integers"
                                                       : "not all values are integers";
    for (size_t c = 0; c < frame.column(i).chunks(); ++c) {
      column.missing += frame.column(i).chunk(c).missing();
    }
    report.columns.push_back(std::move(column));
  }
  return {std::move(frame), std::move(report)};
}

}  // namespace internal

bool LooksLikeSvmLight(std::span<const char> head, std::string_view /*name*/) {
  std::string_view text(head.data(), head.size());
  size_t pairs = 0;
  for (int line = 0; line < 20 && !text.empty(); ++line) {
    size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      // Cut off in the middle, perhaps: without its last token.
      end = head.size() < 1024 ? text.size() : text.find_last_of(" \t");
      if (end == std::string_view::npos) break;
    }
    const internal::SvmLightBlock block =
        internal::ParseSvmLightBlock(text.substr(0, end), internal::kMaxSvmLightIndex);
    if (!block.error.empty()) return false;
    if (block.largest_index > 0 || !block.queries.empty()) ++pairs;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return pairs > 0;
}

ParseResult ReadSvmLight(const std::vector<std::string>& paths, const ParseOptions& options,
                         ThreadPool& pool, const WorkContext& context,
                         const ExpectedTypes& expected) {
  internal::RejectOptions(options, {"chunk_bytes"}, "svmlight");
  internal::SvmLightLimits limits;
  if (options.chunk_bytes > 0) limits.block_bytes = static_cast<size_t>(options.chunk_bytes);
  ParseResult result = internal::ReadSvmLightSources(
      paths.size(),
      [&](size_t i) { return OpenSource(paths[i], {.max_expansion = options.max_expansion}); },
      options.chunk_bytes > 0, limits, pool, context);
  return internal::ApplyColumnOptions(std::move(result), options, expected, pool);
}

}  // namespace thalweg
