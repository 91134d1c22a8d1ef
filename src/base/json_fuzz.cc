// Any text is read as JSON or refused; what is read can be written, and that be read.
#include <cstdint>
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
  ParseJson(FormatJson(value), "its written form");
  return 0;
}
