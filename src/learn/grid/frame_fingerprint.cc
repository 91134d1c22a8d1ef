#include "learn/grid/frame_fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "base/checksum.h"

namespace thalweg {
namespace {

constexpr int64_t kBlock = 1 << 16;

// A sum of a sum and what follows.
class Digest {
 public:
  void Add(std::string_view bytes) {
    const uint64_t parts[] = {sum_, Checksum(bytes)};
    sum_ = Checksum({reinterpret_cast<const char*>(parts), sizeof(parts)});
  }
  template <class T>
  void AddValues(const std::vector<T>& values, size_t count) {
    Add({reinterpret_cast<const char*>(values.data()), count * sizeof(T)});
  }
  uint64_t sum() const { return sum_; }

 private:
  uint64_t sum_ = 0;
};

template <class T, class Add>
void ForBlocks(const Frame& frame, size_t column, Add&& add) {
  std::vector<T> cells(static_cast<size_t>(std::min(kBlock, frame.rows())));
  for (int64_t begin = 0; begin < frame.rows(); begin += kBlock) {
    const auto count = static_cast<size_t>(std::min(kBlock, frame.rows() - begin));
    ReadCells(frame, column, begin, std::span(cells).first(count));
    add(cells, count);
  }
}

uint64_t DigestOf(const Frame& frame, size_t column) {
  Digest digest;
  digest.Add(frame.name(column));
  const Column& cells = frame.column(column);
  digest.Add(ColumnTypeName(cells.type()));
  if (cells.domain()) {
    for (const std::string& level : cells.domain()->levels()) digest.Add(level);
  }
  switch (cells.type()) {
    case ColumnType::kReal:
      ForBlocks<double>(frame, column, [&](std::vector<double>& values, size_t count) {
        for (double& value : values) value = std::isnan(value) ? kMissingReal : value;
        digest.AddValues(values, count);
      });
      break;
    case ColumnType::kString:
      ForBlocks<std::string_view>(frame, column, [&](const auto& values, size_t count) {
        for (size_t i = 0; i < count; ++i) {
          digest.Add(values[i].data() == nullptr ? std::string_view("\0", 1) : values[i]);
        }
      });
      break;
    case ColumnType::kUuid:
      ForBlocks<Uuid>(frame, column,
                      [&](const auto& values, size_t count) { digest.AddValues(values, count); });
      break;
    default:
      ForBlocks<int64_t>(frame, column, [&](const auto& values, size_t count) {
        digest.AddValues(values, count);
      });
  }
  return digest.sum();
}

}  // namespace

uint64_t FrameChecksum(const Frame& frame, ThreadPool& pool) {
  std::vector<uint64_t> columns(frame.columns());
  pool.Run(columns.size(), [&](size_t c, size_t /*thread*/) { columns[c] = DigestOf(frame, c); });
  Digest digest;
  digest.AddValues(columns, columns.size());
  return digest.sum();
}

std::string FrameFingerprint(const Frame& frame, ThreadPool& pool) {
  return fmt::format("{} rows, {} columns, {:016x}", frame.rows(), frame.columns(),
                     FrameChecksum(frame, pool));
}

}  // namespace thalweg
