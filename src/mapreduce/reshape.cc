#include "mapreduce/reshape.h"

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "base/available_memory.h"
#include "base/cancel_scope.h"
#include "base/error.h"
#include "base/text.h"
#include "frame/cell_text.h"
#include "frame/chunk_builder.h"
#include "mapreduce/distinct_rows.h"
#include "mapreduce/gather_rows.h"
#include "mapreduce/group_by.h"
#include "mapreduce/row_keys.h"

namespace thalweg {
namespace {

std::vector<std::vector<double>> NumbersOf(const Frame& frame, std::span<const size_t> columns,
                                           ThreadPool& pool) {
  std::vector<std::vector<double>> cells(columns.size());
  pool.Run(columns.size(), [&](size_t i, size_t) {
    cells[i].resize(static_cast<size_t>(frame.rows()));
    ReadCells(frame, columns[i], 0, std::span<double>(cells[i]));
  });
  return cells;
}

// A column of numbers: int where all are whole.
ColumnPtr NumberColumn(std::span<const double> cells, const Layout& layout, ThreadPool& pool) {
  std::vector<ChunkPtr> chunks(layout.chunks());
  pool.Run(layout.chunks(), [&](size_t c, size_t) {
    chunks[c] = EncodeReals(cells.subspan(static_cast<size_t>(layout.ChunkStart(c)),
                                          static_cast<size_t>(layout.ChunkRows(c))));
  });
  bool integral = true;
  for (const ChunkPtr& chunk : chunks) integral = integral && chunk->integral();
  return std::make_shared<Column>(integral ? ColumnType::kInteger : ColumnType::kReal,
                                  std::move(chunks));
}

// A cell as the name of a column. Times have milliseconds always, as in H2O.
std::string NameOf(const CellReader& reader, size_t i, ColumnType type) {
  std::string name;
  reader.Append(i, name);
  if (type == ColumnType::kTime && name.find('.') == std::string::npos) {
    name.insert(name.size() - 1, ".000");
  }
  return name;
}

void CheckIndexType(const Frame& frame, size_t column, const std::string& what) {
  const ColumnType type = frame.column(column).type();
  if (type == ColumnType::kInteger || type == ColumnType::kCategorical ||
      type == ColumnType::kTime) {
    return;
  }
  throw UserError("pivot: '" + what + "' argument is not type enum, time or int: column '" +
                  Printable(frame.name(column)) + "' is of type " +
                  std::string(ColumnTypeName(type)));
}

void CheckPivotTypes(const Frame& frame, size_t index, size_t column, size_t value) {
  CheckIndexType(frame, index, "index");
  CheckIndexType(frame, column, "column");
  if (!IsNumeric(frame.column(value).type())) {
    throw UserError("pivot: the value column '" + Printable(frame.name(value)) +
                    "' holds no numbers");
  }
}

}  // namespace

void RequireMeltMemory(int64_t rows, size_t columns) {
  // Numbers of both forms; vectors that grow hold up to twice as much.
  constexpr double kCellBytes = sizeof(double) + 2 * (sizeof(uint32_t) + sizeof(int64_t) + 8);
  RequireMemory(
      static_cast<double>(rows) * static_cast<double>(columns) * kCellBytes,
      "melt of " + std::to_string(rows) + " rows and " + std::to_string(columns) + " columns");
}

Frame Melt(const Frame& frame, const MeltOptions& options, ThreadPool& pool) {
  std::vector<std::string> levels;
  for (const size_t column : options.values) {
    const ColumnType type = frame.column(column).type();
    if (type != ColumnType::kInteger && type != ColumnType::kReal) {
      throw UserError(
          "You can only use `melt` with numerical columns. Categorical (and other) columns are not "
          "supported: '" +
          Printable(frame.name(column)) + "' is of type " + std::string(ColumnTypeName(type)));
    }
    levels.push_back(frame.name(column));
  }
  if (levels.empty()) throw UserError("melt needs at least one value column");
  const size_t variables = levels.size();
  RequireMeltMemory(frame.rows(), variables);
  const auto cells = NumbersOf(frame, options.values, pool);
  internal::CheckRowCount(frame.rows() * static_cast<int64_t>(variables));
  std::vector<uint32_t> rows;
  std::vector<int64_t> codes;
  std::vector<double> values;
  for (size_t r = 0; r < static_cast<size_t>(frame.rows()); ++r) {
    if (r % 65'536 == 0) CancelScope::ThrowIfCancelled();
    for (size_t v = 0; v < variables; ++v) {
      if (options.skip_missing && std::isnan(cells[v][r])) continue;
      rows.push_back(static_cast<uint32_t>(r));
      codes.push_back(static_cast<int64_t>(v));
      values.push_back(cells[v][r]);
    }
  }
  const LayoutPtr layout = ResultLayout(static_cast<int64_t>(rows.size()));
  std::vector<ColumnPtr> columns = GatherColumns(frame, options.ids, rows, *layout, pool);
  std::vector<ChunkPtr> chunks(layout->chunks());
  pool.Run(layout->chunks(), [&](size_t c, size_t) {
    chunks[c] = EncodeIntegers(std::span<const int64_t>(codes).subspan(
        static_cast<size_t>(layout->ChunkStart(c)), static_cast<size_t>(layout->ChunkRows(c))));
  });
  columns.push_back(std::make_shared<Column>(ColumnType::kCategorical, std::move(chunks),
                                             std::make_shared<Domain>(std::move(levels))));
  columns.push_back(NumberColumn(values, *layout, pool));
  std::vector<std::string> names;
  for (const size_t id : options.ids) names.push_back(frame.name(id));
  names.push_back(options.variable_name);
  names.push_back(options.value_name);
  return Frame(layout, std::move(names), std::move(columns));
}

std::vector<uint8_t> RowsForPivot(const Frame& part, size_t index, size_t column, size_t value,
                                  ThreadPool& pool) {
  CheckPivotTypes(part, index, column, value);
  std::vector<size_t> keys = {index};
  if (column != index) keys.push_back(column);
  const KeyNumbers pairs = NumberKeys(part, keys, pool);
  std::vector<double> values(static_cast<size_t>(part.rows()));
  ReadCells(part, value, 0, std::span<double>(values));
  std::vector<uint8_t> keep(values.size());
  std::vector<uint8_t> seen(pairs.count);  // 1: without a value, 2: with one
  for (size_t r = 0; r < values.size(); ++r) {
    uint8_t& pair = seen[pairs.numbers[r]];
    const uint8_t now = std::isnan(values[r]) ? 1 : 2;
    if (now <= pair) continue;
    pair = now;
    keep[r] = 1;
  }
  return keep;
}

Frame Pivot(const Frame& frame, size_t index, size_t column, size_t value, ThreadPool& pool) {
  CheckPivotTypes(frame, index, column, value);
  for (size_t c = 0; c < frame.layout().chunks(); ++c) {
    if (frame.column(index).chunk(c).missing() == 0) continue;
    throw UserError("pivot: Index column '" + Printable(frame.name(index)) + "' has > 0 NAs");
  }
  const size_t index_key[] = {index};
  const size_t column_key[] = {column};
  const KeyNumbers rows = NumberKeys(frame, index_key, pool);
  const KeyNumbers places = NumberKeys(frame, column_key, pool);
  const Frame row_keys = GroupBy(frame, index_key, {}, pool);
  const Frame column_keys = GroupBy(frame, column_key, {}, pool);
  CellReader reader(column_keys, 0);
  reader.Read(0, column_keys.rows());
  // A missing column value comes first.
  const size_t skipped = places.count > 0 && reader.Missing(0) ? 1 : 0;
  const size_t width = places.count - skipped;
  if (width < 2) {
    throw UserError("pivot: Column: '" + Printable(frame.name(column)) +
                    "' is constant. Perhaps use transpose?");
  }
  const double bytes = static_cast<double>(width) * static_cast<double>(rows.count) * 8;
  if (const auto available = AvailableMemory();
      available && bytes > static_cast<double>(*available)) {
    throw MemoryError("pivot: " + std::to_string(rows.count) + " rows and " +
                      std::to_string(width) + " columns take " + HumanBytes(bytes) +
                      ", which is more than there is");
  }
  std::vector<std::vector<double>> cells(width, std::vector<double>(rows.count, kMissingReal));
  std::vector<double> values(static_cast<size_t>(frame.rows()));
  ReadCells(frame, value, 0, std::span<double>(values));
  for (size_t r = 0; r < values.size(); ++r) {
    if (places.numbers[r] < skipped) continue;
    double& cell = cells[places.numbers[r] - skipped][rows.numbers[r]];
    if (std::isnan(cell)) cell = values[r];
  }
  std::vector<std::string> names = {frame.name(index)};
  std::vector<ColumnPtr> columns = {row_keys.column_ptr(0)};
  for (size_t i = 0; i < width; ++i) {
    const std::string name = NameOf(reader, i + skipped, column_keys.column(0).type());
    names.push_back(name == frame.name(index) ? name + ".1" : name);
    columns.push_back(NumberColumn(cells[i], row_keys.layout(), pool));
  }
  return Frame(row_keys.layout_ptr(), std::move(names), std::move(columns));
}

}  // namespace thalweg
