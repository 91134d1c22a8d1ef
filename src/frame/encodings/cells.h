// What the encodings take: the cells of a chunk to be, and their measures.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

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

  uint32_t rows() const {
    switch (kind) {
      case CellKind::kScaled:
        return static_cast<uint32_t>(mantissas.size());
      case CellKind::kReal:
        return static_cast<uint32_t>(reals.size());
      case CellKind::kString:
        return static_cast<uint32_t>(strings.size());
      case CellKind::kUuid:
        return static_cast<uint32_t>(uuids.size());
    }
    return 0;
  }
};

// Measured once, by the analysis, for all encodings.
struct CellStats {
  uint32_t rows = 0;
  uint32_t missing = 0;
  // Scaled cells: least and largest mantissa (0 where all are missing).
  int64_t min = 0;
  int64_t max = 0;
  // Every cell is an integer that fits an int64, or missing.
  bool integral = false;
  // Real cells: each is also a float.
  bool floats = false;
  // All cells are the same, bit by bit.
  bool constant = false;
};

}  // namespace thalweg::internal
