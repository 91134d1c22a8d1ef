// Files that are part of the program.
#pragma once

#include <string_view>

namespace thalweg::internal {

std::string_view PageStyle();     // page.css
std::string_view PageScript();    // page.js
std::string_view ChartLibrary();  // third_party/chartjs

}  // namespace thalweg::internal
