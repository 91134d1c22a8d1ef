// multipart/form-data (RFC 7578), as the R client and web pages send uploads. Only places are
// found: what a part holds is read or copied from there, so that a body of any size costs little
// memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/http.h"

namespace thalweg {

struct MultipartPart {
  std::string name;
  std::string filename;  // without folders; empty where none is given
  std::string content_type;
  uint64_t offset = 0;  // of its content in the body
  uint64_t bytes = 0;
};

struct MultipartLimits {
  size_t max_parts = 1'000;
  size_t max_part_head = 16 << 10;
};

// The boundary of a Content-Type field; nothing where that is not multipart/form-data with one.
std::optional<std::string> MultipartBoundary(std::string_view content_type);

// UserError where the body is malformed or cut short, or over a limit.
std::vector<MultipartPart> ParseMultipart(std::string_view body, std::string_view boundary,
                                          const MultipartLimits& limits = {});
std::vector<MultipartPart> ParseMultipart(const SpoolFile& body, std::string_view boundary,
                                          const MultipartLimits& limits = {});

// The content of one part as a file of its own at `path`, which must not be there; copied by the
// system, where the file system can do it without moving a byte. UserError where it fails.
std::shared_ptr<const SpoolFile> ExtractPart(const SpoolFile& body, const MultipartPart& part,
                                             const std::string& path);

}  // namespace thalweg
