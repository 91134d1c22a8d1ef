// Small things with text that the standard library leaves out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg {

std::string_view Trim(std::string_view text);
std::vector<std::string_view> Split(std::string_view text, char separator);
std::string Join(const std::vector<std::string>& parts, std::string_view separator);
// ASCII only.
std::string ToLower(std::string_view text);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

// The whole text is one number (no surrounding blanks); else nothing.
std::optional<int64_t> ParseInt(std::string_view text);
// Correctly rounded; decimal or exponent form, "inf", "infinity", "nan" in any case.
std::optional<double> ParseReal(std::string_view text);

// What a backslash and this character stand for: \n, \t, \r, and of others the character.
char Unescape(char c);

// 1234567 -> "1,234,567".
std::string WithThousands(int64_t value);
// 1536 -> "1.54 KB"; decimal units (1 KB = 1000 bytes).
std::string HumanBytes(double bytes);
// "8g", "500 MB", "1.5GiB", "1000": bytes; k, m, g, t are powers of 1024, as in Java's options.
// Nothing where it is none.
std::optional<uint64_t> ParseBytes(std::string_view text);
// 75 s -> "1 min 15 s".
std::string HumanDuration(double seconds);
// Makes text safe for a terminal or a message: control characters and bytes that are not UTF-8 as
// \n, \x1b; cut after `limit` bytes at a character border, with "…".
std::string Printable(std::string_view text, size_t limit = 80);

// The length of the UTF-8 character at the front of a text that is not empty; 0 if there is none
// (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
size_t Utf8Length(std::string_view text);
// The text with each byte that belongs to no UTF-8 character replaced by U+FFFD.
std::string ToValidUtf8(std::string_view text);

// Levenshtein's distance between two words.
size_t EditDistance(std::string_view a, std::string_view b);
// The candidate nearest to a misspelled word (distance at most 3 and half its length, case ignored,
// the first of equals), or empty.
std::string NearestWord(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace thalweg
