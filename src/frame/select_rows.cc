#include "frame/select_rows.h"

#include <string_view>
#include <vector>

#include "base/error.h"
#include "frame/chunk_builder.h"

namespace thalweg {
namespace {

template <class T>
std::vector<T> KeptCells(const Chunk& chunk, std::span<const uint8_t> keep) {
  std::vector<T> cells(chunk.rows());
  chunk.Decode(0, std::span<T>(cells));
  size_t kept = 0;
  for (size_t r = 0; r < cells.size(); ++r) {
    if (keep[r] != 0) cells[kept++] = cells[r];
  }
  cells.resize(kept);
  return cells;
}

ChunkPtr SelectCells(const Chunk& chunk, ColumnType type, std::span<const uint8_t> keep) {
  switch (type) {
    case ColumnType::kReal:
      return EncodeReals(KeptCells<double>(chunk, keep));
    case ColumnType::kInteger:
    case ColumnType::kCategorical:
    case ColumnType::kTime:
      return EncodeIntegers(KeptCells<int64_t>(chunk, keep));
    case ColumnType::kString:
      return EncodeStrings(KeptCells<std::string_view>(chunk, keep));
    case ColumnType::kUuid:
      return EncodeUuids(KeptCells<Uuid>(chunk, keep));
  }
  throw InternalError("unknown column type");
}

}  // namespace

Frame SelectRows(const Frame& frame, std::span<const uint8_t> keep, ThreadPool& pool) {
  Check(keep.size() == static_cast<size_t>(frame.rows()), "one mark per row");
  const Layout& layout = frame.layout();
  std::vector<int64_t> starts = {0};
  const auto marks = [&](size_t chunk) {
    return keep.subspan(static_cast<size_t>(layout.ChunkStart(chunk)),
                        static_cast<size_t>(layout.ChunkRows(chunk)));
  };
  for (size_t c = 0; c < layout.chunks(); ++c) {
    int64_t rows = 0;
    for (uint8_t k : marks(c)) rows += k != 0 ? 1 : 0;
    starts.push_back(starts.back() + rows);
  }
  std::vector<std::vector<ChunkPtr>> chunks(frame.columns(),
                                            std::vector<ChunkPtr>(layout.chunks()));
  pool.Run(frame.columns() * layout.chunks(), [&](size_t task, size_t /*thread*/) {
    const size_t column = task / layout.chunks();
    const size_t c = task % layout.chunks();
    chunks[column][c] =
        SelectCells(frame.column(column).chunk(c), frame.column(column).type(), marks(c));
  });
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < frame.columns(); ++i) {
    columns.push_back(std::make_shared<Column>(frame.column(i).type(), std::move(chunks[i]),
                                               frame.column(i).domain()));
  }
  return Frame(std::make_shared<Layout>(starts), frame.names(), std::move(columns));
}

}  // namespace thalweg
