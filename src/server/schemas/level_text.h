// Levels of columns, written straight into the text of an answer: a domain of a million levels as
// JSON values takes ten times as long.
#pragma once

#include <span>
#include <string>

#include "frame/column.h"

namespace thalweg {

// The levels as a JSON array of strings, as FormatWireJson writes them.
void AppendLevelText(const Domain& domain, std::string& out);

// `json` is the finished text of an answer whose first members named "domain", all of them null,
// are those of these columns, in their order. Returns it with the levels of the columns that have
// some.
std::string WithLevels(std::string json, std::span<const ColumnPtr> columns);

}  // namespace thalweg
