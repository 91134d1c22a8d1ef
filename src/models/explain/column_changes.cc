#include "models/explain/column_changes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "frame/chunk_builder.h"

namespace thalweg {
namespace {

ChunkPtr EncodeCells(std::span<const double> cells, bool categorical) {
  if (!categorical) return EncodeReals(cells);
  std::vector<int64_t> codes(cells.size());
  std::transform(cells.begin(), cells.end(), codes.begin(), [](double cell) {
    return std::isnan(cell) ? kMissingInt : static_cast<int64_t>(cell);
  });
  return EncodeIntegers(codes);
}

ColumnPtr MakeColumn(std::vector<ChunkPtr> chunks, const DomainPtr& domain) {
  return std::make_shared<Column>(domain ? ColumnType::kCategorical : ColumnType::kReal,
                                  std::move(chunks), domain);
}

}  // namespace

std::vector<double> CellsOf(const Frame& frame, size_t column) {
  std::vector<double> cells(static_cast<size_t>(frame.rows()));
  ReadCells(frame, column, 0, cells);
  return cells;
}

ColumnPtr ColumnOf(const Layout& layout, std::span<const double> cells, const DomainPtr& domain,
                   ThreadPool& pool) {
  std::vector<ChunkPtr> chunks(layout.chunks());
  pool.Run(layout.chunks(), [&](size_t i, size_t /*thread*/) {
    chunks[i] = EncodeCells(cells.subspan(static_cast<size_t>(layout.ChunkStart(i)),
                                          static_cast<size_t>(layout.ChunkRows(i))),
                            domain != nullptr);
  });
  return MakeColumn(std::move(chunks), domain);
}

ColumnPtr ConstantColumn(const Layout& layout, double value, const DomainPtr& domain) {
  std::vector<ChunkPtr> chunks;
  for (size_t i = 0; i < layout.chunks(); ++i) {
    const std::vector<double> cells(static_cast<size_t>(layout.ChunkRows(i)), value);
    chunks.push_back(EncodeCells(cells, domain != nullptr));
  }
  return MakeColumn(std::move(chunks), domain);
}

Frame TakeRows(const Frame& frame, const std::vector<std::string>& columns,
               std::span<const int64_t> rows, ThreadPool& pool) {
  const auto layout = std::make_shared<Layout>(
      rows.empty() ? std::vector<int64_t>{0}
                   : std::vector<int64_t>{0, static_cast<int64_t>(rows.size())});
  std::vector<ColumnPtr> taken(columns.size());
  pool.Run(columns.size(), [&](size_t c, size_t /*thread*/) {
    const size_t position = frame.IndexOf(columns[c]);
    const std::vector<double> cells = CellsOf(frame, position);
    std::vector<double> part(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) part[i] = cells[static_cast<size_t>(rows[i])];
    std::vector<ChunkPtr> chunks;
    const DomainPtr& domain = frame.column(position).domain();
    if (!rows.empty()) chunks.push_back(EncodeCells(part, domain != nullptr));
    taken[c] = MakeColumn(std::move(chunks), domain);
  });
  return Frame(layout, columns, std::move(taken));
}

std::vector<int64_t> DrawRows(int64_t rows, int64_t count, uint64_t seed) {
  std::vector<int64_t> numbers(static_cast<size_t>(rows));
  std::iota(numbers.begin(), numbers.end(), 0);
  if (count >= rows) return numbers;
  Random random(seed);
  for (int64_t i = 0; i < count; ++i) {
    std::swap(numbers[static_cast<size_t>(i)],
              numbers[static_cast<size_t>(i) + random.Below(static_cast<uint64_t>(rows - i))]);
  }
  numbers.resize(static_cast<size_t>(count));
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace thalweg
