// Any text is read as JSON or refused; what is read comes back from its written form, bit for bit.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace thalweg;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Json value;
  try {
    value = ParseJson(text, "the input");
  } catch (const UserError&) {
    return 0;
  }
  // Whole numbers lose their ".0" when they are written first, and stay as they are from then on.
  const std::string once = FormatJson(value);
  if (FormatJson(ParseJson(once, "its written form")) != once) std::abort();
  return 0;
}
