// Separated text (CSV, TSV, any separator) to a frame.
//
// A block of text becomes one chunk of every column, so nothing is moved between chunks later:
//   BlockReader (cuts text at record ends, in order, under a lock)
//     -> tokenizer (positions of all cells of a tile of rows) -> one builder per column -> chunks
// Blocks are worked on by all threads; the result does not depend on their number. Cells that
// contradict the guessed type of their column widen it: see README.md of this folder.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/communicator.h"
#include "ingest/parse.h"
#include "ingest/source.h"

namespace thalweg {

// Text, as far as one can tell: few NUL bytes and other control characters.
bool LooksLikeCsv(std::span<const char> head, std::string_view name);

ParseResult ReadCsv(const std::vector<std::string>& paths, const ParseOptions& options,
                    ThreadPool& pool, const WorkContext& context,
                    const ExpectedTypes& expected = {});
// A collective: every rank reads its share of the text (text_runs.h) and gets its part of the frame
// (SharedOut). Rows, chunks and report are those of one rank. All ranks must see the same files.
ParseResult ReadCsvOverRanks(const std::vector<std::string>& paths, const ParseOptions& options,
                             ThreadPool& pool, const WorkContext& context,
                             const ExpectedTypes& expected, Communicator& ranks);

// One file to be read, perhaps more than once (to guess types, to widen columns).
struct CsvInput {
  std::string name;  // for messages
  std::function<std::unique_ptr<ByteSource>()> open;
};

// The same for any sources: uploads, tests. `ranks`: null for this rank alone.
ParseResult ReadCsvInputs(const std::vector<CsvInput>& inputs, const ParseOptions& options,
                          ThreadPool& pool, const WorkContext& context = {},
                          const ExpectedTypes& expected = {}, Communicator* ranks = nullptr);

}  // namespace thalweg
