// Commands that make frames out of nothing or out of others.
#pragma once

#include "jobs/commands.h"

namespace thalweg {

// CreateFrameRequest as JSON, and "frame": random columns, a function of the seed alone.
Json CreateFrameCommand(const Json& arguments, CommandContext& context);

// {"frame": name, "fraction": real, "seed": int}: each cell becomes missing with this probability.
Json InsertMissingCommand(const Json& arguments, CommandContext& context);

// {"source": name, "columns": [names], "pairwise": bool, "max_levels": int, "min_count": int,
// "frame": name}: combinations of levels as new categorical columns.
Json InteractionCommand(const Json& arguments, CommandContext& context);

// {"source": name, "ratios": [reals], "frames": [names]}: the rows in their order.
Json SplitFrameCommand(const Json& arguments, CommandContext& context);

// {"frame": name, "column": position, "row": int, "text": cell or "" for missing}: {"prev": row,
// "next": row}, -1 where there is none.
Json FindCellCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
