// Small data sets inside the program, for examples: h2o://iris and h2o://prostate.
#pragma once

#include <string_view>

namespace thalweg {

// CSV with a header; empty where there is no such data set.
std::string_view BundledData(std::string_view name);

}  // namespace thalweg
