// Frames over ranks: from each rank's chunks to all of them, and back.
#pragma once

#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

// A collective. Every rank gives its part of the same frame and gets the frame with all chunks.
// With one rank, the frame as it is.
Frame GatherFrame(const Frame& part, Communicator& ranks);

// `whole` is the same on all ranks. Each keeps about as many rows as the others, whole chunks only;
// the chunks of others are null. No communication.
Frame KeepOwnChunks(const Frame& whole, const Communicator& ranks);

}  // namespace thalweg
