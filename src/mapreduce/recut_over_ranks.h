// Rows of frames that lie over ranks, cut and shared out anew: every rank sends and gets only what
// changes its place.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

// A collective. Every rank gives its part of the same frame (or the whole of one that all have
// whole) and gets its part of the first to->rows() rows, cut and owned as `to` says, which is made
// for these ranks. Cells stay as they are, bit by bit.
Frame RecutOverRanks(const Frame& part, const LayoutPtr& to, Communicator& ranks);

// A collective. Whole chunks go to new owners: chunk i of the result is chunks[c][i] of each column
// c as the rank holders[i] has it (kEverywhere: as all have it; on other ranks it may be null), and
// goes to the rank that `to` says. Returns the chunks of this rank, the others null.
inline constexpr uint32_t kEverywhere = 0xffffffff;
std::vector<std::vector<ChunkPtr>> MoveChunks(const std::vector<std::vector<ChunkPtr>>& chunks,
                                              std::span<const uint32_t> holders, const Layout& to,
                                              Communicator& ranks);

}  // namespace thalweg
