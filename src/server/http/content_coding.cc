#include "server/http/content_coding.h"

#include "base/text.h"
#include "server/http/response_head.h"

namespace thalweg::internal {

namespace {

constexpr size_t kMinBytes = 1024;
constexpr size_t kMaxBytes = size_t{1} << 30;  // in one call of zlib

bool IsText(std::string_view content_type) {
  const std::string type = ToLower(content_type);
  if (type.starts_with("text/")) return true;
  // A charset says that it is text, even under H2O's type for downloads of CSV.
  for (const std::string_view sign : {"json", "javascript", "xml", "csv", "charset="}) {
    if (type.find(sign) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

bool AcceptsGzip(std::string_view accept_encoding) {
  bool any = false;
  for (const std::string_view part : Split(accept_encoding, ',')) {
    const auto words = Split(part, ';');
    const std::string_view name = Trim(words[0]);
    bool refused = false;
    for (size_t i = 1; i < words.size(); ++i) {
      const std::string_view word = Trim(words[i]);
      if (!word.starts_with("q=") && !word.starts_with("Q=")) continue;
      const auto weight = ParseReal(word.substr(2));
      refused = !weight || !(*weight > 0);
    }
    if (EqualsIgnoreCase(name, "gzip") || EqualsIgnoreCase(name, "x-gzip")) return !refused;
    if (name == "*") any = !refused;
  }
  return any;
}

bool WorthCompressing(const HttpResponse& response) {
  if (!StatusHasBody(response.status) || response.status == 206) return false;
  if (!response.stream && (response.body.size() < kMinBytes || response.body.size() > kMaxBytes)) {
    return false;
  }
  for (const auto& [name, value] : response.headers) {
    if (EqualsIgnoreCase(name, "Content-Encoding")) return false;
  }
  return IsText(response.content_type);
}

}  // namespace thalweg::internal
