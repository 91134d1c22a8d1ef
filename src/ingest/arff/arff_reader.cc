#include "ingest/arff/arff_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "frame/chunk_builder.h"
#include "ingest/arff/arff_block.h"
#include "ingest/arff/arff_header.h"
#include "ingest/column_options.h"
#include "ingest/source.h"
#include "ingest/sources/line_blocks.h"

namespace thalweg {
namespace internal {
namespace {

// Each chunk of each column has some 50 bytes of its own, so blocks grow with the columns.
constexpr size_t kBlockBytes = size_t{1} << 20;
constexpr size_t kBlockBytesPerColumn = 1 << 12;

class Reader {
 public:
  Reader(const ParseOptions& options, ThreadPool& pool, const WorkContext& context)
      : options_(options),
        pool_(pool),
        context_(context),
        zone_(TimeZone::Load(options.time_zone)) {}

  void ReadSource(ByteSource& source) {
    report_.files.push_back(source.name());
    report_.bytes += source.size();
    LineBlocks header_blocks(source, 1);
    int64_t lines = ReadHeader(header_blocks, source.name());
    size_t block_bytes = std::max(kBlockBytes, kBlockBytesPerColumn * attributes_.size());
    if (options_.chunk_bytes > 0) block_bytes = static_cast<size_t>(options_.chunk_bytes);
    header_blocks.SetBlockBytes(block_bytes);
    ReadData(header_blocks, source, lines);
    if (!source.warning().empty()) report_.warnings.push_back(source.warning());
  }

  ParseResult Finish(const ExpectedTypes& expected) {
    report_.format = "arff";
    report_.rows = starts_.back();
    std::vector<std::string> names;
    std::vector<ColumnPtr> columns;
    for (size_t i = 0; i < attributes_.size(); ++i) {
      ColumnReport entry;
      entry.name = attributes_[i].name;
      DomainPtr domain;
      if (attributes_[i].type == ArffType::kNominal) {
        domain = std::make_shared<Domain>(attributes_[i].levels);
      }
      entry.type = TypeOf(i, entry.why);
      for (const ChunkPtr& chunk : chunks_[i]) entry.missing += chunk->missing();
      names.push_back(entry.name);
      columns.push_back(
          std::make_shared<Column>(entry.type, std::move(chunks_[i]), std::move(domain)));
      report_.columns.push_back(std::move(entry));
    }
    AddWeights(names, columns);
    Frame frame(std::make_shared<Layout>(std::move(starts_)), std::move(names), std::move(columns));
    return ApplyColumnOptions({std::move(frame), std::move(report_)}, options_, expected, pool_);
  }

