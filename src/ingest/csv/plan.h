// What is known of the files before they are parsed: dialect, columns, where the data begin.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time_pattern.h"
#include "base/time_zone.h"
#include "frame/types.h"
#include "ingest/csv/csv_reader.h"
#include "ingest/csv/dialect.h"
#include "ingest/csv/na_strings.h"

namespace thalweg::internal {

struct ColumnPlan {
  std::string name;
  ColumnType type = ColumnType::kInteger;
  // The user named the type, or it is expected: cells that do not fit become missing and are listed
  // as rejected.
  bool fixed = false;
  // A fixed column of integers becomes real by a cell that is so, all the same.
  bool may_be_real = false;
  // No sampled cell had a value: the first contradicting cell decides.
  bool unknown = false;
  std::string why;
  std::shared_ptr<const NaStrings> na;
  // Of time columns: those that may occur.
  std::vector<TimePattern> time_patterns;
};

struct FilePlan {
  CsvInput input;
  size_t cells = 0;                // of a row
  std::vector<int64_t> positions;  // per column of the frame: the cell's number, -1: not there
  uint64_t data_begin = 0;         // bytes before the first row after the header
  int64_t first_line = 1;          // of data_begin
  uint64_t stored_bytes = 0;
  uint64_t mapped_bytes = 0;  // of all its text where it is mapped; else 0
};

struct CsvPlan {
  Dialect dialect;
  bool header = false;
  std::vector<ColumnPlan> columns;
  std::vector<FilePlan> files;
  std::vector<std::string> warnings;
  std::vector<std::string> hints;
  std::shared_ptr<const TimeZone> zone;
  // All patterns that the options and defaults allow.
  std::vector<TimePattern> time_patterns;
  int64_t max_levels = 0;
  // Quoted texts can be missing.
  bool quoted_na = false;
  size_t block_bytes = 0;
  // Rows and quoted cells that are longer are taken for a quote that was forgotten.
  size_t longest_row = size_t{256} << 20;
  // How far before a place in the midst of a file rows are looked for (GuessBegin).
  size_t look_back_bytes = size_t{256} << 10;
};

// Opens every file, looks at its head and at spots spread over it, and decides. UserError on
// options that contradict each other or the files, and on files that are no text.
CsvPlan MakePlan(const std::vector<CsvInput>& inputs, const ParseOptions& options,
                 const ExpectedTypes& expected = {});

}  // namespace thalweg::internal
