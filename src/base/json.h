// JSON values: Boost.JSON, wrapped here and nowhere else. Include in .cc files; headers that only
// pass values on include base/json_fwd.h.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "base/json_fwd.h"

namespace thalweg {

using JsonArray = boost::json::array;
using JsonObject = boost::json::object;

// Throws UserError naming `what` and the position of the first mistake. Nesting is limited to 64.
Json ParseJson(std::string_view text, std::string_view what);

// Indented by two spaces, keys in the order of insertion, numbers in the shortest form that reads
// back as the same bits. NaN and infinities, which JSON does not know, become null; bytes that are
// not UTF-8 become U+FFFD.
std::string FormatJson(const Json& value);

// A number, or null where it is NaN or infinite.
Json JsonNumber(double value);

}  // namespace thalweg
