// Some rows of a frame.
#pragma once

#include <cstdint>
#include <span>

#include "base/thread_pool.h"
#include "frame/frame.h"

namespace thalweg {

// The rows with keep[row] != 0 (one element per row), in their order; types and domains stay, and
// every chunk holds what is left of the old one.
Frame SelectRows(const Frame& frame, std::span<const uint8_t> keep, ThreadPool& pool);

}  // namespace thalweg
