// Files to a frame: the entry of the ingest room.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "base/json_fwd.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

enum class Toggle { kAuto, kFalse, kTrue };
template <>
inline constexpr auto kEnumNames<Toggle> = std::array{"auto", "false", "true"};

enum class ParseFormat { kAuto, kCsv, kSvmLight, kArff, kXlsx, kParquet, kArrow };
template <>
inline constexpr auto kEnumNames<ParseFormat> =
    std::array{"auto", "csv", "svmlight", "arff", "xlsx", "parquet", "arrow"};

struct ParseOptions {
  ParseFormat format = ParseFormat::kAuto;
  std::string separator;
  Toggle header = Toggle::kAuto;
  std::vector<std::string> column_names;
  std::vector<std::string> column_types;
  bool drop_extra_cells = false;
  std::vector<std::string> na_strings = {"",     "NA",   "N/A",  "NaN", "nan",
                                         "null", "NULL", "None", "?"};
  std::vector<std::string> column_na_strings;
  bool quoted_na = false;
  std::vector<std::string> skipped_columns;
  std::string quote = "\"";
  std::string escape;
  std::string comment = "#";
  bool decimal_comma = false;
  std::string time_zone = "UTC";
  std::vector<std::string> time_formats;
  int64_t chunk_bytes = 0;
  int64_t max_levels = 10'000'000;
  double max_expansion = 1000;
};

template <>
inline constexpr auto kFields<ParseOptions> = std::tuple{
    Field<&ParseOptions::format>(
        {.name = "format", .help = "File format; auto looks at the content."}),
    Field<&ParseOptions::separator>(
        {.name = "separator",
         .help =
             "Character between cells; empty means guess, \\t and \\x01 forms are understood."}),
    Field<&ParseOptions::header>(
        {.name = "header", .help = "Whether the first line of each file holds the column names."}),
    Field<&ParseOptions::column_names>(
        {.name = "column_names", .help = "Names of the columns, in file order."}),
    Field<&ParseOptions::column_types>(
        {.name = "column_types",
         .help = "Types as NAME=TYPE (real, int, enum, time, string, uuid), or one per column."}),
    Field<&ParseOptions::drop_extra_cells>(
        {.name = "drop_extra_cells",
         .help = "Rows may have more cells than there are column names; those are dropped."}),
    Field<&ParseOptions::na_strings>(
        {.name = "na_strings", .help = "Cells that mean a missing value, in every column."}),
    Field<&ParseOptions::column_na_strings>(
        {.name = "column_na_strings",
         .help = "Further missing-value cells of single columns, in quotes or not, as NAME=TEXT."}),
    Field<&ParseOptions::quoted_na>(
        {.name = "quoted_na",
         .help = "Quoted cells of enum and string columns can be missing values, too."}),
    Field<&ParseOptions::skipped_columns>(
        {.name = "skipped_columns", .help = "Columns to leave out, by name."}),
    Field<&ParseOptions::quote>({.name = "quote", .help = "Quote character; empty means none."}),
    Field<&ParseOptions::escape>(
        {.name = "escape", .help = "Escape character inside quotes, beside doubled quotes."}),
    Field<&ParseOptions::comment>(
        {.name = "comment", .help = "Lines that begin with this character are skipped."}),
    Field<&ParseOptions::decimal_comma>(
        {.name = "decimal_comma", .help = "Numbers are written 1.234,5 instead of 1,234.5."}),
    Field<&ParseOptions::time_zone>(
        {.name = "time_zone", .help = "Zone of times that do not state theirs (IANA name)."}),
    Field<&ParseOptions::time_formats>({.name = "time_formats",
                                        .help = "Patterns of times, as in yyyy-MM-dd HH:mm:ss; "
                                                "epoch_ms means milliseconds since 1970."}),
    Field<&ParseOptions::chunk_bytes>(
        {.name = "chunk_bytes",
         .help = "Bytes of text per chunk; 0 means chosen by the size of the files.",
         .level = ParamLevel::kExpert,
         .min = 0}),
    Field<&ParseOptions::max_levels>(
        {.name = "max_levels",
         .help = "A categorical column with more levels becomes a string column.",
         .level = ParamLevel::kExpert,
         .min = 1}),
    Field<&ParseOptions::max_expansion>(
        {.name = "max_expansion",
         .help = "Largest ratio of decompressed to compressed size.",
         .level = ParamLevel::kExpert,
         .min = 1}),
};

// A cell that does not fit its column's type.
struct RejectedCell {
  std::string file;
  int64_t row = 0;   // data row of the file, from 1
  int64_t line = 0;  // line of the file, from 1; 0 where the format has no lines
  std::string column;
  std::string text;
  std::string reason;
};

struct ColumnReport {
  std::string name;
  ColumnType type = ColumnType::kReal;
  std::string why;  // e.g. "412 of 412 sampled cells are integers; widened to real by row 8,123"
  int64_t missing = 0;
  int64_t rejected = 0;  // became missing only because the user fixed the type
};

struct ParseReport {
  std::vector<std::string> files;
  std::string format;
  std::string separator;
  bool header = false;
  int64_t rows = 0;
  uint64_t bytes = 0;  // as stored
  double seconds = 0;
  std::vector<ColumnReport> columns;
  std::vector<RejectedCell> rejected;  // the first ones
  std::vector<std::string> warnings;   // e.g. ragged rows, with counts and the first lines
  std::vector<std::string> hints;      // of options that may fit the files better; no faults

  Json ToJson() const;
};

struct ParseResult {
  Frame frame;
  ParseReport report;
};

// The types that columns have elsewhere: in a model's training, in another frame. Each counts for
// the column of its name, if that is there and column_types does not name its type.
//   Text files: it takes the place of the guess. Cells that do not fit become missing and are
//   listed as rejected, only that an int column may become real.
//   Formats with types of their own: int, real and time, which are all numbers, stay as they are;
//   others are converted where no cell is lost, and otherwise stay with a warning.
struct ExpectedTypes {
  std::map<std::string, ColumnType, std::less<>> types;
  std::string source;  // for the report: "the training frame"

  // Null where none is expected.
  const ColumnType* Find(std::string_view name) const {
    const auto found = types.find(name);
    return found == types.end() ? nullptr : &found->second;
  }
};

// Parses files of one format into one frame; columns are matched by name where there are headers.
// UserError with file and line on input that cannot be used.
//
// With `ranks`, a collective: the frame is one over ranks, equal to that of one rank in rows and
// chunks, as is the report. Of CSV every rank reads a part; other formats every rank reads whole
// and keeps its part. All ranks must see the same files.
ParseResult ParseFiles(const std::vector<std::string>& paths, const ParseOptions& options,
                       ThreadPool& pool, const WorkContext& context = {},
                       const ExpectedTypes& expected = {}, Communicator* ranks = nullptr);

// Writes a frame as .csv (also .csv.gz), .parquet or .arrow, by the name's ending; goes through a
// temporary file, so that a full disk or a crash never leaves half a file under the name.
void WriteFrame(const Frame& frame, const std::string& path, ThreadPool& pool,
                const WorkContext& context = {});

// Before long work whose result goes there: UserError where WriteFrame could not write `path`.
// Nothing for the empty one.
void RequireFrameFile(const std::string& path);

}  // namespace thalweg
