// Any body gives parts that lie within it, in order, or a UserError.
#include "server/http/multipart.h"

#include <cstdint>
#include <cstdlib>

#include "base/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace thalweg;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  MultipartBoundary(text);
  try {
    uint64_t end = 0;
    for (const MultipartPart& part :
         ParseMultipart(text, "B", {.max_parts = 20, .max_part_head = 200})) {
      if (part.offset < end || part.offset + part.bytes > size) std::abort();
      end = part.offset + part.bytes;
      if (part.filename.find('/') != std::string::npos) std::abort();
      // No delimiter is taken for content.
      if (text.substr(part.offset, part.bytes).find("\r\n--B\r\n") != std::string_view::npos) {
        std::abort();
      }
    }
  } catch (const UserError&) {
  }
  return 0;
}
