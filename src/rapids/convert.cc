// Changes of a column's type.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "frame/cell_text.h"
#include "rapids/chunks.h"
#include "rapids/distinct.h"
#include "rapids/map_columns.h"
#include "rapids/number_text.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

ColumnPtr NumbersToFactor(const Layout& layout, const Column& column, Evaluator& evaluator) {
  const std::vector<double> numbers = DistinctNumbers(layout, column, evaluator);
  std::vector<std::string> levels;
  levels.reserve(numbers.size());
  for (const double number : numbers) {
    levels.push_back(column.type() == ColumnType::kInteger ? ShortNumberText(number)
                                                           : JavaNumberText(number));
  }
  auto domain = std::make_shared<const Domain>(std::move(levels));
  return MakeIntegers(layout, evaluator, ColumnType::kCategorical, std::move(domain),
                      [&](size_t chunk, std::span<int64_t> out) {
                        const auto cells = ChunkCells<double>(column, chunk);
                        for (size_t i = 0; i < out.size(); ++i) {
                          out[i] =
                              std::isnan(cells[i])
                                  ? kMissingInt
                                  : std::lower_bound(numbers.begin(), numbers.end(), cells[i]) -
                                        numbers.begin();
                        }
                      });
}

ColumnPtr TextsToFactor(const Layout& layout, const Column& column, Evaluator& evaluator) {
  auto domain = std::make_shared<const Domain>(DistinctTexts(layout, column, evaluator));
  std::unordered_map<std::string_view, int64_t> codes;
  for (const std::string& level : domain->levels()) {
    codes.emplace(level, static_cast<int64_t>(codes.size()));
  }
  return MakeIntegers(layout, evaluator, ColumnType::kCategorical, domain,
                      [&](size_t chunk, std::span<int64_t> out) {
                        const auto cells = ChunkCells<std::string_view>(column, chunk);
                        for (size_t i = 0; i < out.size(); ++i) {
                          out[i] = cells[i].data() == nullptr ? kMissingInt : codes.at(cells[i]);
                        }
                      });
}

// Levels that are all numbers give these; else the codes.
ColumnPtr FactorToNumbers(const Layout& layout, const Column& column, Evaluator& evaluator) {
  std::vector<double> numbers;
  bool all = column.domain()->size() > 0;
  for (const std::string& level : column.domain()->levels()) {
    const auto number = ParseReal(Trim(level));
    all = all && number.has_value();
    if (!all) break;
    numbers.push_back(*number);
  }
  return MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    column.chunk(chunk).Decode(0, out);
    if (!all) return;
    for (double& cell : out) {
      if (!std::isnan(cell)) cell = numbers[static_cast<size_t>(cell)];
    }
  });
}

ColumnPtr TextsToNumbers(const Layout& layout, const Column& column, Evaluator& evaluator) {
  return MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    const auto cells = ChunkCells<std::string_view>(column, chunk);
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = cells[i].data() == nullptr ? kMissingReal
                                          : ParseReal(Trim(cells[i])).value_or(kMissingReal);
    }
  });
}

}  // namespace

Value AsFactor(const Arguments& arguments, Evaluator& evaluator) {
  return MapColumns(arguments, evaluator, [&](const Layout& layout, const ColumnPtr& column) {
    switch (column->type()) {
      case ColumnType::kCategorical:
        return column;
      case ColumnType::kReal:
      case ColumnType::kInteger:
        return NumbersToFactor(layout, *column, evaluator);
      case ColumnType::kString:
        return TextsToFactor(layout, *column, evaluator);
      default:
        break;
    }
    arguments.Fail(0, "has a column of type " + std::string(ColumnTypeName(column->type())) +
                          "; make it a string first (as.character)");
  });
}

Value AsNumeric(const Arguments& arguments, Evaluator& evaluator) {
  return MapColumns(arguments, evaluator, [&](const Layout& layout, const ColumnPtr& column) {
    switch (column->type()) {
      case ColumnType::kCategorical:
        return FactorToNumbers(layout, *column, evaluator);
      case ColumnType::kTime: {
        std::vector<ChunkPtr> chunks;
        for (size_t c = 0; c < column->chunks(); ++c) chunks.push_back(column->chunk_ptr(c));
        return ColumnPtr(std::make_shared<const Column>(ColumnType::kInteger, std::move(chunks)));
      }
      case ColumnType::kString:
        return TextsToNumbers(layout, *column, evaluator);
      case ColumnType::kUuid:
        arguments.Fail(0, "has a column of UUIDs, which are no numbers");
      default:
        return column;
    }
  });
}

Value AsCharacter(const Arguments& arguments, Evaluator& evaluator) {
  return MapColumns(arguments, evaluator, [&](const Layout& layout, const ColumnPtr& column) {
    switch (column->type()) {
      case ColumnType::kString:
        return column;
      case ColumnType::kReal:
        return MakeStrings(layout, evaluator, [&](size_t chunk, StringCells& out) {
          for (const double cell : ChunkCells<double>(*column, chunk)) {
            std::isnan(cell) ? out.AddMissing() : out.Add(ShortNumberText(cell));
          }
        });
      case ColumnType::kUuid: {
        const Frame frame(std::make_shared<const Layout>(layout), {"uuid"}, {column});
        return MakeStrings(layout, evaluator, [&](size_t chunk, StringCells& out) {
          CellReader reader(frame, 0);
          reader.Read(layout.ChunkStart(chunk), layout.ChunkStart(chunk + 1));
          for (size_t i = 0; i < static_cast<size_t>(layout.ChunkRows(chunk)); ++i) {
            std::string text;
            if (!reader.Missing(i)) reader.Append(i, text);
            reader.Missing(i) ? out.AddMissing() : out.Add(text);
          }
        });
      }
      default:
        return MakeStrings(layout, evaluator, [&](size_t chunk, StringCells& out) {
          for (const int64_t cell : ChunkCells<int64_t>(*column, chunk)) {
            if (cell == kMissingInt) {
              out.AddMissing();
            } else if (column->domain()) {
              out.Add(column->domain()->levels()[static_cast<size_t>(cell)]);
            } else {
              out.Add(std::to_string(cell));
            }
          }
        });
    }
  });
}

}  // namespace thalweg::internal
