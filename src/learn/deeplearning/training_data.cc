#include "learn/deeplearning/training_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "learn/deeplearning/class_balance.h"
#include "learn/deeplearning/pretrained.h"
#include "models/deeplearning_model.h"
#include "models/row_terms.h"

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
                               std::optional<size_t> response) {
  std::vector<bool> used(frame.columns(), true);
  if (response) used[*response] = false;
  const auto leave_out = [&](const std::string& name, const char* field) {
    if (name.empty()) return;
    const size_t column = FindColumn(frame, name, field);
    if (response == column) Refuse(field, name + " is the response");
    used[column] = false;
  };
  leave_out(params.weights_column, "weights_column");
  leave_out(params.offset_column, "offset_column");
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

// The levels to predict; none where it is a number.
std::vector<std::string> ResponseDomain(const Frame& frame, size_t column) {
  const Column& cells = frame.column(column);
  if (cells.type() == ColumnType::kCategorical) {
    std::vector<std::string> domain = cells.domain()->levels();
    if (domain.size() < 2) {
      Refuse("response_column", fmt::format("{} has {} level; two are needed at least",
                                            frame.name(column), domain.size()));
    }
    return domain;
  }
  if (!IsNumeric(cells.type())) {
    Refuse("response_column",
           fmt::format("{} is a {} column; only numbers and categories (--response_type enum) can "
                       "be predicted",
                       frame.name(column), ColumnTypeName(cells.type())));
  }
  return {};
}

// Values, or the class codes; NaN where missing, or where the row has no weight.
std::vector<double> NumericResponses(const ActualResponses& terms) {
  std::vector<double> numbers = terms.values;
  for (int32_t code : terms.classes) {
    numbers.push_back(code < 0 ? kMissingReal : static_cast<double>(code));
  }
  for (size_t r = 0; r < terms.weights.size(); ++r) {
    if (terms.weights[r] == 0) numbers[r] = kMissingReal;
  }
  return numbers;
}

// Responses, weights and offsets of some rows.
ActualResponses ReadTerms(const Frame& frame, const std::string& response_column,
                          const ResponseScale& response, int64_t begin, int64_t end) {
  ActualResponses terms;
  if (!response_column.empty()) {
    const size_t column = FindColumn(frame, response_column, "response_column");
    terms = ReadResponses(frame, column, response, begin, end);
  }
  if (!response.weights_column.empty()) {
    FindColumn(frame, response.weights_column, "weights_column");
    terms.weights = ReadWeights(frame, response.weights_column, begin, end);
  }
  if (!response.offset_column.empty()) {
    FindColumn(frame, response.offset_column, "offset_column");
    terms.offsets = ReadOffsets(frame, response.offset_column, begin, end);
  }
  return terms;
}

template <class T>
void KeepElements(const std::vector<uint8_t>& keep, std::vector<T>& values) {
  size_t kept = 0;
  for (size_t r = 0; r < values.size(); ++r) {
    if (keep[r] != 0) values[kept++] = values[r];
  }
  values.resize(kept);
}

// Rows that have a response and a weight, and if asked for, all predictors.
std::vector<uint8_t> RowsToKeep(const Frame& frame, const FeatureBinding& binding,
                                const ActualResponses& actual, bool skip_missing,
                                ThreadPool& pool) {
  const auto rows = static_cast<size_t>(frame.rows());
  std::vector<uint8_t> keep(rows, 1);
  for (size_t r = 0; r < actual.classes.size(); ++r) keep[r] = actual.classes[r] >= 0 ? 1 : 0;
  for (size_t r = 0; r < actual.values.size(); ++r) keep[r] = std::isnan(actual.values[r]) ? 0 : 1;
  for (size_t r = 0; r < actual.weights.size(); ++r) {
    if (actual.weights[r] == 0) keep[r] = 0;
  }
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

ResponseRows Encode(const FeatureEncoder& encoder, const Frame& frame, ActualResponses terms,
                    bool skip_missing, ThreadPool& pool) {
  const FeatureBinding binding(encoder, frame);
  ResponseRows rows;
  const std::vector<uint8_t> keep = RowsToKeep(frame, binding, terms, skip_missing, pool);
  const bool every = std::all_of(keep.begin(), keep.end(), [](uint8_t k) { return k != 0; });
  rows.store = std::make_unique<RowStore>(
      binding, 0, frame.rows(), every ? std::span<const uint8_t>() : std::span(keep), pool);
  rows.actual = std::move(terms);
  if (every) return rows;
  KeepElements(keep, rows.actual.classes);
  KeepElements(keep, rows.actual.values);
  KeepElements(keep, rows.actual.weights);
  KeepElements(keep, rows.actual.offsets);
  return rows;
}

// How cells become inputs, from the training rows.
std::unique_ptr<FeatureEncoder> FitEncoder(const DeepLearningParams& params, const Frame& frame,
                                           const std::vector<size_t>& predictors,
                                           const ActualResponses& terms, ThreadPool& pool,
                                           Communicator* sharing,
                                           std::vector<std::string>& warnings) {
  std::vector<double> responses;
  if (params.categorical_encoding == CategoricalEncoding::kSortByResponse) {
    responses = NumericResponses(terms);
  }
  const FeatureOptions options = {.standardize = params.standardize,
                                  .use_all_factor_levels = params.use_all_factor_levels,
                                  .ignore_const_cols = params.ignore_const_cols,
                                  .categorical_encoding = params.categorical_encoding,
                                  .max_categorical_features = params.max_categorical_features,
                                  .sparse = params.sparse,
                                  .responses = responses,
                                  .keep_zeros = params.mini_batch_size == 1,
                                  .by_range = params.autoencoder,
                                  .weights = terms.weights};
  const FeatureStatistics statistics =
      sharing == nullptr ? MeasureFeatures(frame, predictors, options, pool)
                         : MeasureFeaturesOfAllRanks(frame, predictors, options, pool, *sharing);
  return std::make_unique<FeatureEncoder>(
      FeatureEncoder::Fit(frame, predictors, statistics, options, warnings));
}

// Nothing for an autoencoder.
std::optional<size_t> FindResponse(const DeepLearningParams& params, const Frame& frame) {
  if (!params.autoencoder) {
    if (params.response_column.empty()) {
      Refuse("response_column", "is needed: the name of the column to predict");
    }
    return FindColumn(frame, params.response_column, "response_column");
  }
  if (!params.response_column.empty()) {
    Refuse(
        "response_column",
        "an autoencoder has none: leave it out (and name columns that it should not reproduce in "
        "ignored_columns)");
  }
  if (!params.offset_column.empty()) Refuse("offset_column", "an autoencoder has no offset");
  if (params.categorical_encoding == CategoricalEncoding::kSortByResponse) {
    Refuse("categorical_encoding", "SortByResponse needs a response; an autoencoder has none");
  }
  return std::nullopt;
}

void CheckLevels(const DeepLearningParams& params, const ResponseScale& response) {
  const size_t levels = response.domain.size();
  if (levels > 2 && !params.offset_column.empty()) {
    Refuse("offset_column",
           fmt::format("offsets are for numbers and for two classes; {} has {} levels",
                       params.response_column, levels));
  }
  const size_t factors = params.class_sampling_factors.size();
  if (params.balance_classes && factors > 0 && factors != levels) {
    Refuse("class_sampling_factors",
           fmt::format("has {} values; {} has {} levels", factors, params.response_column, levels));
  }
}

// What brings the weights of the rows to the mean 1. Null: each row once.
double WeightUnit(const std::vector<double>& weights,
                  const std::optional<std::vector<uint32_t>>& rows, Communicator* sharing) {
  std::array<double, 2> sums = {};
  auto& [count, sum] = sums;
  if (rows && !weights.empty()) {
    count = static_cast<double>(rows->size());
    for (const uint32_t row : *rows) sum += weights[row];
  } else {
    count = static_cast<double>(weights.size());
    for (const double weight : weights) sum += weight;
  }
  SumOverRanks(sums, sharing);
  return count == 0 ? 1 : count / sum;
}

}  // namespace

void CheckColumns(const DeepLearningParams& params, const Frame& frame) {
  std::vector<FieldError> errors;
  std::optional<size_t> response;
  CollectFieldErrors(errors, [&] { response = FindResponse(params, frame); });
  CollectFieldErrors(errors, [&] { Predictors(params, frame, response); });
  if (!params.fold_column.empty()) {
    CollectFieldErrors(errors, [&] { FindColumn(frame, params.fold_column, "fold_column"); });
  }
  if (!errors.empty()) throw FieldErrors(std::move(errors));
}

ResponsePlan PlanForFrame(const DeepLearningParams& params, const Frame& frame) {
  const std::optional<size_t> response = FindResponse(params, frame);
  if (!response) return PlanReconstruction(params);
  ResponsePlan plan =
      PlanResponse(params, params.response_column, ResponseDomain(frame, *response));
  CheckLevels(params, plan.scale);
  return plan;
}

bool HasClasses(const DeepLearningParams& params, const Frame& frame) {
  const std::optional<size_t> response = frame.Find(params.response_column);
  return !params.autoencoder && response &&
         frame.column(*response).type() == ColumnType::kCategorical;
}

TrainingData PrepareTrainingData(const DeepLearningParams& params, const TrainingFrames& frames,
                                 const DeepLearningModel* previous, ThreadPool& pool,
                                 Communicator* sharing) {
  const Frame& frame = *frames.training;
  if (frame.rows() > std::numeric_limits<uint32_t>::max()) {
    throw UserError("training frames of more than 4,294,967,295 rows are not supported");
  }
  const bool skip = params.missing_values_handling == MissingValuesHandling::kSkip;
  TrainingData data;
  const std::optional<size_t> response = FindResponse(params, frame);
  if (response) {
    data.plan = PlanResponse(
        params, params.response_column,
        previous == nullptr ? ResponseDomain(frame, *response) : previous->scale().domain);
    CheckLevels(params, data.plan.scale);
  } else {
    data.plan = PlanReconstruction(params);
  }
  if (previous != nullptr) {
    // What metrics show may be another.
    const ClassificationOptions metrics = data.plan.scale.metrics;
    data.plan.scale = previous->scale();
    data.plan.scale.metrics = metrics;
    data.plan.fitted = true;
  }
  data.response = data.plan.scale;
  const Distribution& distribution = data.response.distribution;
  const auto [begin, end] = OwnRows(frame, sharing);
  ActualResponses terms = ReadTerms(frame, params.response_column, data.response, begin, end);
  CheckResponses(distribution, terms, params.response_column, "training frame", begin);
  Frame part = frame;
  std::vector<size_t> predictors = Predictors(params, frame, response);
  if (sharing != nullptr) {
    // Only columns that are wanted go to other ranks; the predictors come first.
    std::vector<size_t> wanted = predictors;
    if (response) wanted.push_back(*response);
    for (const std::string* name : {&params.weights_column, &params.offset_column}) {
      if (!name->empty()) wanted.push_back(frame.IndexOf(*name));
    }
    part = DealOut(PartOfFrame(frame.Select(wanted), sharing), static_cast<uint64_t>(params.seed),
                   *sharing, pool);
    terms = ReadTerms(part, params.response_column, data.response, 0, part.rows());
    std::iota(predictors.begin(), predictors.end(), 0);
  }
  data.encoder = previous != nullptr
                     ? std::make_unique<FeatureEncoder>(previous->encoder())
                     : FitEncoder(params, part, predictors, terms, pool, sharing, data.warnings);
  if (previous == nullptr && !params.pretrained_autoencoder.empty()) {
    data.pretrained = LoadPretrained(params, frames, *data.encoder);
    *data.encoder = data.pretrained->encoder();
  }
  if (params.autoencoder) data.plan.scale.reconstructed = data.encoder->shape().units();
  data.response = data.plan.scale;
  data.training = Encode(*data.encoder, part, std::move(terms), skip, pool);
  data.shared_training = ShareOut(data.training.store->rows(), sharing);
  const auto left_out = frame.rows() - static_cast<int64_t>(data.shared_training.total);
  if (left_out > 0) {
    data.warnings.push_back(
        fmt::format("left out {} of {} training rows: the response {} missing{}", left_out,
                    frame.rows(), skip ? "or a predictor is" : "is",
                    params.weights_column.empty() ? "" : ", or the weight is 0"));
  }
  if (data.shared_training.total == 0) throw UserError("no training row is left to learn from");
  if (frames.validation != nullptr) {
    const Frame& validation = *frames.validation;
    const auto [first, last] = OwnRows(validation, sharing);
    terms = ReadTerms(validation, params.response_column, data.response, first, last);
    CheckResponses(distribution, terms, params.response_column, "validation frame", first);
    data.validation = std::make_unique<ResponseRows>(
        Encode(*data.encoder, PartOfFrame(validation, sharing), std::move(terms), false, pool));
    data.shared_validation = ShareOut(data.validation->store->rows(), sharing);
    if (data.shared_validation.total == 0) {
      throw UserError("no row of the validation frame has a response known from training");
    }
  }
  return data;
}

StoredRows SampleTrainingRows(const DeepLearningParams& params, uint64_t seed, TrainingData& data) {
  Communicator* const sharing = data.shared_training.ranks;
  const ActualResponses& actual = data.training.actual;
  std::optional<std::vector<uint32_t>> rows;
  if (params.balance_classes) {
    BalancedRows balanced =
        BalanceClasses(actual.classes, actual.weights, data.response.domain.size(),
                       {.factors = params.class_sampling_factors,
                        .max_size = params.max_after_balance_size,
                        .seed = seed,
                        .ranks = sharing});
    data.plan.scale.class_factors = std::move(balanced.factors);
    rows = std::move(balanced.rows);
  }
  if (data.plan.fitted) {
    // Only the loss's own options are not in the model.
    ResponsePlan plan = data.plan;
    FitResponse(params, actual, plan, sharing);
    data.plan.loss_options = plan.loss_options;
  } else {
    FitResponse(params, actual, data.plan, sharing);
  }
  data.response = data.plan.scale;
  const double unit = WeightUnit(actual.weights, rows, sharing);
  return StoredRows(data.training, data.response, std::move(rows), unit);
}

StoredRows::StoredRows(const ResponseRows& rows, const ResponseScale& response,
                       std::optional<std::vector<uint32_t>> numbers, double weight_unit)
    : rows_(rows), response_(response), numbers_(std::move(numbers)), weight_scale_(weight_unit) {}

}  // namespace thalweg
