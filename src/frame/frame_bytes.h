// Frames of one rank as bytes, as they travel between ranks. Readers trust what they get, as in
// frame/chunk_bytes.h.
#pragma once

#include <string>
#include <string_view>

#include "frame/frame.h"

namespace thalweg {

// Everything but the chunks: names, types, levels, cuts.
std::string OutlineBytes(const Frame& frame);
// A frame whose chunks are null.
Frame FrameOfOutline(std::string_view outline);

// With the chunks.
std::string FrameBytes(const Frame& frame);
Frame FrameFromBytes(std::string_view bytes);

}  // namespace thalweg
