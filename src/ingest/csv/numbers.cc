#include "ingest/csv/numbers.h"

#include <cmath>
#include <string>

#include "base/text.h"

namespace thalweg::internal {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes the marks out of "1,234,567"; false where there are marks, but not every three digits.
bool RemoveThousands(std::string_view& digits, char mark, std::string& scratch) {
  if (digits.find(mark) == std::string_view::npos) return true;
  scratch.clear();
  size_t group = 0;
  bool first = true;
  for (const char c : digits) {
    if (c == mark) {
      if (group == 0 || group > 3 || (!first && group != 3)) return false;
      first = false;
      group = 0;
    } else {
      scratch += c;
      ++group;
    }
  }
  digits = scratch;
  return group == 3;
}

// Digits as one number; false beyond 18 of them (leading zeros not counted).
bool Mantissa(std::string_view whole, std::string_view fraction, int64_t& value) {
  value = 0;
  size_t count = 0;
  for (const std::string_view part : {whole, fraction}) {
    for (const char c : part) {
      if (count == 0 && c == '0') continue;
      if (++count > 18) return false;
      value = value * 10 + (c - '0');
    }
  }
  return true;
}

size_t DigitsAt(std::string_view text, size_t at, char also) {
  size_t i = at;
  while (i < text.size() && (IsDigit(text[i]) || text[i] == also)) ++i;
  return i - at;
}

Number Real(const std::string& spelling) {
  Number number;
  if (const auto value = ParseReal(spelling)) {
    number.kind = Number::Kind::kReal;
    number.real = *value;
  }
  return number;
}

}  // namespace

Number ParseNumber(std::string_view text, bool decimal_comma) {
  const char point = decimal_comma ? ',' : '.';
  const char mark = decimal_comma ? '.' : ',';
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  bool negative = false;
  std::string_view body = text;
  if (!body.empty() && (body.front() == '-' || body.front() == '+')) {
    negative = body.front() == '-';
    body.remove_prefix(1);
  }
  if (body.empty()) return {};
  if (!IsDigit(body.front()) && body.front() != point) {
    const bool word = EqualsIgnoreCase(body, "inf") || EqualsIgnoreCase(body, "infinity") ||
                      EqualsIgnoreCase(body, "nan");
    return word ? Real((negative ? "-" : "") + std::string(body)) : Number{};
  }
  const size_t whole_size = DigitsAt(body, 0, mark);
  std::string_view whole = body.substr(0, whole_size);
  size_t at = whole_size;
  std::string_view fraction;
  bool has_point = false;
  if (at < body.size() && body[at] == point) {
    has_point = true;
    fraction = body.substr(at + 1, DigitsAt(body, at + 1, '0'));
    at += 1 + fraction.size();
  }
  if (whole.empty() && fraction.empty()) return {};
  std::string scratch;
  if (!RemoveThousands(whole, mark, scratch)) return {};
  std::string_view exponent;
  if (at < body.size() && (body[at] == 'e' || body[at] == 'E')) {
    size_t digits = at + 1;
    if (digits < body.size() && (body[digits] == '-' || body[digits] == '+')) ++digits;
    const size_t count = DigitsAt(body, digits, '0');
    if (count == 0) return {};
    exponent = body.substr(at, digits + count - at);
    at = digits + count;
  }
  if (at != body.size()) return {};

  Number number;
  if (exponent.empty()) {
    if (!has_point) {
      const std::string spelling = (negative ? "-" : "") + std::string(whole);
      const auto value = ParseInt(spelling);
      if (value && *value != INT64_MIN && !(negative && *value == 0)) {
        number.kind = Number::Kind::kInteger;
        number.integer = *value;
        return number;
      }
    } else if (int64_t mantissa = 0; fraction.size() <= kMaxScale &&
                                     Mantissa(whole, fraction, mantissa) &&
                                     mantissa <= kMaxMantissa && !(negative && mantissa == 0)) {
      number.kind = Number::Kind::kDecimal;
      number.integer = negative ? -mantissa : mantissa;
      number.scale = static_cast<int>(fraction.size());
      return number;
    }
  }
  std::string spelling = negative ? "-" : "";
  spelling += whole.empty() ? std::string_view("0") : whole;
  if (!fraction.empty()) {
    spelling += '.';
    spelling += fraction;
  }
  spelling += exponent;
  return Real(spelling);
}

}  // namespace thalweg::internal
