#include "ingest/arrow/arrow_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "ingest/arrow/arrow_column.h"
#include "ingest/arrow/arrow_file.h"
#include "ingest/column_options.h"

namespace thalweg {
namespace internal {
namespace {

// A column of the frame and where each file has it.
struct Target {
  std::string name;
  ColumnType type = ColumnType::kReal;
  std::string why;
  bool known = false;  // false: null columns only, so far
  std::vector<std::string> levels;
  std::vector<int> positions;  // per file; -1 where it has none
  std::vector<ArrowField> fields;
};

// The type that holds the cells of both; UserError naming the files where there is none.
void JoinType(const ArrowField& field, const std::string& file, const std::string& first_file,
              Target& target) {
  if (field.kind == ArrowKind::kNull) return;
  if (!target.known) {
    target.type = field.type;
    target.why = "the file's type: " + field.type_text;
    target.levels = field.levels;
    target.known = true;
    return;
  }
  if (target.type == field.type) return;
  const std::pair<ColumnType, ColumnType> pair = std::minmax(target.type, field.type);
  if (pair == std::pair(ColumnType::kReal, ColumnType::kInteger)) {
    target.type = ColumnType::kReal;
    target.why = "integers in some files, reals in others";
  } else if (pair == std::pair(ColumnType::kCategorical, ColumnType::kString)) {
    target.type = ColumnType::kString;
    target.why = "dictionaries in some files, strings in others";
  } else {
    throw UserError(fmt::format(
        "column {} is {} in {} and {} in {}; rows of one frame need one type", target.name,
        ColumnTypeName(target.type), first_file, ColumnTypeName(field.type), file));
  }
}

std::vector<Target> MatchColumns(const std::vector<std::unique_ptr<ArrowFile>>& files,
                                 const std::vector<std::string>& skipped,
                                 std::vector<std::string>& warnings) {
  std::vector<Target> targets;
  std::map<std::string, size_t> by_name;
  for (size_t f = 0; f < files.size(); ++f) {
    const ArrowFile& file = *files[f];
    std::set<std::string> seen;
    for (size_t i = 0; i < file.names().size(); ++i) {
      const std::string& name = file.names()[i];
      if (std::find(skipped.begin(), skipped.end(), name) != skipped.end()) continue;
      if (!seen.insert(name).second) {
        throw UserError(fmt::format("{}: two columns are named {}", file.name(), name));
      }
      const auto [found, is_new] = by_name.try_emplace(name, targets.size());
      if (is_new) {
        Target target;
        target.name = name;
        target.positions.assign(files.size(), -1);
        target.fields.resize(files.size());
        targets.push_back(std::move(target));
      }
      Target& target = targets[found->second];
      target.positions[f] = static_cast<int>(i);
      target.fields[f] = file.Field(i);
      JoinType(target.fields[f], file.name(), files[0]->name(), target);
    }
  }
  for (const Target& target : targets) {
    const auto lacking = std::count(target.positions.begin(), target.positions.end(), -1);
    if (lacking > 0) {
      warnings.push_back(
          fmt::format("column {} is not in {} of {} files: its cells are missing there",
                      target.name, lacking, files.size()));
    }
  }
  return targets;
}

// Some hundred thousand cells per chunk in narrow frames; about a million cells per batch in wide
// ones, so that few of them are in memory at a time.
size_t RowsPerChunk(size_t columns) {
  return std::clamp<size_t>((size_t{1} << 20) / std::max<size_t>(columns, 1), 1 << 12, 1 << 17);
}

void ReadFile(ArrowFile& file, size_t f, const std::vector<Target>& targets, size_t batch_rows,
              std::vector<ArrowColumn>& columns, int64_t& rows, ThreadPool& pool,
              const WorkContext& context) {
  // Batches hold the fields in the order of the file.
  std::vector<int> positions;
  for (const Target& target : targets) {
    if (target.positions[f] >= 0) positions.push_back(target.positions[f]);
  }
  std::sort(positions.begin(), positions.end());
  std::vector<size_t> child(targets.size());
  for (size_t i = 0; i < targets.size(); ++i) {
    child[i] = static_cast<size_t>(
        std::lower_bound(positions.begin(), positions.end(), targets[i].positions[f]) -
        positions.begin());
  }
  file.Start(positions, static_cast<int64_t>(batch_rows));
  while (const ArrowArrayPtr batch = file.Next()) {
    context.ThrowIfCancelled();
    const int64_t begin = rows;
    rows += batch->length;
    pool.Run(targets.size(), [&](size_t i, size_t) {
      if (targets[i].positions[f] < 0) {
        columns[i].AppendMissing(static_cast<size_t>(rows - begin));
      } else {
        columns[i].Append(targets[i].fields[f], *batch->children[child[i]]);
      }
    });
    context.Report(-1, fmt::format("{}: {} rows", file.name(), WithThousands(rows)));
  }
}

void ReportColumn(const Target& target, const ArrowColumn& column, ParseReport& report) {
  ColumnReport entry;
  entry.name = target.name;
  entry.type = column.type();
  entry.why = target.known ? target.why : "no file has a cell of it";
  if (column.type() != target.type) entry.why = "integers beyond 64 bits with sign, so real";
  entry.missing = column.missing();
  entry.rejected = column.rejected();
  report.columns.push_back(std::move(entry));
  if (column.rejected() > 0) {
    report.warnings.push_back(
        fmt::format("column {}: {} cells are out of the range of a column and became missing",
                    target.name, WithThousands(column.rejected())));
  }
  if (column.cut() > 0) {
    report.warnings.push_back(
        fmt::format("column {}: parts of a millisecond were cut off in {} times", target.name,
                    WithThousands(column.cut())));
  }
}

ParseResult ReadFiles(const std::vector<std::string>& paths, ThalwegArrowFormat format,
                      const ParseOptions& options, ThreadPool& pool, const WorkContext& context,
                      const ExpectedTypes& expected) {
  const char* format_name = format == kThalwegParquet ? "parquet" : "arrow";
  RejectOptions(options, {}, format_name);
  ParseReport report;
  report.format = format_name;
  report.files = paths;
  std::vector<std::unique_ptr<ArrowFile>> files;
  for (const std::string& path : paths) {
    files.push_back(std::make_unique<ArrowFile>(
        path, format, SourceOptions{.max_expansion = options.max_expansion}));
    report.bytes += files.back()->stored_size();
  }
  // Names that the user gives count, but they are applied to what the files say.
  std::vector<std::string> skipped;
  if (options.column_names.empty()) skipped = options.skipped_columns;
  const std::vector<Target> targets = MatchColumns(files, skipped, report.warnings);
  for (const std::string& name : skipped) {
    const bool known = std::any_of(files.begin(), files.end(), [&](const auto& file) {
      return std::find(file->names().begin(), file->names().end(), name) != file->names().end();
    });
    if (!known) throw UserError(fmt::format("skipped_columns: no column is named {}", name));
  }
  const size_t chunk_rows = RowsPerChunk(targets.size());
  std::vector<ArrowColumn> columns;
  for (const Target& target : targets) {
    columns.emplace_back(target.type, chunk_rows);
    if (target.type == ColumnType::kCategorical) columns.back().AddLevels(target.levels);
  }
  int64_t rows = 0;
  for (size_t f = 0; f < files.size(); ++f) {
    ReadFile(*files[f], f, targets, chunk_rows, columns, rows, pool, context);
    files[f].reset();
  }
  std::vector<int64_t> starts = {0};
  while (starts.back() < rows) {
    starts.push_back(std::min(rows, starts.back() + static_cast<int64_t>(chunk_rows)));
  }
  std::vector<std::string> names;
  std::vector<ColumnPtr> done(targets.size());
  pool.Run(targets.size(), [&](size_t i, size_t) { done[i] = columns[i].Finish(); });
  for (size_t i = 0; i < targets.size(); ++i) {
    names.push_back(targets[i].name);
    ReportColumn(targets[i], columns[i], report);
  }
  report.rows = rows;
  Frame frame(std::make_shared<Layout>(std::move(starts)), std::move(names), std::move(done));
  ParseOptions rest = options;
  if (options.column_names.empty()) rest.skipped_columns.clear();
  return ApplyColumnOptions({std::move(frame), std::move(report)}, rest, expected, pool);
}

bool StartsWith(std::span<const char> head, std::string_view magic) {
  return std::string_view(head.data(), head.size()).starts_with(magic);
}

}  // namespace
}  // namespace internal

bool LooksLikeParquet(std::span<const char> head, std::string_view /*name*/) {
  return internal::StartsWith(head, "PAR1");
}

bool LooksLikeArrow(std::span<const char> head, std::string_view /*name*/) {
  using namespace std::string_view_literals;
  // The file format; or the stream format: a continuation mark, and a length below 16 MB.
  return internal::StartsWith(head, "ARROW1\0\0"sv) ||
         (internal::StartsWith(head, "\xff\xff\xff\xff"sv) && head.size() >= 8 && head[7] == 0 &&
          (head[4] != 0 || head[5] != 0 || head[6] != 0));
}

ParseResult ReadParquet(const std::vector<std::string>& paths, const ParseOptions& options,
                        ThreadPool& pool, const WorkContext& context,
                        const ExpectedTypes& expected) {
  return internal::ReadFiles(paths, kThalwegParquet, options, pool, context, expected);
}

ParseResult ReadArrow(const std::vector<std::string>& paths, const ParseOptions& options,
                      ThreadPool& pool, const WorkContext& context, const ExpectedTypes& expected) {
  return internal::ReadFiles(paths, kThalwegArrowIpc, options, pool, context, expected);
}

}  // namespace thalweg
