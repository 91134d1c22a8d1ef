// Cells of a column across the borders of its chunks.
#pragma once

#include <cstdint>

#include "frame/column.h"
#include "frame/layout.h"

namespace thalweg::internal {

// The rows of `column` (cut as `from` says) that begin at row `begin`, cut as `to` says. Chunks
// that fall on whole chunks are shared, the others encoded anew.
ColumnPtr Recut(const ColumnPtr& column, const Layout& from, const Layout& to, int64_t begin);

}  // namespace thalweg::internal
