// Arguments of commands.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace thalweg {

// The text of this name; empty where there is none.
inline std::string TextOf(const Json& arguments, std::string_view name) {
  const Json* value = arguments.as_object().if_contains(name);
  return value == nullptr || !value->is_string() ? std::string() : std::string(value->as_string());
}

}  // namespace thalweg
