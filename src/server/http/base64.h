// Base64 (RFC 4648).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace thalweg::internal {

// Without padding.
std::string EncodeBase64(std::string_view bytes);
// With or without padding; nothing where a character does not belong there.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace thalweg::internal
