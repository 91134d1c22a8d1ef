// Parquet and Arrow IPC files (file and stream format) to a frame: the file's types are kept.
//
//   integers -> int    floating point, decimals -> real    strings, binary -> string    uuid ->
//   uuid dictionaries of strings, booleans -> enum (levels in the dictionary's order) dates,
//   timestamps -> time (without a zone: taken as UTC)    time of day, duration -> int
// Lists, structs and maps are refused by name. Several files are one frame: columns are matched by
// name, and cells of columns that a file lacks are missing.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/parse.h"

namespace thalweg {

bool LooksLikeParquet(std::span<const char> head, std::string_view name);
bool LooksLikeArrow(std::span<const char> head, std::string_view name);

ParseResult ReadParquet(const std::vector<std::string>& paths, const ParseOptions& options,
                        ThreadPool& pool, const WorkContext& context,
                        const ExpectedTypes& expected = {});
ParseResult ReadArrow(const std::vector<std::string>& paths, const ParseOptions& options,
                      ThreadPool& pool, const WorkContext& context,
                      const ExpectedTypes& expected = {});

}  // namespace thalweg
