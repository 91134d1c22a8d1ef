// Whether two frames hold the same: names, types, levels and cells.
#pragma once

#include <cstdint>
#include <string>

#include "base/thread_pool.h"
#include "frame/frame.h"

namespace thalweg {

// XXH3 of names, types, levels and every cell, whatever the chunks and encodings are.
uint64_t FrameChecksum(const Frame& frame, ThreadPool& pool);
// "380 rows, 9 columns, 1f0c…": with the checksum.
std::string FrameFingerprint(const Frame& frame, ThreadPool& pool);

}  // namespace thalweg
