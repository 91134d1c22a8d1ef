// The options of a parse that name columns or characters, checked and made usable.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "frame/types.h"
#include "ingest/csv/dialect.h"
#include "ingest/parse.h"

namespace thalweg::internal {

// UserError if a character option holds more than one character (\t, \xHH, \\ are understood), or
// two of them are the same.
Dialect DialectOf(const ParseOptions& options);

// UserError naming the option and the nearest name if there is none of this name.
size_t PositionOf(const std::string& name, const std::vector<std::string>& names,
                  const std::string& option);

// Per column the type that the user gave, if any. "NAME=TYPE" entries, or one type per column.
std::vector<std::optional<ColumnType>> TypesOfColumns(const ParseOptions& options,
                                                      const std::vector<std::string>& names);

// Per column its further spellings of a missing cell.
std::vector<std::vector<std::string>> NaOfColumns(const ParseOptions& options,
                                                  const std::vector<std::string>& names);

}  // namespace thalweg::internal
