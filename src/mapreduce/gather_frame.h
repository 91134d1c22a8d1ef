// Frames over ranks: from each rank's chunks to all of them, and back.
#pragma once

#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

// A frame that all ranks hold whole has a layout of one owner; the layout of a frame in parts says
// which rank has which chunks.
//
// A collective. Every rank gives its part of the same frame and gets it whole. What is whole
// already comes back as it is.
Frame GatherFrame(const Frame& part, Communicator& ranks);

// `whole` is the same on all ranks. Each rank keeps about as many rows as the others, whole chunks
// only; the chunks of others are null. No communication.
Frame KeepOwnChunks(const Frame& whole, const Communicator& ranks);

// The chunks of `whole`, dealt out to the ranks in this way.
LayoutPtr LayoutOverRanks(const Layout& whole, const Communicator& ranks);

}  // namespace thalweg
