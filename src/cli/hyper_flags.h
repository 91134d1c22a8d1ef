// What a grid varies, as the command line says it: --hyper NAME=VALUES and --hyper_parameters FILE.
#pragma once

#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "base/params.h"

namespace thalweg {

// Joins both to one object of names to lists of values. `assignments` are such as rate=0.01,0.02
// (or ; between the values), and for parameters that are lists hidden=[200,200];[50]. What is given
// twice for a name adds up. `path` may be empty; else the file holds a JSON object. FieldErrors
// (--hyper) and UserErrors (the file) on what is not of this form; values are not looked at.
Json ReadHyperParameters(const std::vector<std::string>& assignments, const std::string& path,
                         const ParamSchema& schema);

}  // namespace thalweg
