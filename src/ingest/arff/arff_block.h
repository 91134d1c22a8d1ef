// The data lines of a block of ARFF text as chunks.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_zone.h"
#include "frame/chunk.h"
#include "ingest/arff/arff_header.h"

namespace thalweg::internal {

struct ArffBlock {
  size_t rows = 0;
  int64_t lines = 0;
  std::vector<ChunkPtr> chunks;  // one per attribute; empty where there are no rows
  ChunkPtr weights;              // null where no row states one; 1 is that of the others
  std::string error;
  int64_t error_line = 0;  // from 1 in this block
};

// Thread rule: reads its arguments only.
ArffBlock ParseArffBlock(std::string_view text, const std::vector<ArffAttribute>& attributes,
                         const TimeZone& zone);

}  // namespace thalweg::internal
