#include "rapids/distinct.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "rapids/chunks.h"

namespace thalweg::internal {

std::vector<double> DistinctNumbers(const Layout& layout, const Column& column,
                                    Evaluator& evaluator) {
  const auto parts = ChunkTexts(layout, evaluator, [&](size_t chunk) {
    auto cells = ChunkCells<double>(column, chunk);
    std::erase_if(cells, [](double cell) { return std::isnan(cell); });
    std::sort(cells.begin(), cells.end());
    cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
    return std::string(reinterpret_cast<const char*>(cells.data()), cells.size() * sizeof(double));
  });
  std::vector<double> all;
  // Made shorter whenever it has doubled, so that it stays short where cells repeat.
  size_t next = 1 << 20;
  const auto shorten = [&] {
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    next = std::max(next, 2 * all.size());
  };
  for (const std::string& part : parts) {
    const size_t before = all.size();
    all.resize(before + part.size() / sizeof(double));
    if (!part.empty()) std::memcpy(all.data() + before, part.data(), part.size());
    if (all.size() > next) shorten();
  }
  shorten();
  return all;
}

std::vector<std::string> DistinctTexts(const Layout& layout, const Column& column,
                                       Evaluator& evaluator) {
  // Length, bytes, length, bytes, …
  const auto parts = ChunkTexts(layout, evaluator, [&](size_t chunk) {
    const auto cells = ChunkCells<std::string_view>(column, chunk);
    std::unordered_set<std::string_view> seen;
    std::string bytes;
    for (const std::string_view cell : cells) {
      if (cell.data() == nullptr || !seen.insert(cell).second) continue;
      const uint64_t size = cell.size();
      bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
      bytes += cell;
    }
    return bytes;
  });
  std::unordered_set<std::string_view> all;
  for (const std::string& part : parts) {
    for (size_t at = 0; at < part.size();) {
      uint64_t size = 0;
      std::memcpy(&size, part.data() + at, sizeof size);
      at += sizeof size;
      all.insert(std::string_view(part).substr(at, size));
      at += size;
    }
  }
  std::vector<std::string> sorted(all.begin(), all.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace thalweg::internal
