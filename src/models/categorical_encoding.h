// How the levels of one categorical column become inputs of a net. Names are H2O's.
//
//   OneHotInternal  one input per level, held as single entries (AUTO is this)
//   OneHotExplicit  one dense input per level and one for missing cells
//   Binary          the bits of the level's number counted from 1, most significant first;
//                   missing cells are 0
//   Eigen           one dense input: the level's part in the leading eigenvector of the covariance
//                   of the one-hot columns
//   LabelEncoder    one dense input: the level's number, from 0
//   SortByResponse  the same, with levels sorted by their mean response
//   EnumLimited     one-hot for the most frequent levels, one input for all others
//
// Dense inputs are standardized where numeric columns are. Missing cells of Eigen, LabelEncoder and
// SortByResponse become the mean. Levels never seen in training count as missing; with EnumLimited
// as one of the others.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/fields.h"
#include "frame/frame.h"

namespace thalweg {

enum class CategoricalEncoding {
  kAuto,
  kOneHotInternal,
  kOneHotExplicit,
  kBinary,
  kEigen,
  kLabelEncoder,
  kSortByResponse,
  kEnumLimited,
};
template <>
inline constexpr auto kEnumNames<CategoricalEncoding> =
    std::array{"AUTO",  "OneHotInternal", "OneHotExplicit", "Binary",
               "Eigen", "LabelEncoder",   "SortByResponse", "EnumLimited"};

// Levels that EnumLimited keeps.
inline constexpr size_t kLimitedLevels = 10;

// What is known of the levels of a column from training rows.
struct LevelStatistics {
  std::vector<int64_t> counts;  // per level
  int64_t missing = 0;
  std::vector<double> mean_response = {};  // per level, NaN where none; empty if not asked for
  std::vector<int64_t> responses = {};     // how many rows that is the mean of
};

// `responses`: per row of the frame, NaN where missing; may be empty.
LevelStatistics CountLevels(const Frame& frame, size_t column, std::span<const double> responses);

// Numbers that stand for a level: levels + 1 rows (the last one for missing cells) of `width`.
struct LevelTable {
  size_t width = 0;
  std::vector<double> values;
};
// For the encodings with dense inputs.
LevelTable MakeLevelTable(CategoricalEncoding encoding, const LevelStatistics& statistics,
                          bool standardize);

// Numbers of the levels that EnumLimited keeps, ascending.
std::vector<size_t> FrequentLevels(const LevelStatistics& statistics);

// The largest number of inputs that a column may have so that all columns together have at most
// `limit`: columns with fewer levels keep one input per level. At least 1.
size_t LevelCap(std::span<const size_t> level_counts, size_t limit);
// The bucket of a level in a column whose levels are hashed; the same on every machine.
size_t HashLevel(const std::string& level, size_t buckets);

}  // namespace thalweg
