// The options that name columns (column_names, column_types, skipped_columns), for formats that
// state the type of their columns themselves: they change a frame that has been read.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/parse.h"

namespace thalweg::internal {

// FieldErrors naming every option that is set though a file of this format has no use for it.
// format, column_names, column_types, skipped_columns, max_levels and max_expansion are always of
// use; `others` are so for this format.
void RejectOptions(const ParseOptions& options, std::initializer_list<std::string_view> others,
                   std::string_view format);

// A type by its name in column_types; UserError with the names there are.
ColumnType ParseColumnType(std::string_view name);

// One entry per column: the type that the options ask for. NAME=TYPE entries name columns (the
// last one counts); entries without a name are the types of all columns in order, empty for "as it
// is". UserError where they do not fit.
std::vector<std::optional<ColumnType>> TypesByColumn(const std::vector<std::string>& column_types,
                                                     const Frame& frame);

// Renames, converts, then leaves out; options name columns by their new names. Text that is no
// number becomes missing where the user asks for numbers, and is reported as rejected. UserError
// for conversions that there are none of, and for a real column with fractions that is to be int.
// Columns of expected types that cannot be converted without loss stay, with a warning.
ParseResult ApplyColumnOptions(ParseResult result, const ParseOptions& options,
                               const ExpectedTypes& expected, ThreadPool& pool);

}  // namespace thalweg::internal
