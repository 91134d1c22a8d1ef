// UUIDs in text: 8-4-4-4-12 hexadecimal digits (RFC 9562).
#pragma once

#include <string_view>

#include "frame/types.h"

namespace thalweg::internal {

// False if `text` is not of this form.
bool ParseUuid(std::string_view text, Uuid& uuid);

}  // namespace thalweg::internal
