// Column types and the values that stand for missing cells.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string_view>

namespace thalweg {

enum class ColumnType : uint8_t {
  kReal,         // double
  kInteger,      // int64
  kCategorical,  // code into a domain, 0 … levels-1
  kTime,         // int64 milliseconds since 1970-01-01T00:00Z
  kString,       // UTF-8 bytes
  kUuid,         // 128 bits
};

// "real", "int", "enum", "time", "string", "uuid": the names that H2O's clients use.
std::string_view ColumnTypeName(ColumnType type);

// Real, integer, categorical and time columns hold numbers.
constexpr bool IsNumeric(ColumnType type) { return type <= ColumnType::kTime; }

// Missing cells: in integer, categorical and time columns the smallest int64, in real columns NaN
// (every NaN that is put in reads back as this one), in string columns a view with a null data
// pointer, in UUID columns kMissingUuid (no UUID of RFC 9562 has version 0 with variant bits set).
inline constexpr int64_t kMissingInt = std::numeric_limits<int64_t>::min();
inline constexpr double kMissingReal = std::numeric_limits<double>::quiet_NaN();

struct Uuid {
  uint64_t high = 0;
  uint64_t low = 0;
  auto operator<=>(const Uuid&) const = default;
};
inline constexpr Uuid kMissingUuid = {uint64_t{1} << 63, uint64_t{1} << 63};

}  // namespace thalweg
