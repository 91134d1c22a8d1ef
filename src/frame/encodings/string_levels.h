// The distinct strings among cells.
#pragma once

#include <span>
#include <string_view>

#include "frame/encodings/cells.h"

namespace thalweg::internal {

// Gives up where more than half of the cells are distinct: `codes` is then empty.
StringLevels FindLevels(std::span<const std::string_view> cells);

// Whether a sample of the cells repeats itself enough for FindLevels to be worth its time.
bool SampleRepeats(std::span<const std::string_view> cells);

}  // namespace thalweg::internal
