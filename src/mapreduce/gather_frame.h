// Frames over ranks: from each rank's chunks to all of them, and back.
#pragma once

#include <optional>

#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

// A frame that all ranks hold whole has a layout of one owner; the layout of a frame in parts says
// which rank has which chunks.
//
// A collective. Every rank gives its part of the same frame and gets it whole. What is whole
// already comes back as it is.
Frame GatherFrame(const Frame& part, Communicator& ranks);

// Each rank gives a frame of its rows alone, as OwnPart does (frame_parts.h); all have the same
// columns. Rank 0 gets their rows, in the order of the ranks, the others nothing.
std::optional<Frame> GatherParts(const Frame& part, Communicator& ranks);

// The chunks of `cuts`, shared out over the ranks so that each has about as many rows as the
// others.
LayoutPtr SharedOut(const Layout& cuts, const Communicator& ranks);

// `whole` is the same on all ranks. Each rank keeps about as many rows as the others, whole chunks
// only; the chunks of others are null. No communication.
Frame KeepOwnChunks(const Frame& whole, const Communicator& ranks);

}  // namespace thalweg
