// The list of file formats that can be read. A format is one reader function, one function that
// recognizes its files, and one row in formats.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/parse.h"

namespace thalweg {

struct FormatReader {
  ParseFormat format = ParseFormat::kAuto;
  std::string_view name;  // as in kEnumNames<ParseFormat>
  // Whether a file that begins with `head` (up to 64 KB) and is named `name` is of this format. It
  // is asked twice: with the bytes as they are stored, then with the decompressed ones.
  bool (*looks_like)(std::span<const char> head, std::string_view name) = nullptr;
  // Reads files (paths of single files, in order) into one frame. The report's `seconds` is set by
  // the caller.
  ParseResult (*read)(const std::vector<std::string>& paths, const ParseOptions& options,
                      ThreadPool& pool, const WorkContext& context,
                      const ExpectedTypes& expected) = nullptr;
  // The same as a collective, each rank reading a part; null where every rank reads all.
  ParseResult (*read_over_ranks)(const std::vector<std::string>& paths, const ParseOptions& options,
                                 ThreadPool& pool, const WorkContext& context,
                                 const ExpectedTypes& expected, Communicator& ranks) = nullptr;
};

// In the order in which they are asked; CSV, which any text could be, comes last.
std::span<const FormatReader> FormatReaders();

// The reader that `options.format` names, or the one that recognizes the first file. UserError if
// there is none.
const FormatReader& FindReader(const std::vector<std::string>& paths, const ParseOptions& options);

}  // namespace thalweg
