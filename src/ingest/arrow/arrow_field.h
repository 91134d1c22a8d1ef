// What a field of an Arrow schema becomes as a column.
#pragma once

#include <arrow/c/abi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "frame/types.h"

namespace thalweg::internal {

// How cells lie in memory; the integer kinds by width.
enum class ArrowKind {
  kNull,
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kHalf,
  kFloat,
  kDouble,
  kDecimal,  // of `width` bytes
  kString,   // 32-bit offsets
  kLargeString,
  kStringView,
  kUuid,
};

struct ArrowField {
  std::string name;
  std::string type_text;              // for messages
  ArrowKind kind = ArrowKind::kNull;  // of the cells, or of the dictionary's codes
  ColumnType type = ColumnType::kReal;
  // Integers become times as cell * multiplier / divisor (rounded down).
  int64_t multiplier = 1;
  int64_t divisor = 1;
  int width = 0;  // decimals: bytes
  int scale = 0;  // decimals
  bool dictionary = false;
  ArrowKind dictionary_kind = ArrowKind::kString;  // a kind of string
  // The levels in order, where the file states them (it was written by this program).
  std::vector<std::string> levels;
};

// Metadata key under which the levels of a categorical column stand, as a JSON array of texts.
inline constexpr std::string_view kArrowLevelsKey = "thalweg.levels";

// UserError with file, column and type where columns cannot hold the type (lists, structs, maps).
ArrowField ParseArrowField(const ArrowSchema& schema, const std::string& file);

// Metadata of the C interface: pairs of key and value, with lengths in native byte order.
std::string EncodeArrowMetadata(
    const std::vector<std::pair<std::string_view, std::string_view>>& pairs);

}  // namespace thalweg::internal
