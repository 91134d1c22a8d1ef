// Columns of a frame to the inputs of a net.
//
//   numeric      dense: (x - mean) / sd of the training rows, or x as it is where not standardized;
//                missing cells become the mean. Times count as numbers.
//   categorical  one-hot. Where training rows have missing cells, there is one more level for them
//                and for levels never seen in training; else such cells switch nothing on. Other
//                encodings: categorical_encoding.h. Where all columns together have more levels
//                than max_categorical_features, those of the largest columns are hashed.
//   sparse       numeric columns of which at most 10 % of the cells are not zero, in frames of at
//                least 256 numeric columns where at most 5 % of all cells are not zero; if asked
//                for, those of which at most half are not zero, in any frame. Zeros stay zero: such
//                columns are not centred, and are scaled only if needed, by the largest magnitude
//                where that is above 1. Missing cells become the mean.
//
// String and UUID columns, and (unless asked otherwise) columns with one single value, are left
// out; a warning names them.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "base/thread_pool.h"
#include "frame/frame.h"
#include "mapreduce/rollups.h"
#include "models/categorical_encoding.h"
#include "models/input_batch.h"

namespace thalweg {

struct FeatureOptions {
  bool standardize = true;
  bool use_all_factor_levels = true;  // else the first level has no input of its own
  bool ignore_const_cols = true;
  CategoricalEncoding categorical_encoding = CategoricalEncoding::kAuto;
  // One-hot inputs of all categorical columns together, at most.
  int64_t max_categorical_features = std::numeric_limits<int32_t>::max();
  bool sparse = false;  // as many sparse columns as possible
  // What the rows come out as (a class code, or a number), NaN where missing; SortByResponse only.
  std::span<const double> responses = {};
  // Dense columns of which at most half of the cells are not zero are scaled, but not centred: an
  // input that is zero costs nothing where weights are updated row by row.
  bool keep_zeros = false;
  // Standardized dense columns get a range of width 1 instead of standard
  // deviation 1.
  bool by_range = false;
  // Of the rows of the frame (see mapreduce/weighted_rollups.h); empty: all 1.
  std::span<const double> weights = {};
};

// What an encoder learns from: of each predictor, in their order.
struct FeatureStatistics {
  std::vector<Rollups> rollups;
  // Of categorical columns where the encoding asks for them, else empty.
  std::vector<LevelStatistics> levels;
};
FeatureStatistics MeasureFeatures(const Frame& frame, std::span<const size_t> predictors,
                                  const FeatureOptions& options, ThreadPool& pool);
// Whether levels are to be counted for it.
bool CountsLevels(CategoricalEncoding encoding);

struct FeatureColumn {
  std::string name;
  bool categorical = false;
  // In the training frame. Models of files that do not state it have none for numeric columns.
  std::optional<ColumnType> type;
  // The first input unit: of the levels, or the only one.
  uint32_t unit = 0;

  // Categorical. The unit of level i is unit + i - first_level; levels below first_level have none.
  std::vector<std::string> levels;
  uint32_t first_level = 0;
  bool other_level = false;    // one unit for all other levels; follows those of the levels
  uint32_t buckets = 0;        // levels are hashed into so many units; `levels` is empty then
  bool missing_level = false;  // its unit is the last one
  // Dense numbers instead of one-hot units: levels + 1 rows (the last one for missing cells) of
  // `width`.
  size_t width = 0;
  std::vector<double> table;

  // Numeric: input = x * scale + shift; `imputed` where missing.
  double scale = 1;
  double shift = 0;
  double imputed = 0;
  bool sparse = false;
  // All training cells are integers from `base` to base + 255 (254 if some are missing).
  bool narrow = false;
  double base = 0;

  bool one_hot() const { return categorical && width == 0; }
  // Where one_hot: levels or buckets with a unit, and those for others and for missing cells.
  size_t level_units() const {
    const size_t known = buckets > 0 ? buckets : levels.size() - first_level;
    return known + (other_level ? 1 : 0) + (missing_level ? 1 : 0);
  }
  // Names of the column's inputs, in order: the column's, or column.level.
  std::vector<std::string> UnitNames() const;
};

// Immutable after Fit.
class FeatureEncoder {
 public:
  // Learns from the columns at `predictors` (positions in the frame). Appends to `warnings`.
  // UserError where nothing is left to learn from.
  static FeatureEncoder Fit(const Frame& frame, std::span<const size_t> predictors,
                            const FeatureOptions& options, ThreadPool& pool,
                            std::vector<std::string>& warnings);
  // The same where the statistics are known; of the frame only names, types and levels are read.
  static FeatureEncoder Fit(const Frame& frame, std::span<const size_t> predictors,
                            const FeatureStatistics& statistics, const FeatureOptions& options,
                            std::vector<std::string>& warnings);
  // What ToJson wrote. UserError (with `source`) where it is something else.
  static FeatureEncoder FromJson(const Json& value, const std::string& source);
  Json ToJson() const;

  const InputShape& shape() const { return shape_; }
  // Dense units begin with the narrow columns.
  size_t narrow_units() const { return narrow_units_; }
  // In the order of units within each kind: categorical, narrow, other dense, sparse.
  const std::vector<FeatureColumn>& columns() const { return columns_; }

 private:
  void NumberUnits();

  InputShape shape_;
  size_t narrow_units_ = 0;
  std::vector<FeatureColumn> columns_;
};

// The encoder's columns in one frame, found by name. UserError where one is missing, or is of
// another kind than in training.
struct FeatureBinding {
  FeatureBinding(const FeatureEncoder& encoder, const Frame& frame);

  const FeatureEncoder* encoder;
  const Frame* frame;
  std::vector<size_t> positions;  // per column of the encoder
  // Per column, for categorical ones: the unit of each code of the frame's domain, or -1 (the row
  // of the table, where the column has one); the last element is that of missing cells.
  std::vector<std::vector<int32_t>> units;
};

}  // namespace thalweg
