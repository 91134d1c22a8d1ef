#include "rapids/number_text.h"

#include <charconv>
#include <cmath>

namespace thalweg::internal {

std::string ShortNumberText(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  char buffer[400];
  const bool plain = number == std::floor(number) && std::abs(number) < 1e17;
  const auto end =
      plain ? std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed)
            : std::to_chars(buffer, buffer + sizeof buffer, number);
  return std::string(buffer, end.ptr);
}

std::string JavaNumberText(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  char buffer[64];
  const double size = std::abs(number);
  if (number == 0 || (size >= 1e-3 && size < 1e7)) {
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed);
    std::string text(buffer, end.ptr);
    if (text.find('.') == std::string::npos) text += ".0";
    return text;
  }
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific);
  const std::string text(buffer, end.ptr);
  const size_t e = text.find('e');
  std::string mantissa = text.substr(0, e);
  if (mantissa.find('.') == std::string::npos) mantissa += ".0";
  size_t digits = e + 1;
  const bool negative = text[digits] == '-';
  ++digits;
  while (digits + 1 < text.size() && text[digits] == '0') ++digits;
  return mantissa + (negative ? "E-" : "E") + text.substr(digits);
}

}  // namespace thalweg::internal
