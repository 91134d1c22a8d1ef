// Random frames with a column of every type, and their comparison, for tests.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "frame/chunk_builder.h"
#include "frame/frame.h"

namespace thalweg {

struct RandomFrameOptions {
  double missing = 0.1;
  bool awkward_texts = true;  // separators, quotes, line breaks, empty texts
};

inline std::string RandomText(Random& random, bool awkward) {
  static constexpr std::string_view kPieces[] = {"a",    "bc", "é",  " ",    ",", "\"", "\n",
                                                 "\r\n", "#",  "NA", "日本", "'", ";",  "\t"};
  std::string text;
  const uint64_t pieces = awkward ? random.Below(6) : 1 + random.Below(3);
  for (uint64_t i = 0; i < pieces; ++i) text += kPieces[random.Below(awkward ? 14 : 3)];
  return text;
}

inline double RandomReal(Random& random) {
  switch (random.Below(5)) {
    case 0:
      return static_cast<double>(random.Below(2000)) / 100 - 10;
    case 1:
      return random.Normal() * 1e-30;
    case 2:
      return std::bit_cast<double>((random.Next() & ~(uint64_t{1} << 62)));
    case 3:
      return random.Bernoulli(0.5) ? -0.0 : 1e300;
    default:
      return random.Uniform();
  }
}

inline Frame RandomFrame(uint64_t seed, int64_t rows, const RandomFrameOptions& options = {}) {
  Random random(seed);
  std::vector<int64_t> starts = {0};
  while (starts.back() < rows) {
    starts.push_back(std::min<int64_t>(rows, starts.back() + 1 + random.Below(rows)));
  }
  const auto layout = std::make_shared<Layout>(starts);
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  const auto add = [&](std::string name, ColumnType type, const DomainPtr& domain, auto encode) {
    std::vector<ChunkPtr> chunks;
    for (size_t i = 0; i < layout->chunks(); ++i) {
      // Some chunks are all missing.
      const double missing = random.Bernoulli(0.1) ? 1 : options.missing;
      chunks.push_back(encode(static_cast<size_t>(layout->ChunkRows(i)), missing));
    }
    names.push_back(std::move(name));
    columns.push_back(std::make_shared<Column>(type, std::move(chunks), domain));
  };
  const auto integers = [&](uint64_t bound, int64_t bias) {
    return [&random, bound, bias](size_t n, double missing) {
      std::vector<int64_t> cells(n);
      for (int64_t& cell : cells) {
        cell = random.Bernoulli(missing) ? kMissingInt
                                         : static_cast<int64_t>(random.Below(bound)) + bias;
      }
      return EncodeIntegers(cells);
    };
  };
  add("small int", ColumnType::kInteger, nullptr, integers(100, -50));
  add("big, int", ColumnType::kInteger, nullptr, integers(uint64_t{1} << 62, 1));
  add("real", ColumnType::kReal, nullptr, [&](size_t n, double missing) {
    std::vector<double> cells(n);
    for (double& cell : cells) cell = random.Bernoulli(missing) ? kMissingReal : RandomReal(random);
    return EncodeReals(cells);
  });
  // Not sorted, with levels that look like missing cells, and with one that does not occur.
  const auto domain = std::make_shared<Domain>(
      std::vector<std::string>{"yes", "no", "a \"quoted\", one", "Ж", "NA", "", " ", "?", "never"});
  add("enum", ColumnType::kCategorical, domain, integers(8, 0));
  // Years 1920 to 2020.
  add("time", ColumnType::kTime, nullptr, integers(3'155'760'000'000, -1'577'880'000'000));
  std::vector<std::string> keep;
  add("string", ColumnType::kString, nullptr, [&](size_t n, double missing) {
    keep.clear();
    keep.reserve(n);
    std::vector<std::string_view> cells(n);
    for (std::string_view& cell : cells) {
      keep.push_back(RandomText(random, options.awkward_texts));
      if (!random.Bernoulli(missing)) cell = keep.back();
    }
    return EncodeStrings(cells);
  });
  add("uuid", ColumnType::kUuid, nullptr, [&](size_t n, double missing) {
    std::vector<Uuid> cells(n);
    for (Uuid& cell : cells) {
      cell = random.Bernoulli(missing) ? kMissingUuid : Uuid{random.Next(), random.Next()};
    }
    return EncodeUuids(cells);
  });
  return Frame(layout, names, columns);
}

template <class Cell>
std::vector<Cell> CellsOf(const Frame& frame, size_t column) {
  std::vector<Cell> cells(static_cast<size_t>(frame.rows()));
  ReadCells(frame, column, 0, std::span<Cell>(cells));
  return cells;
}

// The same names, types, levels and cells, bit by bit; chunks may differ.
inline void ExpectSameFrame(const Frame& a, const Frame& b) {
  ASSERT_EQ(a.names(), b.names());
  ASSERT_EQ(a.rows(), b.rows());
  for (size_t i = 0; i < a.columns(); ++i) {
    SCOPED_TRACE(a.name(i));
    ASSERT_EQ(ColumnTypeName(a.column(i).type()), ColumnTypeName(b.column(i).type()));
    switch (a.column(i).type()) {
      case ColumnType::kReal: {
        const auto left = CellsOf<double>(a, i);
        const auto right = CellsOf<double>(b, i);
        for (size_t r = 0; r < left.size(); ++r) {
          ASSERT_TRUE(std::bit_cast<uint64_t>(left[r]) == std::bit_cast<uint64_t>(right[r]) ||
                      (std::isnan(left[r]) && std::isnan(right[r])))
              << r << ": " << left[r] << " " << right[r];
        }
        break;
      }
      case ColumnType::kString: {
        const auto left = CellsOf<std::string_view>(a, i);
        const auto right = CellsOf<std::string_view>(b, i);
        for (size_t r = 0; r < left.size(); ++r) {
          ASSERT_EQ(left[r], right[r]) << r;
          ASSERT_EQ(left[r].data() == nullptr, right[r].data() == nullptr) << r;
        }
        break;
      }
      case ColumnType::kUuid:
        ASSERT_EQ(CellsOf<Uuid>(a, i), CellsOf<Uuid>(b, i));
        break;
      case ColumnType::kCategorical:
        ASSERT_EQ(a.column(i).domain()->levels(), b.column(i).domain()->levels());
        [[fallthrough]];
      case ColumnType::kInteger:
      case ColumnType::kTime:
        ASSERT_EQ(CellsOf<int64_t>(a, i), CellsOf<int64_t>(b, i));
        break;
    }
  }
}

}  // namespace thalweg
