// ARFF, the attribute-relation file format of Weka, with dense and sparse rows.
//
//   numeric -> int where all values are integers, else real    real -> real    integer -> int
//   {levels} -> enum, levels in declared order    string -> string    date -> time
// ? is missing; values are separated by commas or blanks; % begins a comment. In sparse rows what
// is not named is zero (the first level of nominal attributes; missing for strings). Weights of
// rows
// ({2} behind the values) become a last column weight.
//
// Source: Weka's manual, chapter "ARFF"
// (https://waikato.github.io/weka-wiki/formats_and_processing/arff/).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/parse.h"
#include "ingest/source.h"

namespace thalweg {

bool LooksLikeArff(std::span<const char> head, std::string_view name);

// Several files need the same attributes. UserError with file and line on anything else than ARFF.
ParseResult ReadArff(const std::vector<std::string>& paths, const ParseOptions& options,
                     ThreadPool& pool, const WorkContext& context,
                     const ExpectedTypes& expected = {});

namespace internal {

// The same for any sources, opened one after another.
ParseResult ReadArffSources(size_t sources,
                            const std::function<std::unique_ptr<ByteSource>(size_t)>& open,
                            const ParseOptions& options, ThreadPool& pool,
                            const WorkContext& context = {}, const ExpectedTypes& expected = {});

}  // namespace internal
}  // namespace thalweg
