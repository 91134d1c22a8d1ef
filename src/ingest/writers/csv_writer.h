// A frame as CSV (RFC 4180 with line feeds).
//
// As it stands by default: a header line, commas, quotes where they are needed. Missing cells are
// empty; an empty string is "". Numbers are in their shortest form that reads back as the same
// double; times in ISO 8601, UTC. A text that a reader could take for a missing cell (NA, null, …)
// or a comment is quoted.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "frame/frame.h"

namespace thalweg::internal {

struct CsvStyle {
  char separator = ',';
  bool header = true;
  bool quote_names = false;  // all names, not only where they need it
  bool quote_texts = false;  // all texts and levels
  // 1.0E-5, 20.0 as Double.toString of Java; columns of reals that are all integers as integers.
  bool java_reals = false;
  // Which columns of reals are all integers, for java_reals: one element per column. Empty: found
  // by looking at the chunks, which have to be here then.
  std::vector<bool> integral = {};
  bool times_as_milliseconds = false;  // since 1970, UTC
  bool upper_case_uuids = false;
  bool double_quotes = true;  // inner quotes are doubled; else they stand as they are
  // What stands in a line whose only cell is missing: an empty one is skipped by readers.
  std::string lonely_missing = "NA";
};

// The text of a frame in blocks of some rows. Thread rule: any thread may call any member at any
// time; the frame must outlive it. Blocks of chunks that another rank has cannot be formatted here.
class CsvBlocks {
 public:
  CsvBlocks(const Frame& frame, CsvStyle style);
  ~CsvBlocks();

  // Empty where the style has no header.
  std::string Header() const;
  // The first one begins with row 0.
  size_t size() const;
  size_t ChunkOf(size_t block) const;
  void Append(size_t block, std::string& out) const;

 private:
  void AppendHeader(std::string& text) const;

  struct State;
  std::unique_ptr<State> state_;
};

// A gzip member of its own; members one after the other are a gzip file.
std::string GzipMember(std::string_view text);

// Formats in parallel and calls `write` in order, in the caller's thread. With gzip, every block is
// a member of its own, compressed in parallel, too.
void WriteCsv(const Frame& frame, bool gzip, const std::function<void(std::string_view)>& write,
              ThreadPool& pool, const WorkContext& context, const CsvStyle& style = {});

}  // namespace thalweg::internal
