// A small file that tells whether it is whole: the catalog, models and grids of the data directory.
//
//   bytes 0-7    "THALWEGR"
//   bytes 8-15   version of the format: 1 (numbers are little-endian)
//   bytes 16-23  XXH3 checksum of the rest
//   from 24      kind, name, content; each its length (8 bytes) and its bytes
#pragma once

#include <string>
#include <string_view>

namespace thalweg {

struct SealedRecord {
  std::string kind;
  std::string name;
  std::string content;
};

std::string SealedBytes(const SealedRecord& record);
// UserError with `source` where it is something else, of another version or damaged.
SealedRecord ReadSealed(std::string_view bytes, const std::string& source);

}  // namespace thalweg
