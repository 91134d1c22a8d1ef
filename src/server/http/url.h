// Percent-encoding and query strings (RFC 3986; forms as in the URL standard of WHATWG).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thalweg {

// %XX to bytes; nothing where a % is not followed by two hexadecimal digits, or a zero byte comes
// out: what takes it for the end of a text would see another text than we do.
std::optional<std::string> PercentDecode(std::string_view text);
// Everything but letters, digits and -._~$:@ as %XX: one segment of a path.
std::string PercentEncode(std::string_view text);

// name=value pairs between & with + for blank, of a query or a body of
// application/x-www-form-urlencoded. Nothing where an encoding is broken, or there are more than
// `max_fields`.
std::optional<std::vector<std::pair<std::string, std::string>>> ParseQuery(
    std::string_view text, size_t max_fields = 10'000);

}  // namespace thalweg
