// Small frames of numbers and levels (predictions) as bytes that need not be trusted: in the file
// of the model that made them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "frame/frame.h"

namespace thalweg {

using NamedFrames = std::vector<std::pair<std::string, Frame>>;

// What the bytes are (an array: name, rows, columns of each), and the cells: 8 little-endian bytes
// each, column by column. InternalError where a column is of strings or UUIDs.
struct ArchivedFrames {
  Json heads;
  std::string cells;
};
ArchivedFrames ArchiveFrames(const NamedFrames& frames);
// The way back. UserError, or std::exception of a JSON that is something else, where the cells are
// not those of the heads.
NamedFrames ReadArchivedFrames(const Json& heads, std::string_view cells);

}  // namespace thalweg
