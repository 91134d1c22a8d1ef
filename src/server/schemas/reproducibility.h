// What a model was trained on and with, for those who want to train it again or to compare.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/json.h"
#include "base/thread_pool.h"
#include "frame/frame.h"

namespace thalweg {

// A frame that a training read; the defaults are how the clients know that there was none.
struct InputFrame {
  // Of names, types, levels and cells, whatever the chunks are; none for a frame in parts.
  std::optional<int64_t> checksum = -1;
  std::vector<int64_t> starts = {};  // of the chunks, and the number of rows
};
InputFrame DescribeInput(const Frame& frame, ThreadPool& pool);

// Three tables: "Node Information" (a row for each rank), "Cluster Configuration" and "Input Frames
// Information". `cloud`: a CloudV3 object of the time of the training.
Json ReproducibilityToWire(const Json& cloud, const InputFrame& training,
                           const InputFrame& validation);

}  // namespace thalweg
