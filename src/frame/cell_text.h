// Cells as text, the way that reading them back gives the same cells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frame/frame.h"

namespace thalweg {

// "2024-05-01T12:30:00Z", with milliseconds where they are not zero; years before 0 and beyond 9999
// carry a sign.
std::string TimeText(int64_t milliseconds);

// Rows begin … end-1 of a column. Numbers in their shortest exact form, levels by name, missing
// cells as "".
std::vector<std::string> CellTexts(const Frame& frame, size_t column, int64_t begin, int64_t end);

}  // namespace thalweg
