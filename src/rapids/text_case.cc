#include "rapids/text_case.h"

#include <clocale>
#include <cwchar>
#include <cwctype>

#include "base/text.h"

namespace thalweg::internal {
namespace {

// The tables of all letters, whatever locale the process runs in.
locale_t Tables() {
  static const locale_t tables = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return tables;
}

void AppendCharacter(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

template <class Map>
std::string MapLetters(std::string_view text, Map map) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t length = Utf8Length(text.substr(i));
    if (length <= 1) {
      const char c = text[i++];
      out +=
          static_cast<unsigned char>(c) < 0x80 ? static_cast<char>(map(static_cast<wint_t>(c))) : c;
      continue;
    }
    uint32_t code = static_cast<unsigned char>(text[i]) & (0x7fU >> length);
    for (size_t k = 1; k < length; ++k) {
      code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3f);
    }
    AppendCharacter(static_cast<uint32_t>(map(static_cast<wint_t>(code))), out);
    i += length;
  }
  return out;
}

}  // namespace

std::string UpperCase(std::string_view text) {
  return MapLetters(text, [](wint_t c) { return towupper_l(c, Tables()); });
}

std::string LowerCase(std::string_view text) {
  return MapLetters(text, [](wint_t c) { return towlower_l(c, Tables()); });
}

}  // namespace thalweg::internal
