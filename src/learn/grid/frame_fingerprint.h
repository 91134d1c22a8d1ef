// Whether two frames hold the same: names, types, levels and cells.
#pragma once

#include <string>

#include "base/thread_pool.h"
#include "frame/frame.h"

namespace thalweg {

// "380 rows, 9 columns, 1f0c…": XXH3 of every cell, whatever its chunks and encodings are.
std::string FrameFingerprint(const Frame& frame, ThreadPool& pool);

}  // namespace thalweg
