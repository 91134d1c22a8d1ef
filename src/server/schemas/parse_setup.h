// How files are parsed, as the clients say it: ParseSetupV3 and ParseV3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/fields.h"
#include "base/json.h"
#include "ingest/parse.h"

namespace thalweg {

struct FileParseRequest {
  std::vector<std::string> source_frames;
  std::string destination_frame;
  std::string parse_type;
  int64_t separator = 0;
  bool single_quotes = false;
  int64_t check_header = 0;
  int64_t header_lines = 0;
  int64_t number_columns = 0;
  std::vector<std::string> column_names;
  std::vector<std::string> column_types;
  std::vector<std::string> skipped_columns;
  bool force_col_types = false;
  std::vector<std::string> domains;
  std::vector<std::string> na_strings;
  std::string column_name_filter;
  int64_t column_offset = 0;
  int64_t column_count = 0;
  int64_t total_filtered_column_count = 0;
  int64_t chunk_size = 0;
  bool delete_on_done = true;
  bool blocking = false;
  std::string decrypt_tool;
  std::string custom_non_data_line_markers;
  std::vector<std::string> partition_by;
  int64_t escapechar = 0;
  bool tz_adjust_to_local = false;
};
template <>
inline constexpr auto kFields<FileParseRequest> = std::tuple{
    Field<&FileParseRequest::source_frames>(
        {.name = "source_frames", .help = "Names of the files, as imports and uploads gave them."}),
    Field<&FileParseRequest::destination_frame>(
        {.name = "destination_frame", .help = "Name of the frame."}),
    Field<&FileParseRequest::parse_type>(
        {.name = "parse_type",
         .help = "CSV, SVMLight, ARFF, XLSX, PARQUET, ARROW, or GUESS, which looks."}),
    Field<&FileParseRequest::separator>({.name = "separator",
                                         .help = "Character code between cells; 0 or less: guess.",
                                         .max = 255}),
    Field<&FileParseRequest::single_quotes>(
        {.name = "single_quotes", .help = "Cells are quoted by ' instead of by \"."}),
    Field<&FileParseRequest::check_header>(
        {.name = "check_header",
         .help = "1: the first line holds names; -1: it holds data; 0: guess.",
         .min = -1,
         .max = 1}),
    Field<&FileParseRequest::header_lines>(
        {.name = "header_lines",
         .help = "Has no effect: lines of the header; found by looking.",
         .min = 0}),
    Field<&FileParseRequest::number_columns>(
        {.name = "number_columns", .help = "Has no effect: columns; found by looking.", .min = 0}),
    Field<&FileParseRequest::column_names>(
        {.name = "column_names", .help = "Names of the columns, in file order."}),
    Field<&FileParseRequest::column_types>(
        {.name = "column_types",
         .help = "Types of the columns: Numeric, Enum, String, Time, UUID, in file order."}),
    Field<&FileParseRequest::skipped_columns>(
        {.name = "skipped_columns", .help = "Positions of columns to leave out, from 0."}),
    Field<&FileParseRequest::force_col_types>(
        {.name = "force_col_types",
         .help = "Columns get the given types even where a file has types of its own."}),
    Field<&FileParseRequest::domains>({.name = "domains", .help = "Not of use; must be empty."}),
    Field<&FileParseRequest::na_strings>(
        {.name = "na_strings", .help = "Cells that mean a missing value: a list for each column."}),
    Field<&FileParseRequest::column_name_filter>(
        {.name = "column_name_filter", .help = "Only names that hold this are answered."}),
    Field<&FileParseRequest::column_offset>(
        {.name = "column_offset", .help = "First column answered.", .min = 0}),
    Field<&FileParseRequest::column_count>(
        {.name = "column_count", .help = "Columns answered; 0: all.", .min = 0}),
    Field<&FileParseRequest::total_filtered_column_count>(
        {.name = "total_filtered_column_count", .help = "Has no effect: of answers."}),
    Field<&FileParseRequest::chunk_size>(
        {.name = "chunk_size", .help = "Bytes of text in a chunk.", .min = 0}),
    Field<&FileParseRequest::delete_on_done>(
        {.name = "delete_on_done", .help = "The files' names go when the frame is there."}),
    Field<&FileParseRequest::blocking>(
        {.name = "blocking", .help = "Answer only when the frame is there."}),
    Field<&FileParseRequest::decrypt_tool>(
        {.name = "decrypt_tool", .help = "Not there: encrypted files are refused."}),
    Field<&FileParseRequest::custom_non_data_line_markers>(
        {.name = "custom_non_data_line_markers",
         .help = "Lines that begin with this character are no data, instead of those with #."}),
    Field<&FileParseRequest::partition_by>(
        {.name = "partition_by",
         .help = "Columns that stand in the folders' names, as in year=2020/."}),
    Field<&FileParseRequest::escapechar>(
        {.name = "escapechar",
         .help = "Code of the escape character inside quotes; 0: none.",
         .min = 0,
         .max = 127}),
    Field<&FileParseRequest::tz_adjust_to_local>(
        {.name = "tz_adjust_to_local",
         .help = "Times of typed files are moved from UTC to the server's zone."}),
};

// How a set of files is written, found by looking.
struct ParseGuess {
  std::string parse_type;  // as H2O's clients call it
  int separator = ',';
  bool header = false;
  std::vector<std::string> names;              // empty: there are none in the files
  std::vector<std::string> types;              // "Numeric", …
  std::vector<std::vector<std::string>> rows;  // the first ones
  std::vector<std::string> warnings;
};

// The answer of POST /3/ParseSetup.
Json ParseSetupJson(const FileParseRequest& request, const ParseGuess& guess,
                    std::string_view destination);
// The answer of POST /3/Parse; `job` is its JobV3 object.
Json ParseJobJson(const FileParseRequest& request, Json job);

inline constexpr int64_t kToldChunkSize = 4194304;

}  // namespace thalweg
