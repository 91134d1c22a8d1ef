#include "learn/deeplearning/training_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "models/deeplearning_model.h"

namespace thalweg {
namespace {

[[noreturn]] void Refuse(const char* field, const std::string& message) {
  throw FieldErrors(std::vector<FieldError>{{field, message}});
}

// A column by name; FieldErrors that names the parameter.
size_t FindColumn(const Frame& frame, const std::string& name, const char* field) {
  try {
    return frame.IndexOf(name);
  } catch (const UserError& error) {
    Refuse(field, error.what());
  }
}

std::vector<size_t> Predictors(const DeepLearningParams& params, const Frame& frame,
                               size_t response) {
  std::vector<bool> used(frame.columns(), true);
  used[response] = false;
  for (const std::string& name : params.ignored_columns) {
    used[FindColumn(frame, name, "ignored_columns")] = false;
  }
  std::vector<size_t> positions;
  for (size_t i = 0; i < used.size(); ++i) {
    if (used[i]) positions.push_back(i);
  }
  if (positions.empty()) Refuse("ignored_columns", "no predictor column is left");
  return positions;
}

ResponseScale ScaleOf(const Frame& frame, size_t column, bool standardize) {
  ResponseScale scale;
  const Column& cells = frame.column(column);
  if (cells.type() == ColumnType::kCategorical) {
    scale.domain = cells.domain()->levels();
    if (scale.domain.size() < 2) {
      Refuse("response_column", fmt::format("{} has {} level; two are needed at least",
                                            frame.name(column), scale.domain.size()));
    }
    return scale;
  }
  if (!IsNumeric(cells.type())) {
    Refuse("response_column",
           fmt::format("{} is a {} column; only numbers and categories (--response_type enum) can "
                       "be predicted",
                       frame.name(column), ColumnTypeName(cells.type())));
  }
  if (!standardize) return scale;
  double sum = 0, squares = 0, count = 0;
  std::vector<double> values(static_cast<size_t>(frame.rows()));
  ReadCells(frame, column, 0, values);
  for (double v : values) {
    if (!std::isnan(v)) sum += v, ++count;
  }
  if (count > 0) scale.mean = sum / count;
  for (double v : values) {
    if (!std::isnan(v)) squares += (v - scale.mean) * (v - scale.mean);
  }
  if (count > 1 && squares > 0) scale.scale = std::sqrt(squares / (count - 1));
  return scale;
}

// Values, or the class codes; NaN where missing.
std::vector<double> NumericResponses(const Frame& frame, size_t column,
                                     const ResponseScale& response) {
  ActualResponses actual = ReadResponses(frame, column, response, 0, frame.rows());
  if (!response.classification()) return std::move(actual.values);
  std::vector<double> numbers;
  for (int32_t code : actual.classes) {
    numbers.push_back(code < 0 ? kMissingReal : static_cast<double>(code));
  }
  return numbers;
}

// Rows that have a response, and if asked for, all predictors.
std::vector<uint8_t> RowsToKeep(const Frame& frame, const FeatureBinding& binding,
                                const ActualResponses& actual, bool skip_missing,
                                ThreadPool& pool) {
  const auto rows = static_cast<size_t>(frame.rows());
  std::vector<uint8_t> keep(rows, 1);
  for (size_t r = 0; r < actual.classes.size(); ++r) keep[r] = actual.classes[r] >= 0 ? 1 : 0;
  for (size_t r = 0; r < actual.values.size(); ++r) keep[r] = std::isnan(actual.values[r]) ? 0 : 1;
  if (!skip_missing) return keep;
  const Layout& layout = frame.layout();
  pool.Run(layout.chunks(), [&](size_t chunk, size_t /*thread*/) {
    std::vector<double> cells(static_cast<size_t>(layout.ChunkRows(chunk)));
    const auto start = static_cast<size_t>(layout.ChunkStart(chunk));
    for (size_t position : binding.positions) {
      const Chunk& c = frame.column(position).chunk(chunk);
      if (c.missing() == 0) continue;
      c.Decode(0, cells);
      for (size_t r = 0; r < cells.size(); ++r) {
        if (std::isnan(cells[r])) keep[start + r] = 0;
      }
    }
  });
  return keep;
}

ResponseRows Encode(const FeatureEncoder& encoder, const ResponseScale& response,
                    const Frame& frame, size_t column, bool skip_missing, ThreadPool& pool) {
  const FeatureBinding binding(encoder, frame);
  ResponseRows rows;
  ActualResponses all = ReadResponses(frame, column, response, 0, frame.rows());
  const std::vector<uint8_t> keep = RowsToKeep(frame, binding, all, skip_missing, pool);
  const bool every = std::all_of(keep.begin(), keep.end(), [](uint8_t k) { return k != 0; });
  rows.store = std::make_unique<RowStore>(
      binding, 0, frame.rows(), every ? std::span<const uint8_t>() : std::span(keep), pool);
  if (every) {
    rows.actual = std::move(all);
    return rows;
  }
  for (size_t r = 0; r < keep.size(); ++r) {
    if (keep[r] == 0) continue;
    if (response.classification()) {
      rows.actual.classes.push_back(all.classes[r]);
    } else {
      rows.actual.values.push_back(all.values[r]);
    }
  }
  return rows;
}

}  // namespace

TrainingData PrepareTrainingData(const DeepLearningParams& params, const TrainingFrames& frames,
                                 ThreadPool& pool) {
  const Frame& frame = *frames.training;
  if (params.response_column.empty()) {
    Refuse("response_column", "is needed: the name of the column to predict");
  }
  if (frame.rows() > std::numeric_limits<uint32_t>::max()) {
    throw UserError("training frames of more than 4,294,967,295 rows are not supported");
  }
  const size_t response = FindColumn(frame, params.response_column, "response_column");
  const bool skip = params.missing_values_handling == MissingValuesHandling::kSkip;
  TrainingData data;
  data.response = ScaleOf(frame, response, params.standardize);
  const std::vector<size_t> predictors = Predictors(params, frame, response);
  std::vector<double> responses;
  if (params.categorical_encoding == CategoricalEncoding::kSortByResponse) {
    responses = NumericResponses(frame, response, data.response);
  }
  data.encoder = std::make_unique<FeatureEncoder>(
      FeatureEncoder::Fit(frame, predictors,
                          {.standardize = params.standardize,
                           .use_all_factor_levels = params.use_all_factor_levels,
                           .ignore_const_cols = params.ignore_const_cols,
                           .categorical_encoding = params.categorical_encoding,
                           .max_categorical_features = params.max_categorical_features,
                           .sparse = params.sparse,
                           .responses = responses,
                           .keep_zeros = params.mini_batch_size == 1},
                          pool, data.warnings));
  data.training = Encode(*data.encoder, data.response, frame, response, skip, pool);
  const auto left_out = frame.rows() - static_cast<int64_t>(data.training.store->rows());
  if (left_out > 0) {
    data.warnings.push_back(fmt::format("left out {} of {} training rows: the response {} missing",
                                        left_out, frame.rows(), skip ? "or a predictor is" : "is"));
  }
  if (data.training.store->rows() == 0) throw UserError("no training row is left to learn from");
  if (frames.validation != nullptr) {
    const Frame& validation = *frames.validation;
    const size_t column = FindColumn(validation, params.response_column, "response_column");
    data.validation = std::make_unique<ResponseRows>(
        Encode(*data.encoder, data.response, validation, column, false, pool));
    if (data.validation->store->rows() == 0) {
      throw UserError("no row of the validation frame has a response known from training");
    }
  }
  return data;
}

}  // namespace thalweg
