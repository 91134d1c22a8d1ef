// Which columns and rows a list or a name means.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rapids/value.h"

namespace thalweg::internal {

// Positions of columns: a name, a position, or a list of either. Negative positions count as
// `negative` says. UserError for what is not there; positions beyond the end in a list are left
// out, as in H2O.
enum class NegativeColumns {
  kFromEnd,  // -1 is the last
  kDrop,     // -1 stands for all but the first
};
std::vector<size_t> SelectColumns(const Arguments& arguments, size_t i, const Frame& frame,
                                  NegativeColumns negative);
// The one column that argument i names.
size_t SelectColumn(const Arguments& arguments, size_t i, const Frame& frame);

// Ascending runs of rows [begin, end).
struct RowRun {
  int64_t begin = 0;
  int64_t end = 0;
};
// The rows that a list of numbers means, ascending; negative ones stand for all but those.
std::vector<RowRun> SelectRowRuns(const Arguments& arguments, size_t i, int64_t rows);

// A name that none of `names` is: the name itself, or with 0, 1, … behind it.
std::string FreeColumnName(const std::string& wished, const std::vector<std::string>& names);
// Names of several frames side by side: those that come again get 0, 1, … behind them.
std::vector<std::string> UniqueNames(const std::vector<std::string>& names);

}  // namespace thalweg::internal
