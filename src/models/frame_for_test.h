// For tests: small frames out of vectors.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "frame/chunk_builder.h"
#include "frame/frame.h"

namespace thalweg {

// Columns of `rows` cells each, in chunks of `chunk` rows.
class FrameMaker {
 public:
  explicit FrameMaker(size_t rows, size_t chunk = 3) : rows_(rows), chunk_(chunk) {}

  // NaN is missing.
  FrameMaker& Real(const std::string& name, const std::vector<double>& cells) {
    return Add(name, std::make_shared<Column>(ColumnType::kReal, Cut(cells, EncodeReals)));
  }
  FrameMaker& Int(const std::string& name, const std::vector<int64_t>& cells) {
    return Add(name, std::make_shared<Column>(ColumnType::kInteger, Cut(cells, EncodeIntegers)));
  }
  // Code -1 is missing.
  FrameMaker& Enum(const std::string& name, const std::vector<std::string>& levels,
                   std::vector<int64_t> codes) {
    std::replace(codes.begin(), codes.end(), int64_t{-1}, kMissingInt);
    return Add(name, std::make_shared<Column>(ColumnType::kCategorical, Cut(codes, EncodeIntegers),
                                              std::make_shared<Domain>(levels)));
  }
  Frame Make() const {
    std::vector<int64_t> starts;
    for (size_t i = 0; i < rows_; i += chunk_) starts.push_back(static_cast<int64_t>(i));
    starts.push_back(static_cast<int64_t>(rows_));
    return Frame(std::make_shared<Layout>(starts), names_, columns_);
  }

 private:
  template <class T, class Encode>
  std::vector<ChunkPtr> Cut(const std::vector<T>& cells, const Encode& encode) const {
    std::vector<ChunkPtr> chunks;
    for (size_t i = 0; i < rows_; i += chunk_) {
      const std::span<const T> part =
          std::span<const T>(cells).subspan(i, std::min(chunk_, rows_ - i));
      chunks.push_back(encode(part, EncodeOptions()));
    }
    return chunks;
  }
  FrameMaker& Add(const std::string& name, ColumnPtr column) {
    names_.push_back(name);
    columns_.push_back(std::move(column));
    return *this;
  }

  size_t rows_;
  size_t chunk_;
  std::vector<std::string> names_;
  std::vector<ColumnPtr> columns_;
};

}  // namespace thalweg
