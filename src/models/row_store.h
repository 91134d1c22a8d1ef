// Rows of a frame, encoded and laid out row by row, so that a net reads any row in one go: one byte
// per cell of narrow columns (MNIST's pixels), 4 bytes per other dense or categorical cell, 8 per
// cell of a sparse column that is not zero.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "models/feature_encoder.h"

namespace thalweg {

// Immutable after construction; any number of threads may gather.
class RowStore {
 public:
  // Rows begin … end-1 of the binding's frame; where `keep` is not empty, only those with
  // keep[row - begin] != 0. The frame is not needed afterwards, the encoder is.
  RowStore(const FeatureBinding& binding, int64_t begin, int64_t end, std::span<const uint8_t> keep,
           ThreadPool& pool);

  size_t rows() const { return rows_; }
  const InputShape& shape() const { return encoder_->shape(); }
  size_t ByteSize() const;
  // Writes a row into place `at` of the batch.
  void Gather(size_t row, InputBatch<float>& batch, size_t at) const;

 private:
  // Consecutive rows whose sparse cells are stored together.
  struct SparseBlock {
    std::vector<uint32_t> starts;
    std::vector<InputEntry<float>> entries;
  };

  // Some rows of the frame; false if a cell does not fit a byte.
  bool EncodeBlock(const FeatureBinding& binding, int64_t begin, int64_t end,
                   std::span<const uint8_t> keep, size_t first, bool* missing, bool* last_code);
  void EncodeSparse(const FeatureBinding& binding, int64_t begin, int64_t end,
                    std::span<const uint8_t> keep, size_t rows, SparseBlock& block) const;

  const FeatureEncoder* encoder_;
  size_t rows_ = 0;
  size_t categoricals_ = 0;
  // Narrow columns are stored as bytes, of which kMissingByte may mean a missing cell; or as floats
  // like the others, where this frame has cells that do not fit.
  bool bytes_ = false;
  bool bytes_missing_ = false;
  size_t floats_per_row_ = 0;
  std::vector<uint8_t> narrow_;
  std::vector<float> wide_;         // as the net takes them
  std::vector<int32_t> levels_;     // units, or -1
  std::vector<size_t> block_rows_;  // first row of each sparse block
  std::vector<SparseBlock> sparse_;
  // Of narrow columns: input = code * scale + shift.
  Matrix<float> scale_;
  Matrix<float> shift_;
  Matrix<float> imputed_;
};

}  // namespace thalweg
