// What the encodings take: the cells of a chunk to be.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "frame/types.h"

namespace thalweg::internal {

enum class CellKind : uint8_t {
  kScaled,  // mantissas / 10^scale
  kReal,
  kString,
  kUuid,
};

// Only the span of the kind is used.
struct Cells {
  CellKind kind = CellKind::kScaled;
  int scale = 0;
  std::span<const int64_t> mantissas = {};
  std::span<const double> reals = {};
  std::span<const std::string_view> strings = {};
  std::span<const Uuid> uuids = {};
};

// Numeric cells that are not zero: their rows, ascending, and mantissas or reals, as the kind says.
struct SparseCells {
  std::span<const uint32_t> rows = {};
  std::span<const int64_t> mantissas = {};
  std::span<const double> reals = {};
};

// How the gaps between entries are written (sparse_layout.h), chosen to take the fewest bits.
struct GapCodes {
  int width = 1;
  uint64_t count = 0;
};

// The distinct strings of a chunk, in the order of their first rows, and the level of each cell
// (levels.size() where missing).
struct StringLevels {
  std::vector<std::string_view> levels;
  std::vector<uint32_t> codes;
  uint64_t text_bytes = 0;  // of all levels
};

// Measured once for all encodings.
struct CellStats {
  uint32_t rows = 0;
  uint32_t missing = 0;
  // Numeric cells: those that are not 0 (missing ones and -0.0 count), and those that differ from
  // the one before them (at most so many where the cells were given as sparse ones).
  uint32_t nonzeros = 0;
  uint32_t changes = 0;
  // Scaled cells: least and largest mantissa (0 where all are missing).
  int64_t min = 0;
  int64_t max = 0;
  // Every cell is an integer that fits an int64, or missing.
  bool integral = false;
  // Real cells.
  bool floats = false;  // each is also a float
  bool negative_zero = false;
  // Bytes of all strings.
  uint64_t text_bytes = 0;

  // All cells are the same, bit by bit.
  bool constant() const { return changes == 0 && (missing == 0 || missing == rows); }
};

}  // namespace thalweg::internal
