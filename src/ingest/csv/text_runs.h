// The text of all files as stretches that are cut into units, and which rank reads which units.
//
// A run is the text of some files, one after the other, headers left out. Unit i of a run has the
// rows that end in its i-th stretch of block_bytes. So the units depend on the files and on
// block_bytes alone, not on who reads what.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ingest/csv/plan.h"

namespace thalweg::internal {

struct TextRun {
  size_t begin_file = 0;
  size_t end_file = 0;
  // All of its files are mapped: any place can be read at once. Else none is.
  bool mapped = false;
  uint64_t stored_bytes = 0;
  uint64_t bytes = 0;  // of text, of mapped runs
  size_t units = 0;    // of mapped runs; of others it is not known
};
std::vector<TextRun> RunsOf(const CsvPlan& plan);

// The units of a run that one rank reads: begin_unit … end_unit-1, of these every `step`-th one.
struct RunShare {
  size_t run = 0;
  size_t begin_unit = 0;
  size_t end_unit = SIZE_MAX;
  size_t step = 1;
};

// Each rank gets about as many stored bytes as the others, of mapped runs consecutive units: one
// share at most begins in the midst of a mapped run, and one at most ends there. What
// is not mapped is read from its begin: a run that is small beside a rank's part by one rank, a
// larger one by all, of whom each takes the units of its own.
std::vector<RunShare> SharesOf(const CsvPlan& plan, const std::vector<TextRun>& runs, size_t rank,
                               size_t ranks);

// A place between two rows: the file, and the bytes before it. The end of a file is the begin of
// the next one's data.
struct TextPlace {
  size_t file = 0;
  uint64_t position = 0;
  bool operator==(const TextPlace&) const = default;
};

// Where unit `unit` of a mapped run begins: behind the last row that ends not behind its stretch's
// begin. Where text in quotes may hold line ends, it is a guess, though nearly always right.
TextPlace GuessBegin(const CsvPlan& plan, const TextRun& run, size_t unit);

// The place itself, or the begin of the next file that has text.
TextPlace Normalized(const CsvPlan& plan, TextPlace place);

// Ascending in the order of the text.
inline uint64_t UnitNumber(size_t run, size_t unit) {
  return static_cast<uint64_t>(run) << 40 | unit;
}

}  // namespace thalweg::internal