 private:
  // Takes the lines up to @data; returns how many there are.
  int64_t ReadHeader(LineBlocks& blocks, const std::string& path) {
    ArffHeader header;
    LineBlock block;
    int64_t lines = 0;
    // Blocks of one byte are single lines.
    while (true) {
      if (!blocks.Next(block)) {
        throw UserError(fmt::format("{}: the file has no @data line", path));
      }
      ++lines;
      std::string_view line = block.text();
      if (line.ends_with('\n')) line.remove_suffix(1);
      if (lines == 1 && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
      try {
        if (!header.AddLine(line)) break;
      } catch (const UserError& error) {
        throw UserError(fmt::format("{}: line {}: {}", path, lines, error.what()));
      }
    }
    std::vector<ArffAttribute> attributes = header.TakeAttributes();
    if (report_.files.size() == 1) {
      attributes_ = std::move(attributes);
      chunks_.resize(attributes_.size());
    } else if (!(attributes == attributes_)) {
      throw UserError(
          fmt::format("{} and {} do not have the same attributes", report_.files[0], path));
    }
    return lines;
  }

  void ReadData(LineBlocks& blocks, const ByteSource& source, int64_t lines) {
    std::vector<LineBlock> texts(2 * pool_.size());
    std::vector<ArffBlock> parsed(texts.size());
    while (true) {
      context_.ThrowIfCancelled();
      size_t count = 0;
      while (count < texts.size() && blocks.Next(texts[count])) ++count;
      if (count == 0) return;
      pool_.Run(count, [&](size_t task, size_t) {
        parsed[task] = ParseArffBlock(texts[task].text(), attributes_, *zone_);
      });
      for (size_t i = 0; i < count; ++i) {
        if (!parsed[i].error.empty()) {
          throw UserError(fmt::format("{}: line {}: {}", source.name(),
                                      WithThousands(lines + parsed[i].error_line),
                                      parsed[i].error));
        }
        lines += parsed[i].lines;
        AddBlock(std::move(parsed[i]));
      }
      if (source.size() > 0) {
        const double position = static_cast<double>(std::max(source.position(), blocks.taken()));
        context_.Report(std::min(position / static_cast<double>(source.size()), 1.0),
                        fmt::format("{}: {} rows", source.name(), WithThousands(starts_.back())));
      }
    }
  }

  void AddBlock(ArffBlock block) {
    if (block.rows == 0) return;
    starts_.push_back(starts_.back() + static_cast<int64_t>(block.rows));
    for (size_t i = 0; i < attributes_.size(); ++i) {
      chunks_[i].push_back(std::move(block.chunks[i]));
    }
    weights_.push_back(std::move(block.weights));
  }

  // A column of the rows' weights, if any row states one.
  void AddWeights(std::vector<std::string>& names, std::vector<ColumnPtr>& columns) {
    const auto stated = [](const ChunkPtr& chunk) { return static_cast<bool>(chunk); };
    if (std::none_of(weights_.begin(), weights_.end(), stated)) return;
    for (size_t i = 0; i < weights_.size(); ++i) {
      if (weights_[i]) continue;
      weights_[i] =
          EncodeReals(std::vector<double>(static_cast<size_t>(starts_[i + 1] - starts_[i]), 1));
    }
    ColumnReport entry;
    entry.name = "weight";
    for (int k = 2; std::find(names.begin(), names.end(), entry.name) != names.end(); ++k) {
      entry.name = fmt::format("weight_{}", k);
    }
    entry.type = ColumnType::kReal;
    entry.why = "weights of rows, in braces behind their values; 1 where there is none";
    report_.warnings.push_back(fmt::format(
        "rows have weights: they are column {}, which is a predictor unless it is ignored",
        entry.name));
    names.push_back(entry.name);
    columns.push_back(std::make_shared<Column>(entry.type, std::move(weights_)));
    report_.columns.push_back(std::move(entry));
  }

  ColumnType TypeOf(size_t i, std::string& why) const {
    switch (attributes_[i].type) {
      case ArffType::kNominal:
        why = fmt::format("declared with {} levels", attributes_[i].levels.size());
        return ColumnType::kCategorical;
      case ArffType::kString:
        why = "declared string";
        return ColumnType::kString;
      case ArffType::kDate:
        why = "declared date, " + attributes_[i].date_format;
        return ColumnType::kTime;
      case ArffType::kReal:
        why = "declared real";
        return ColumnType::kReal;
      case ArffType::kInteger:
      case ArffType::kNumeric:
        break;
    }
    const bool integral = std::all_of(chunks_[i].begin(), chunks_[i].end(),
                                      [](const ChunkPtr& chunk) { return chunk->integral(); });
    why = fmt::format("declared {}, and {}",
                      attributes_[i].type == ArffType::kInteger ? "integer" : "numeric",
                      integral ? "all values are integers" : "not all values are integers");
    return integral ? ColumnType::kInteger : ColumnType::kReal;
  }

  const ParseOptions& options_;
  ThreadPool& pool_;
  const WorkContext& context_;
  std::shared_ptr<const TimeZone> zone_;

  std::vector<ArffAttribute> attributes_;
  std::vector<int64_t> starts_ = {0};
  std::vector<std::vector<ChunkPtr>> chunks_;
  std::vector<ChunkPtr> weights_;  // per block; null where no row states one
  ParseReport report_;
};

}  // namespace

ParseResult ReadArffSources(size_t sources,
                            const std::function<std::unique_ptr<ByteSource>(size_t)>& open,
                            const ParseOptions& options, ThreadPool& pool,
                            const WorkContext& context, const ExpectedTypes& expected) {
  RejectOptions(options, {"chunk_bytes", "time_zone"}, "arff");
  Reader reader(options, pool, context);
  for (size_t i = 0; i < sources; ++i) reader.ReadSource(*open(i));
  return reader.Finish(expected);
}

}  // namespace internal

bool LooksLikeArff(std::span<const char> head, std::string_view /*name*/) {
  std::string_view text(head.data(), head.size());
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, end));
    if (!line.empty() && line.front() != '%') {
      const std::string start = ToLower(line.substr(0, 10));
      return start.starts_with("@relation") || start.starts_with("@attribute");
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

ParseResult ReadArff(const std::vector<std::string>& paths, const ParseOptions& options,
                     ThreadPool& pool, const WorkContext& context, const ExpectedTypes& expected) {
  return internal::ReadArffSources(
      paths.size(),
      [&](size_t i) { return OpenSource(paths[i], {.max_expansion = options.max_expansion}); },
      options, pool, context, expected);
}

}  // namespace thalweg
