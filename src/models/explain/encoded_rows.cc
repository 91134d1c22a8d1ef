#include "models/explain/encoded_rows.h"

#include <algorithm>

#include "models/row_store.h"

namespace thalweg {

InputBatch<float> EncodeRows(const FeatureEncoder& encoder, const Frame& frame, int64_t begin,
                             int64_t end, ThreadPool& pool) {
  const FeatureBinding binding(encoder, frame);
  const RowStore store(binding, begin, end, {}, pool);
  InputBatch<float> batch(encoder.shape(), store.rows());
  for (size_t r = 0; r < store.rows(); ++r) store.Gather(r, batch, r);
  return batch;
}

std::vector<uint32_t> FeatureOfUnit(const FeatureEncoder& encoder) {
  std::vector<uint32_t> features(encoder.shape().units());
  for (uint32_t c = 0; c < encoder.columns().size(); ++c) {
    const FeatureColumn& column = encoder.columns()[c];
    const size_t units =
        column.one_hot() ? column.level_units() : std::max<size_t>(1, column.width);
    for (size_t u = 0; u < units; ++u) features[column.unit + u] = c;
  }
  return features;
}

}  // namespace thalweg
