// Records that clients ask the fields of: they keep of a reply what is listed here, and nothing
// else (protocol notes §3).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace thalweg {

struct RecordField {
  std::string_view name;
  std::string_view type;  // as in "boolean", "string", "Iced[]"
  std::string_view help;
};

// The fields of a record, or nothing where it is none of those.
std::optional<std::vector<RecordField>> FindRecord(std::string_view name);

}  // namespace thalweg
