// Any text is decoded or refused; what is decoded reads back, and the limits hold.
#include "server/http/url.h"

#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/http/access.h"
#include "server/http/authenticator.h"
#include "server/http/base64.h"
#include "server/http/content_coding.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace thalweg;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto decoded = PercentDecode(text)) {
    if (decoded->find('\0') != std::string::npos) std::abort();
    if (PercentDecode(PercentEncode(*decoded)) != decoded) std::abort();
  }
  if (const auto fields = ParseQuery(text, 50)) {
    if (fields->size() > 50) std::abort();
    std::string again;
    for (const auto& [name, value] : *fields) {
      again += PercentEncode(name) + "=" + PercentEncode(value) + "&";
    }
    if (ParseQuery(again, 50) != fields) std::abort();
  }
  if (const auto bytes = internal::DecodeBase64(text)) {
    if (internal::DecodeBase64(internal::EncodeBase64(*bytes)) != bytes) std::abort();
  }
  internal::AcceptsGzip(text);
  internal::Authenticator::Read(text);
  if (const auto host = internal::ParseHostPort(text)) {
    if (host->host.empty() || host->port.size() > 5) std::abort();
  }
  return 0;
}
