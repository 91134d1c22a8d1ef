// Excel workbooks (.xlsx): the first sheet as a table.
//
// The sheet is written as CSV text in memory and read by the CSV reader, so that header, types and
// missing cells are guessed by the same rules. Numbers keep their value (their shortest text reads
// back as the same double), dates and times (told by the number format) are written in ISO 8601.
// A column of text that looks like numbers is not taken for numbers: "007" stays "007". Cells that
// show errors (#N/A, #DIV/0!) are missing; the report counts them.
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

bool LooksLikeXlsx(std::span<const char> head, std::string_view name);

ParseResult ReadXlsx(const std::vector<std::string>& paths, const ParseOptions& options,
                     ThreadPool& pool, const WorkContext& context,
                     const ExpectedTypes& expected = {});

namespace internal {

// The same for any sources, opened one after another.
ParseResult ReadXlsxSources(size_t sources,
                            const std::function<std::unique_ptr<ByteSource>(size_t)>& open,
                            const ParseOptions& options, ThreadPool& pool,
                            const WorkContext& context = {}, const ExpectedTypes& expected = {});

}  // namespace internal
}  // namespace thalweg
