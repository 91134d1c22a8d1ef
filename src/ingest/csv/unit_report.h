// What ranks tell each other of the units that they have parsed: everything but the chunks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/csv/unit_parser.h"

namespace thalweg::internal {

std::string UnitReports(const std::vector<UnitResult>& units);
// Appends what the rank has told.
void TakeUnitReports(std::string_view bytes, int rank, std::vector<UnitResult>& units);

}  // namespace thalweg::internal
