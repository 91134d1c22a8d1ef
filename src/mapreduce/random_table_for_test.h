// Random frames whose cells come from few values, so that keys repeat, and naive ways to look at
// their cells, for tests of sorting, grouping and joining.
#pragma once

#include <algorithm>
#include <cmath>
#include <compare>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "frame/chunk_builder.h"
#include "frame/frame.h"

namespace thalweg {

struct RandomTableOptions {
  double missing = 0.15;
  uint64_t values = 5;  // different ones per column
  size_t chunk_rows = 7;
};

// Columns int, big (62 bits), real (decimals, -0.0 among them), wild (any doubles), enum, time,
// string, uuid, empty (all missing), constant.
inline Frame RandomTable(uint64_t seed, size_t rows, const RandomTableOptions& options = {}) {
  Random random(seed);
  std::vector<int64_t> starts = {0};
  while (static_cast<size_t>(starts.back()) < rows) {
    starts.push_back(static_cast<int64_t>(
        std::min(rows, static_cast<size_t>(starts.back()) + options.chunk_rows)));
  }
  if (rows == 0) starts.push_back(0);
  const auto layout = std::make_shared<Layout>(starts);
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  const auto add = [&](const std::string& name, ColumnType type, auto missing_cell, auto cell,
                       auto encode, double missing, DomainPtr domain = nullptr) {
    using Cell = decltype(missing_cell);
    std::vector<ChunkPtr> chunks;
    for (size_t c = 0; c < layout->chunks(); ++c) {
      std::vector<Cell> cells(static_cast<size_t>(layout->ChunkRows(c)));
      for (Cell& value : cells) {
        value = random.Bernoulli(missing) ? missing_cell : static_cast<Cell>(cell());
      }
      chunks.push_back(encode(cells));
    }
    names.push_back(name);
    columns.push_back(std::make_shared<Column>(type, std::move(chunks), std::move(domain)));
  };
  const auto below = [&] { return static_cast<int64_t>(random.Below(options.values)); };
  const auto integers = [](const std::vector<int64_t>& cells) { return EncodeIntegers(cells); };
  const auto reals = [](const std::vector<double>& cells) { return EncodeReals(cells); };
  add(
      "int", ColumnType::kInteger, kMissingInt, [&] { return below() - 2; }, integers,
      options.missing);
  add(
      "big", ColumnType::kInteger, kMissingInt,
      // Wide apart, wrapping around where there are many.
      [&] {
        const auto cell = static_cast<uint64_t>(below() - 2) * (uint64_t{1} << 61) / 3;
        return static_cast<int64_t>(cell);
      },
      integers, options.missing);
  add(
      "real", ColumnType::kReal, kMissingReal,
      [&] {
        const double cell = static_cast<double>(below() - 2) / 4;
        return cell == 0 && random.Bernoulli(0.5) ? -0.0 : cell;
      },
      reals, options.missing);
  add(
      "wild", ColumnType::kReal, kMissingReal,
      [&] {
        return std::ldexp(static_cast<double>(below()) - 2.3, static_cast<int>(below()) * 50);
      },
      reals, options.missing);
  std::vector<std::string> levels;
  for (uint64_t i = 0; i < options.values; ++i) {
    levels.push_back(std::string(1, static_cast<char>('z' - i % 26)) + std::to_string(i));
  }
  add("enum", ColumnType::kCategorical, kMissingInt, below, integers, options.missing,
      std::make_shared<Domain>(levels));
  add(
      "time", ColumnType::kTime, kMissingInt, [&] { return below() * 86'400'000; }, integers,
      options.missing);
  static const std::vector<std::string>* const texts = [] {
    auto* all = new std::vector<std::string>();
    for (int i = 0; i < 100'000; ++i) {
      all->push_back(i == 0 ? "" : (i % 3 == 0 ? "a long common start " : "é") + std::to_string(i));
    }
    return all;
  }();
  add(
      "string", ColumnType::kString, std::string_view(),
      [&] { return std::string_view((*texts)[static_cast<size_t>(below()) % texts->size()]); },
      [](const std::vector<std::string_view>& cells) { return EncodeStrings(cells); },
      options.missing);
  add(
      "uuid", ColumnType::kUuid, kMissingUuid,
      [&] {
        return Uuid{random.Below(2), random.Below(options.values)};
      },
      [](const std::vector<Uuid>& cells) { return EncodeUuids(cells); }, options.missing);
  add(
      "empty", ColumnType::kInteger, kMissingInt, [] { return int64_t{0}; }, integers, 1);
  add(
      "constant", ColumnType::kReal, kMissingReal, [] { return 2.5; }, reals, 0);
  return Frame(layout, names, columns);
}

// One cell, comparable: missing first, then by value.
struct TestCell {
  bool present = false;
  double number = 0;  // 0.0 for -0.0
  int64_t integer = 0;
  std::string text = {};
  auto operator<=>(const TestCell&) const = default;
};

inline std::vector<TestCell> TestCells(const Frame& frame, size_t column) {
  const auto rows = static_cast<size_t>(frame.rows());
  std::vector<TestCell> cells(rows);
  switch (frame.column(column).type()) {
    case ColumnType::kReal: {
      std::vector<double> values(rows);
      ReadCells(frame, column, 0, std::span<double>(values));
      for (size_t i = 0; i < rows; ++i) {
        if (!std::isnan(values[i])) cells[i] = {.present = true, .number = values[i] + 0.0};
      }
      break;
    }
    case ColumnType::kString: {
      std::vector<std::string_view> values(rows);
      ReadCells(frame, column, 0, std::span<std::string_view>(values));
      for (size_t i = 0; i < rows; ++i) {
        if (values[i].data() != nullptr) {
          cells[i] = {.present = true, .text = std::string(values[i])};
        }
      }
      break;
    }
    case ColumnType::kUuid: {
      std::vector<Uuid> values(rows);
      ReadCells(frame, column, 0, std::span<Uuid>(values));
      for (size_t i = 0; i < rows; ++i) {
        if (values[i] != kMissingUuid) {
          cells[i] = {.present = true,
                      .number = static_cast<double>(values[i].high),
                      .integer = static_cast<int64_t>(values[i].low)};
        }
      }
      break;
    }
    default: {
      std::vector<int64_t> values(rows);
      ReadCells(frame, column, 0, std::span<int64_t>(values));
      for (size_t i = 0; i < rows; ++i) {
        if (values[i] != kMissingInt) cells[i] = {.present = true, .integer = values[i]};
      }
    }
  }
  return cells;
}

// cells[column][row] of a whole frame.
inline std::vector<std::vector<TestCell>> TestTable(const Frame& frame) {
  std::vector<std::vector<TestCell>> table;
  for (size_t c = 0; c < frame.columns(); ++c) table.push_back(TestCells(frame, c));
  return table;
}

}  // namespace thalweg
