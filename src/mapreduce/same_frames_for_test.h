// Whether two frames that every rank holds whole are the same, bit for bit.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <string_view>
#include <vector>

#include "mapreduce/random_table_for_test.h"

namespace thalweg {

inline bool SameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}
template <class Cell>
bool SameBits(const Cell& a, const Cell& b) {
  return a == b;
}
inline bool SameBits(std::string_view a, std::string_view b) {
  return a == b && (a.data() == nullptr) == (b.data() == nullptr);
}

template <class Cell>
void ExpectSameColumn(const Frame& got, const Frame& wanted, size_t column) {
  std::vector<Cell> a(static_cast<size_t>(got.rows()));
  std::vector<Cell> b(a.size());
  ReadCells(got, column, 0, std::span<Cell>(a));
  ReadCells(wanted, column, 0, std::span<Cell>(b));
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_TRUE(SameBits(a[i], b[i])) << got.name(column) << " row " << i;
  }
}

// Names, types, levels and cells.
inline void ExpectSameCells(const Frame& got, const Frame& wanted) {
  ASSERT_EQ(got.rows(), wanted.rows());
  ASSERT_EQ(got.names(), wanted.names());
  for (size_t c = 0; c < got.columns(); ++c) {
    const ColumnType type = got.column(c).type();
    ASSERT_EQ(type, wanted.column(c).type()) << got.name(c);
    if (type == ColumnType::kCategorical) {
      ASSERT_EQ(got.column(c).domain()->levels(), wanted.column(c).domain()->levels());
    }
    switch (type) {
      case ColumnType::kReal:
        ExpectSameColumn<double>(got, wanted, c);
        break;
      case ColumnType::kString:
        ExpectSameColumn<std::string_view>(got, wanted, c);
        break;
      case ColumnType::kUuid:
        ExpectSameColumn<Uuid>(got, wanted, c);
        break;
      default:
        ExpectSameColumn<int64_t>(got, wanted, c);
    }
  }
}

// Where chunks begin that have rows.
inline std::vector<int64_t> CutsWithRows(const Layout& layout) {
  std::vector<int64_t> cuts;
  for (size_t c = 0; c < layout.chunks(); ++c) {
    if (layout.ChunkRows(c) > 0) cuts.push_back(layout.ChunkStart(c));
  }
  return cuts;
}

// And cut into the same chunks, but for those without rows.
inline void ExpectSameFrames(const Frame& got, const Frame& wanted) {
  ExpectSameCells(got, wanted);
  EXPECT_EQ(CutsWithRows(got.layout()), CutsWithRows(wanted.layout()));
}

}  // namespace thalweg
