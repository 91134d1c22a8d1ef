// Rows of a frame as inputs of a net, all at once.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "models/feature_encoder.h"
#include "models/input_batch.h"

namespace thalweg {

// Rows begin … end-1. UserError where the frame does not fit the encoder.
InputBatch<float> EncodeRows(const FeatureEncoder& encoder, const Frame& frame, int64_t begin,
                             int64_t end, ThreadPool& pool);

// The position in encoder.columns() of the column that each input unit belongs to.
std::vector<uint32_t> FeatureOfUnit(const FeatureEncoder& encoder);

}  // namespace thalweg
