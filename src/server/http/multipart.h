// multipart/form-data (RFC 7578) in a file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/http.h"

namespace thalweg {

// The boundary in a Content-Type of multipart/form-data; nothing for other types. UserError where
// the type names no boundary.
std::optional<std::string> MultipartBoundary(std::string_view content_type);

struct FilePart {
  std::shared_ptr<const SpoolFile> file;
  uint64_t bytes = 0;
};

// The content of the first part that has a file name (or of the first part, where none has),
// copied to the file `target`. UserError where the body is not well-formed.
FilePart ExtractFilePart(const std::string& body_path, std::string_view boundary,
                         const std::string& target);

}  // namespace thalweg
