#include "models/feature_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "mapreduce/rollups.h"
#include "mapreduce/weighted_rollups.h"

namespace thalweg {
namespace {

constexpr size_t kSparseColumns = 256;
constexpr double kSparseFrame = 0.05;
constexpr double kSparseColumn = 0.10;
constexpr double kMostlyZero = 0.5;

double NonZeroShare(const Rollups& r) {
  return r.rows == 0 ? 0 : static_cast<double>(r.rows - r.zeros) / static_cast<double>(r.rows);
}

// "a, b, c" with at most 20 names.
std::string NameSome(const std::vector<std::string>& names) {
  constexpr size_t kMost = 20;
  if (names.size() <= kMost) return Join(names, ", ");
  const std::vector<std::string> first(names.begin(), names.begin() + kMost);
  return fmt::format("{} and {} more", Join(first, ", "), names.size() - kMost);
}

// Of a column that a model learned from.
ColumnType TypeNamed(std::string_view name) {
  for (const ColumnType type :
       {ColumnType::kReal, ColumnType::kInteger, ColumnType::kCategorical, ColumnType::kTime}) {
    if (ColumnTypeName(type) == name) return type;
  }
  throw std::out_of_range("type");
}

FeatureColumn Categorical(const Column& column, const Rollups& rollups,
                          const LevelStatistics& statistics, const FeatureOptions& options) {
  FeatureColumn feature;
  feature.categorical = true;
  feature.levels = column.domain()->levels();
  CategoricalEncoding encoding = options.categorical_encoding;
  if (encoding == CategoricalEncoding::kAuto) encoding = CategoricalEncoding::kOneHotInternal;
  if (encoding == CategoricalEncoding::kOneHotInternal) {
    feature.first_level = options.use_all_factor_levels ? 0 : 1;
    feature.missing_level = rollups.missing > 0;
    return feature;
  }
  if (encoding != CategoricalEncoding::kEnumLimited) {
    LevelTable table = MakeLevelTable(encoding, statistics, options.standardize);
    feature.width = table.width;
    feature.table = std::move(table.values);
    return feature;
  }
  std::vector<std::string> kept;
  for (size_t level : FrequentLevels(statistics)) kept.push_back(feature.levels[level]);
  feature.other_level = kept.size() < feature.levels.size();
  feature.levels = std::move(kept);
  feature.missing_level = rollups.missing > 0;
  return feature;
}

// Hashes the levels of the largest columns where all have more one-hot inputs than the limit.
void LimitUnits(int64_t limit, std::vector<FeatureColumn>& columns,
                std::vector<std::string>& warnings) {
  std::vector<size_t> counts;
  size_t total = 0;
  for (const FeatureColumn& c : columns) {
    if (!c.one_hot()) continue;
    counts.push_back(c.level_units());
    total += counts.back();
  }
  if (total <= static_cast<size_t>(limit)) return;
  if (counts.size() > static_cast<size_t>(limit)) {
    throw FieldErrors(std::vector<FieldError>{
        {"max_categorical_features",
         fmt::format("is {}, but there are {} categorical columns, and each needs an input", limit,
                     counts.size())}});
  }
  const size_t cap = LevelCap(counts, static_cast<size_t>(limit));
  std::vector<std::string> hashed;
  for (FeatureColumn& c : columns) {
    if (!c.one_hot() || c.level_units() <= cap) continue;
    hashed.push_back(c.name);
    // A missing cell keeps its own unit where there is room for one.
    c.missing_level = c.missing_level && cap > 1;
    c.buckets = static_cast<uint32_t>(cap - (c.missing_level ? 1 : 0));
    c.levels.clear();
    c.first_level = 0;
    c.other_level = false;
  }
  warnings.push_back(fmt::format(
      "{} one-hot inputs are more than max_categorical_features = {}: hashed the levels of {}",
      total, limit, NameSome(hashed)));
}

FeatureColumn Numeric(const Rollups& r, const FeatureOptions& options, bool sparse) {
  FeatureColumn feature;
  feature.sparse = sparse;
  const double mean = std::isnan(r.mean) ? 0 : r.mean;
  if (sparse) {
    const double largest = std::max(std::abs(r.min), std::abs(r.max));
    feature.scale = options.standardize && largest > 1 ? 1 / largest : 1;
    feature.imputed = mean * feature.scale;
    return feature;
  }
  if (options.standardize) {
    const double width = options.by_range ? r.max - r.min : r.sd;
    feature.scale = width > 0 ? 1 / width : 1;
    const bool keep_zeros = options.keep_zeros && NonZeroShare(r) <= kMostlyZero;
    feature.shift = keep_zeros ? 0 : -mean * feature.scale;
  }
  feature.imputed = mean * feature.scale + feature.shift;
  const double codes = r.missing > 0 ? 254 : 255;
  feature.narrow = r.integral && r.max - r.min <= codes;
  feature.base = feature.narrow ? r.min : 0;
  return feature;
}

// For each of the levels of a frame, and at the end for missing cells: the unit or -1, or the row
// of the column's table.
std::vector<int32_t> PlacesOfLevels(const FeatureColumn& c,
                                    const std::vector<std::string>& levels) {
  const Domain known(c.levels);
  std::vector<int32_t> places;
  if (c.width > 0) {
    const auto missing = static_cast<int32_t>(c.levels.size());
    for (const std::string& level : levels) {
      const int64_t code = known.Find(level);
      places.push_back(code < 0 ? missing : static_cast<int32_t>(code));
    }
    places.push_back(missing);
    return places;
  }
  const auto end = static_cast<int32_t>(c.unit + c.level_units());
  const int32_t missing = c.missing_level ? end - 1 : -1;
  const int32_t unseen = c.other_level ? end - (c.missing_level ? 2 : 1) : missing;
  for (const std::string& level : levels) {
    if (c.buckets > 0) {
      places.push_back(static_cast<int32_t>(c.unit + HashLevel(level, c.buckets)));
      continue;
    }
    const int64_t code = known.Find(level);
    if (code < 0) {
      places.push_back(unseen);
    } else {
      const bool without = code < c.first_level;
      places.push_back(without ? -1 : static_cast<int32_t>(c.unit + code - c.first_level));
    }
  }
  places.push_back(missing);
  return places;
}

}  // namespace

bool CountsLevels(CategoricalEncoding encoding) {
  return encoding != CategoricalEncoding::kAuto && encoding != CategoricalEncoding::kOneHotInternal;
}

FeatureStatistics MeasureFeatures(const Frame& frame, std::span<const size_t> predictors,
                                  const FeatureOptions& options, ThreadPool& pool) {
  const Frame columns = frame.Select(predictors);
  FeatureStatistics statistics;
  statistics.rollups = options.weights.empty()
                           ? ComputeRollups(columns, pool)
                           : ComputeWeightedRollups(columns, options.weights, pool);
  statistics.levels.resize(predictors.size());
  if (!CountsLevels(options.categorical_encoding)) return statistics;
  for (size_t i = 0; i < predictors.size(); ++i) {
    if (columns.column(i).type() != ColumnType::kCategorical) continue;
    statistics.levels[i] = CountLevels(columns, i, options.responses);
  }
  return statistics;
}

FeatureEncoder FeatureEncoder::Fit(const Frame& frame, std::span<const size_t> predictors,
                                   const FeatureOptions& options, ThreadPool& pool,
                                   std::vector<std::string>& warnings) {
  return Fit(frame, predictors, MeasureFeatures(frame, predictors, options, pool), options,
             warnings);
}

FeatureEncoder FeatureEncoder::Fit(const Frame& frame, std::span<const size_t> predictors,
                                   const FeatureStatistics& statistics,
                                   const FeatureOptions& options,
                                   std::vector<std::string>& warnings) {
  const std::vector<Rollups>& rollups = statistics.rollups;
  size_t numeric = 0;
  double nonzeros = 0;
  for (size_t i = 0; i < predictors.size(); ++i) {
    const ColumnType type = frame.column(predictors[i]).type();
    if (!IsNumeric(type) || type == ColumnType::kCategorical) continue;
    ++numeric;
    nonzeros += NonZeroShare(rollups[i]);
  }
  const bool sparse_frame =
      numeric >= kSparseColumns && nonzeros <= kSparseFrame * static_cast<double>(numeric);

  FeatureEncoder encoder;
  std::vector<std::string> constant;
  std::vector<std::string> unusable;
  for (size_t i = 0; i < predictors.size(); ++i) {
    const Column& column = frame.column(predictors[i]);
    const std::string& name = frame.name(predictors[i]);
    const Rollups& r = rollups[i];
    if (!IsNumeric(column.type())) {
      unusable.push_back(name);
      continue;
    }
    const bool categorical = column.type() == ColumnType::kCategorical;
    const bool empty = r.missing == r.rows;
    const bool varies = !empty && (r.min < r.max || (categorical && r.missing > 0));
    if (empty || (!varies && options.ignore_const_cols)) {
      constant.push_back(name);
      continue;
    }
    const bool sparse = options.sparse ? NonZeroShare(r) <= kMostlyZero
                                       : sparse_frame && NonZeroShare(r) <= kSparseColumn;
    FeatureColumn feature = categorical ? Categorical(column, r, statistics.levels[i], options)
                                        : Numeric(r, options, sparse);
    feature.name = name;
    feature.type = column.type();
    encoder.columns_.push_back(std::move(feature));
  }
  if (!unusable.empty()) {
    warnings.push_back("ignored string and UUID columns: " + NameSome(unusable));
  }
  if (!constant.empty()) warnings.push_back("ignored constant columns: " + NameSome(constant));
  if (encoder.columns_.empty()) {
    throw UserError("no predictor column is left to learn from: all are constant, empty, or text");
  }
  LimitUnits(options.max_categorical_features, encoder.columns_, warnings);
  const auto kind = [](const FeatureColumn& c) {
    return c.one_hot() ? 0 : (c.sparse ? 3 : (c.narrow ? 1 : 2));
  };
  std::stable_sort(
      encoder.columns_.begin(), encoder.columns_.end(),
      [&](const FeatureColumn& a, const FeatureColumn& b) { return kind(a) < kind(b); });
  encoder.NumberUnits();
  return encoder;
}

void FeatureEncoder::NumberUnits() {
  shape_ = {};
  narrow_units_ = 0;
  uint32_t unit = 0;
  for (FeatureColumn& column : columns_) {
    column.unit = unit;
    if (column.one_hot()) {
      shape_.levels += column.level_units();
      unit += static_cast<uint32_t>(column.level_units());
      continue;
    }
    if (column.width > 0) {
      shape_.dense += column.width;
      unit += static_cast<uint32_t>(column.width);
      continue;
    }
    ++(column.sparse ? shape_.sparse : shape_.dense);
    narrow_units_ += column.narrow && !column.sparse ? 1 : 0;
    ++unit;
  }
}

Json FeatureEncoder::ToJson() const {
  JsonArray columns;
  for (const FeatureColumn& c : columns_) {
    JsonObject object{{"name", c.name}, {"kind", c.categorical ? "categorical" : "numeric"}};
    if (c.type) object["type"] = ColumnTypeName(*c.type);
    if (c.categorical) {
      object["levels"] = boost::json::value_from(c.levels);
      object["first_level"] = c.first_level;
      object["missing_level"] = c.missing_level;
      if (c.other_level) object["other_level"] = true;
      if (c.buckets > 0) object["buckets"] = c.buckets;
      if (c.width > 0) object["table"] = boost::json::value_from(c.table);
    } else {
      object["scale"] = c.scale;
      object["shift"] = c.shift;
      object["imputed"] = c.imputed;
      object["sparse"] = c.sparse;
      object["narrow"] = c.narrow;
      object["base"] = c.base;
    }
    columns.push_back(std::move(object));
  }
  return columns;
}

FeatureEncoder FeatureEncoder::FromJson(const Json& value, const std::string& source) {
  FeatureEncoder encoder;
  try {
    for (const Json& item : value.as_array()) {
      FeatureColumn c;
      c.name = boost::json::value_to<std::string>(item.at("name"));
      c.categorical = item.at("kind").as_string() == "categorical";
      if (const Json* type = item.as_object().if_contains("type")) {
        c.type = TypeNamed(type->as_string());
      } else if (c.categorical) {
        c.type = ColumnType::kCategorical;
      }
      if (c.categorical) {
        c.levels = boost::json::value_to<std::vector<std::string>>(item.at("levels"));
        c.first_level = item.at("first_level").to_number<uint32_t>();
        c.missing_level = item.at("missing_level").as_bool();
        if (c.first_level > c.levels.size()) throw std::out_of_range("first_level");
        // Of files of the first version, the following are absent.
        const JsonObject& object = item.as_object();
        c.other_level = object.contains("other_level");
        if (object.contains("buckets")) c.buckets = object.at("buckets").to_number<uint32_t>();
        if (object.contains("table")) {
          c.table = boost::json::value_to<std::vector<double>>(object.at("table"));
          c.width = c.table.size() / (c.levels.size() + 1);
          if (c.width == 0 || c.width * (c.levels.size() + 1) != c.table.size()) {
            throw std::out_of_range("table");
          }
        }
      } else {
        c.scale = item.at("scale").to_number<double>();
        c.shift = item.at("shift").to_number<double>();
        c.imputed = item.at("imputed").to_number<double>();
        c.sparse = item.at("sparse").as_bool();
        c.narrow = item.at("narrow").as_bool();
        c.base = item.at("base").to_number<double>();
      }
      encoder.columns_.push_back(std::move(c));
    }
  } catch (const std::exception& error) {
    throw UserError(fmt::format("{}: the description of the columns cannot be read ({})", source,
                                error.what()));
  }
  encoder.NumberUnits();
  return encoder;
}

std::vector<std::string> FeatureColumn::UnitNames() const {
  if (width == 1 || !categorical) return {name};
  std::vector<std::string> names;
  if (width > 0) {
    const bool one_per_level = width == levels.size() + 1;
    for (size_t i = 0; i < width; ++i) {
      if (!one_per_level) {
        names.push_back(fmt::format("{}.bit{}", name, i + 1));
      } else {
        names.push_back(name + "." + (i < levels.size() ? levels[i] : "missing(NA)"));
      }
    }
    return names;
  }
  for (size_t i = first_level; i < levels.size(); ++i) names.push_back(name + "." + levels[i]);
  for (uint32_t i = 0; i < buckets; ++i) names.push_back(fmt::format("{}.hash{}", name, i));
  if (other_level) names.push_back(name + ".other");
  if (missing_level) names.push_back(name + ".missing(NA)");
  return names;
}

FeatureBinding::FeatureBinding(const FeatureEncoder& the_encoder, const Frame& the_frame)
    : encoder(&the_encoder), frame(&the_frame) {
  for (const FeatureColumn& c : encoder->columns()) {
    const std::optional<size_t> position = frame->Find(c.name);
    if (!position) {
      throw UserError(fmt::format(
          "the model was trained with a column '{}', which is not in these rows", c.name));
    }
    const Column& column = frame->column(*position);
    positions.push_back(*position);
    units.emplace_back();
    if (c.categorical != (column.type() == ColumnType::kCategorical) || !IsNumeric(column.type())) {
      const std::string_view type = c.categorical ? "enum" : "real";
      throw UserError(
          fmt::format("column {} is {}; the model was trained with it as {}: parse it with "
                      "--column_types {}={}",
                      c.name, ColumnTypeName(column.type()), type, c.name, type));
    }
    if (!c.categorical) continue;
    units.back() = PlacesOfLevels(c, column.domain()->levels());
  }
}

}  // namespace thalweg
