#pragma once

#include <span>
#include <string>
#include <vector>

#include "models/explain/variable_importance.h"

namespace thalweg {

// Twenty blocks where `share` is 1.
std::string Bar(double share);

// The first `most` rows as a table with bars, for a terminal.
std::string ImportancesText(std::span<const VariableImportance> table, size_t most);

}  // namespace thalweg
