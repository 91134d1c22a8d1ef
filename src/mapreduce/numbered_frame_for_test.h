// A frame whose cells say which row they are of.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "frame/chunk_builder.h"
#include "frame/frame.h"

namespace thalweg {

// The row's number (missing in every fifth), its text, and the numbers' column once more, in
// chunks that start at these rows.
inline Frame NumberedFrame(const std::vector<int64_t>& starts) {
  std::vector<ChunkPtr> numbers;
  std::vector<ChunkPtr> texts;
  for (size_t c = 0; c + 1 < starts.size(); ++c) {
    std::vector<int64_t> cells;
    std::vector<std::string> words;
    for (int64_t row = starts[c]; row < starts[c + 1]; ++row) {
      cells.push_back(row % 5 == 0 ? kMissingInt : row);
      words.push_back("w" + std::to_string(row));
    }
    const std::vector<std::string_view> views(words.begin(), words.end());
    numbers.push_back(EncodeIntegers(cells));
    texts.push_back(EncodeStrings(views));
  }
  auto number = std::make_shared<const Column>(ColumnType::kInteger, std::move(numbers));
  auto text = std::make_shared<const Column>(ColumnType::kString, std::move(texts));
  return {std::make_shared<const Layout>(starts), {"n", "t", "again"}, {number, text, number}};
}

}  // namespace thalweg
