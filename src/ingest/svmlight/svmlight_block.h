// The lines of a block of SVMLight text as rows of (index, value).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::internal {

// Rows in compressed form: the entries of row r are those from row_ends[r - 1] (0 for the first) to
// row_ends[r], with ascending indices.
struct SvmLightBlock {
  std::vector<uint32_t> row_ends;
  std::vector<uint32_t> indices;
  std::vector<double> values;    // empty where all values are 1
  std::vector<double> labels;    // one per row
  std::vector<int64_t> queries;  // one per row (kMissingInt where there is none), or empty
  uint32_t smallest_index = UINT32_MAX;
  uint32_t largest_index = 0;
  int64_t lines = 0;

  // The first thing that is wrong; error_line counts from 1 in this block. Empty if nothing is.
  std::string error;
  int64_t error_line = 0;

  size_t rows() const { return row_ends.size(); }
  double value(size_t entry) const { return values.empty() ? 1.0 : values[entry]; }
};

// Entries that are zero are left out. `max_index` bounds the indices.
SvmLightBlock ParseSvmLightBlock(std::string_view text, uint32_t max_index);

}  // namespace thalweg::internal
