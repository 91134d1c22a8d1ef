#include "ingest/convert_column.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "frame/cell_text.h"
#include "frame/chunk_builder.h"
#include "frame/frame.h"

namespace thalweg::internal {
namespace {

bool Missing(int64_t cell) { return cell == kMissingInt; }
bool Missing(double cell) { return std::isnan(cell); }
bool Missing(std::string_view cell) { return cell.data() == nullptr; }

std::string LevelText(int64_t cell) { return fmt::format("{}", cell); }
std::string LevelText(double cell) { return fmt::format("{}", cell); }
std::string LevelText(std::string_view cell) { return std::string(cell); }

// The distinct cells become the levels, in order.
template <class Cell>
ColumnPtr ToCategorical(const Column& column, const ConversionContext& context, ThreadPool& pool) {
  std::vector<std::vector<Cell>> distinct(column.chunks());
  pool.Run(column.chunks(), [&](size_t i, size_t) {
    std::vector<Cell>& cells = distinct[i];
    cells.resize(column.chunk(i).rows());
    column.chunk(i).Decode(0, std::span<Cell>(cells));
    std::erase_if(cells, [](const Cell& cell) { return Missing(cell); });
    if constexpr (std::is_same_v<Cell, double>) {
      for (double& cell : cells) cell += 0.0;  // -0.0 and 0.0 are one level
    }
    std::sort(cells.begin(), cells.end());
    cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
    cells.shrink_to_fit();
  });
  std::vector<Cell> all;
  for (std::vector<Cell>& cells : distinct) {
    std::vector<Cell> merged;
    std::set_union(all.begin(), all.end(), cells.begin(), cells.end(), std::back_inserter(merged));
    all = std::move(merged);
    cells = {};
    if (static_cast<int64_t>(all.size()) > context.max_levels) {
      throw UserError(
          fmt::format("column {} has more than {} different values (max_levels), too "
                      "many for type enum",
                      context.column.name, WithThousands(context.max_levels)));
    }
  }
  std::vector<std::string> levels(all.size());
  std::transform(all.begin(), all.end(), levels.begin(),
                 [](const Cell& cell) { return LevelText(cell); });
  std::vector<ChunkPtr> chunks(column.chunks());
  pool.Run(column.chunks(), [&](size_t i, size_t) {
    std::vector<Cell> cells(column.chunk(i).rows());
    column.chunk(i).Decode(0, std::span<Cell>(cells));
    std::vector<int64_t> codes(cells.size(), kMissingInt);
    for (size_t row = 0; row < cells.size(); ++row) {
      if (Missing(cells[row])) continue;
      codes[row] = std::lower_bound(all.begin(), all.end(), cells[row]) - all.begin();
    }
    chunks[i] = EncodeIntegers(codes);
  });
  return std::make_shared<Column>(ColumnType::kCategorical, std::move(chunks),
                                  std::make_shared<Domain>(std::move(levels)));
}

// A frame of this one column, for the functions that take frames.
Frame Alone(const ColumnPtr& column) {
  std::vector<int64_t> starts = {0};
  for (size_t i = 0; i < column->chunks(); ++i) {
    starts.push_back(starts.back() + column->chunk(i).rows());
  }
  return Frame(std::make_shared<Layout>(std::move(starts)), {"x"}, {column});
}

ColumnPtr ToStrings(const ColumnPtr& column, ThreadPool& pool) {
  const Frame frame = Alone(column);
  std::vector<ChunkPtr> chunks(column->chunks());
  pool.Run(chunks.size(), [&](size_t i, size_t) {
    const int64_t begin = frame.layout().ChunkStart(i);
    const std::vector<std::string> texts =
        CellTexts(frame, 0, begin, begin + frame.layout().ChunkRows(i));
    std::vector<std::string_view> cells(texts.begin(), texts.end());
    for (std::string_view& cell : cells) {
      // CellTexts shows missing cells as empty; no cell that is there has an empty text, but a
      // level may.
      if (cell.empty()) cell = {};
    }
    if (column->type() == ColumnType::kCategorical) {
      std::vector<int64_t> codes(cells.size());
      column->chunk(i).Decode(0, std::span<int64_t>(codes));
      for (size_t row = 0; row < cells.size(); ++row) {
        if (codes[row] != kMissingInt && cells[row].empty()) cells[row] = std::string_view("");
      }
    }
    chunks[i] = EncodeStrings(cells);
  });
  return std::make_shared<Column>(ColumnType::kString, std::move(chunks));
}

// The text of each cell of a chunk of a string or categorical column.
std::vector<std::string_view> Texts(const Column& column, size_t chunk) {
  std::vector<std::string_view> cells(column.chunk(chunk).rows());
  if (column.type() == ColumnType::kString) {
    column.chunk(chunk).Decode(0, std::span<std::string_view>(cells));
    return cells;
  }
  std::vector<int64_t> codes(cells.size());
  column.chunk(chunk).Decode(0, std::span<int64_t>(codes));
  for (size_t row = 0; row < cells.size(); ++row) {
    if (codes[row] != kMissingInt) {
      cells[row] = column.domain()->levels()[static_cast<size_t>(codes[row])];
    }
  }
  return cells;
}

ColumnPtr TextToNumbers(const Column& column, ColumnType type, ConversionContext& context) {
  const bool integers = type == ColumnType::kInteger;
  std::vector<ChunkPtr> chunks;
  int64_t first_row = 0;
  for (size_t i = 0; i < column.chunks(); ++i) {
    const std::vector<std::string_view> texts = Texts(column, i);
    std::vector<double> reals(integers ? 0 : texts.size(), kMissingReal);
    std::vector<int64_t> whole(integers ? texts.size() : 0, kMissingInt);
    for (size_t row = 0; row < texts.size(); ++row) {
      if (Missing(texts[row])) continue;
      const std::string_view text = Trim(texts[row]);
      bool fits = false;
      if (integers) {
        const std::optional<int64_t> value = ParseInt(text);
        fits = value && *value != kMissingInt;
        if (fits) whole[row] = *value;
      } else {
        const std::optional<double> value = ParseReal(text);
        fits = value.has_value();
        if (fits) reals[row] = *value;
      }
      if (fits) continue;
      ++context.column.rejected;
      ++context.column.missing;
      if (context.rejected.size() < kMostRejectedCells) {
        context.rejected.push_back({.file = context.file,
                                    .row = first_row + static_cast<int64_t>(row) + 1,
                                    .column = context.column.name,
                                    .text = std::string(texts[row]),
                                    .reason = integers ? "not an integer" : "not a number"});
      }
    }
    first_row += static_cast<int64_t>(texts.size());
    chunks.push_back(integers ? EncodeIntegers(whole) : EncodeReals(reals));
  }
  return std::make_shared<Column>(type, std::move(chunks));
}

// The same chunks under another type; integers need chunks of integers.
ColumnPtr Retype(const Column& column, ColumnType type, const ConversionContext& context) {
  std::vector<ChunkPtr> chunks;
  for (size_t i = 0; i < column.chunks(); ++i) {
    if (type != ColumnType::kReal && !column.chunk(i).integral()) {
      std::vector<double> cells(column.chunk(i).rows());
      column.chunk(i).Decode(0, std::span<double>(cells));
      const auto odd = std::find_if(cells.begin(), cells.end(), [](double cell) {
        return !std::isnan(cell) && (cell != std::floor(cell) || std::abs(cell) >= 0x1p63);
      });
      if (odd != cells.end()) {
        throw UserError(
            fmt::format("column {} holds {}, which is no integer: it cannot be of type {}",
                        context.column.name, *odd, ColumnTypeName(type)));
      }
      // Integers that are stored as floating point, such as -0.0 or 1e18.
      std::vector<int64_t> integers(cells.size(), kMissingInt);
      for (size_t row = 0; row < cells.size(); ++row) {
        if (!std::isnan(cells[row])) integers[row] = static_cast<int64_t>(cells[row]);
      }
      chunks.push_back(EncodeIntegers(integers));
      continue;
    }
    chunks.push_back(column.chunk_ptr(i));
  }
  return std::make_shared<Column>(type, std::move(chunks));
}

ColumnPtr Convert(const ColumnPtr& column, ColumnType type, ConversionContext& context,
                  ThreadPool& pool) {
  const ColumnType from = column->type();
  const bool number = from == ColumnType::kReal || from == ColumnType::kInteger;
  const bool text = from == ColumnType::kString || from == ColumnType::kCategorical;
  const bool to_number = type == ColumnType::kReal || type == ColumnType::kInteger;
  if (type == ColumnType::kString) return ToStrings(column, pool);
  if (type == ColumnType::kCategorical && from == ColumnType::kReal) {
    return ToCategorical<double>(*column, context, pool);
  }
  if (type == ColumnType::kCategorical && from == ColumnType::kInteger) {
    return ToCategorical<int64_t>(*column, context, pool);
  }
  if (type == ColumnType::kCategorical && from == ColumnType::kString) {
    return ToCategorical<std::string_view>(*column, context, pool);
  }
  if (text && to_number) return TextToNumbers(*column, type, context);
  if ((number || from == ColumnType::kTime) && (to_number || type == ColumnType::kTime)) {
    return Retype(*column, type, context);
  }
  throw UserError(fmt::format("column {} is of type {}, which is not converted to {}",
                              context.column.name, ColumnTypeName(from), ColumnTypeName(type)));
}

}  // namespace

ColumnPtr ConvertColumn(const ColumnPtr& column, ColumnType type, ConversionContext& context,
                        ThreadPool& pool) {
  const std::string_view from = ColumnTypeName(column->type());
  ColumnPtr converted = Convert(column, type, context, pool);
  context.column.type = type;
  context.column.why = fmt::format("asked for by column_types (the file says {})", from);
  return converted;
}

ColumnPtr ConvertToExpected(const ColumnPtr& column, ColumnType type, const std::string& source,
                            ConversionContext& context, std::string& obstacle, ThreadPool& pool) {
  const auto number = [](ColumnType t) {
    return t == ColumnType::kReal || t == ColumnType::kInteger || t == ColumnType::kTime;
  };
  if (column->type() == type || (number(column->type()) && number(type))) return column;
  ColumnReport report = context.column;
  std::vector<RejectedCell> rejected;
  ConversionContext trial = {.column = report,
                             .file = context.file,
                             .max_levels = context.max_levels,
                             .rejected = rejected};
  ColumnPtr converted;
  try {
    converted = Convert(column, type, trial, pool);
  } catch (const UserError& error) {
    obstacle = error.what();
    return nullptr;
  }
  if (!rejected.empty()) {
    obstacle = fmt::format("'{}' in row {} is {}", Printable(rejected[0].text, 40),
                           WithThousands(rejected[0].row), rejected[0].reason);
    return nullptr;
  }
  context.column.type = type;
  context.column.why =
      fmt::format("as in {} (the file says {})", source, ColumnTypeName(column->type()));
  return converted;
}

}  // namespace thalweg::internal
