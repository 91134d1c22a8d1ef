// Upper and lower case of UTF-8 text.
#pragma once

#include <string>
#include <string_view>

namespace thalweg::internal {

// Letters of the C.UTF-8 locale's tables, one by one; bytes that are not UTF-8 stay.
std::string UpperCase(std::string_view text);
std::string LowerCase(std::string_view text);

}  // namespace thalweg::internal
