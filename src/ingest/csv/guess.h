// Guesses from sampled rows: separator, header, column types.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/csv/plan.h"
#include "ingest/csv/sample.h"

namespace thalweg::internal {

// The separator under which the rows of the text have the same number of cells, more than one:
// of ',', '\t', ';', '|', '\x01', ' '. ',' where there is none (one column).
char GuessSeparator(std::string_view text, bool whole, const Dialect& dialect);

// What a sampled column holds.
struct TypeGuess {
  ColumnType type = ColumnType::kInteger;
  bool unknown = false;
  std::string why;
  // Of time columns: the patterns that fit every sampled cell, the first of them is taken.
  std::vector<TimePattern> time_patterns;
};

struct GuessContext {
  const Dialect* dialect = nullptr;
  const TimeZone* zone = nullptr;
  const std::vector<TimePattern>* time_patterns = nullptr;
};

// Text is taken for categories, unless nearly all values differ: kDistinctShare of the sampled
// cells or more, and more than kFewLevels of them.
inline constexpr double kDistinctShare = 0.95;
inline constexpr size_t kFewLevels = 100;

TypeGuess GuessType(std::span<const SampledCell> cells, const NaStrings& na,
                    const GuessContext& context);

// The type of one cell that has a value.
ColumnType TypeOfCell(std::string_view text, const GuessContext& context,
                      std::vector<TimePattern>* time_patterns);

// Whether the first of the rows holds names: it has no number, time or UUID, no text twice, and
// stands above a column of numbers, times or UUIDs (half of them); or, where all columns are text,
// none of its texts occurs again below it while others do.
bool GuessHeader(std::span<const SampledRow> rows, const NaStrings& na,
                 const GuessContext& context);

}  // namespace thalweg::internal
