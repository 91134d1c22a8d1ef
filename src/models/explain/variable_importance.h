// How much each variable counts, as a table.
#pragma once

#include <string>
#include <vector>

#include "base/json_fwd.h"

namespace thalweg {

struct VariableImportance {
  std::string variable;
  double relative = 0;    // as measured
  double scaled = 0;      // by the largest
  double percentage = 0;  // share of the sum, in [0, 1]
};

// In descending order of `relative`, which `values` has per name; equals keep their order. Where
// the largest is not above 0, scaled and percentage are 0; values below 0 have percentage 0 and do
// not count in the sum.
std::vector<VariableImportance> RankImportances(const std::vector<std::string>& names,
                                                const std::vector<double>& values);

// An array of objects with the keys variable, relative_importance, scaled_importance, percentage.
Json ImportancesToJson(const std::vector<VariableImportance>& table);
// What ImportancesToJson wrote. Throws a std::exception where it is something else.
std::vector<VariableImportance> ImportancesFromJson(const Json& value);

}  // namespace thalweg
