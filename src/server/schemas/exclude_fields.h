// `_exclude_fields=frames/columns/data,…`: clients that name what they do not want to be sent.
#pragma once

#include <string>
#include <string_view>

namespace thalweg {

// Takes the fields at these paths (comma-separated; lists on the way are gone through) out of a
// JSON text. Paths that are not there are nothing to take out.
void ExcludeFields(std::string_view paths, std::string& json);

}  // namespace thalweg
