// Commands that read the cells of frames.
#pragma once

#include "jobs/commands.h"

namespace thalweg {

// {"frame": name, "columns": [positions], "begin": row, "end": row}: the cells as one array per
// column, in the form of the wire: numbers ("NaN" where missing), texts (null where missing).
Json FrameCellsCommand(const Json& arguments, CommandContext& context);

// {"frame": name, "columns": [positions]}: puts the summaries of these columns into rank 0's
// RollupCache.
Json SummarizeColumnsCommand(const Json& arguments, CommandContext& context);

// {"frame": name, "column": position, "base": real, "stride": real, "bins": n, "probabilities":
// [reals]}: {"histogram": [counts], "percentiles": [reals]} of a numeric column.
Json ColumnDetailCommand(const Json& arguments, CommandContext& context);

// {"frame": name, "rows": its rows, "begin": chunk, "end": chunk, "double_quotes": bool}: the CSV
// text of these chunks, with the header before the first.
Json CsvTextCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
