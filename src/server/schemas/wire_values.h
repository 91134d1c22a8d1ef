// Values as the clients write them in queries and forms (protocol notes §2): True, 1e-06,
// ["a","b"] and [a,b], enum levels in any spelling.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/params.h"

namespace thalweg {

// "[a,"b",[c,d]]" to its elements: quotes taken off, inner lists as their text, blanks around
// elements dropped. A text without brackets is a list of itself; "" and "null" are nothing.
// UserError where brackets or quotes do not close.
std::vector<std::string> ParseWireList(std::string_view text);

// true, True, 1, false, …; nothing if it is none.
std::optional<bool> ParseWireBool(std::string_view text);

// The level that `text` means, in its declared spelling: compared as H2O does, by letters and
// digits alone, in any case. Nothing if there is none.
std::optional<std::string> FindWireLevel(const std::vector<std::string>& levels,
                                         std::string_view text);

// Sets one member of a declared record. UserError whose message does not repeat the field's name.
void ParseWireField(const ParamSpec& spec, std::string_view text, void* record);

}  // namespace thalweg
