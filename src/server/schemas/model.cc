#include "server/schemas/model.h"

#include <fmt/format.h>

#include <algorithm>

#include "learn/cross_validation/cross_validation.h"
#include "models/deeplearning_model.h"
#include "server/parse_guess.h"
#include "server/schemas/meta.h"
#include "server/schemas/metrics.h"
#include "server/schemas/training_tables.h"

namespace thalweg {
namespace {

Json Keys(KeyKind kind, const std::vector<std::string>& names) {
  if (names.empty()) return nullptr;
  JsonArray keys;
  for (const std::string& name : names) keys.push_back(KeyObject(kind, name));
  return keys;
}

// Predictors, categorical ones first, then the response and columns of special use.
void AddColumns(const DeepLearningModel& model, const Json& parameters, JsonObject& output) {
  JsonArray names, types, domains;
  const auto add = [&](const std::string& name, ColumnType type, Json domain) {
    names.emplace_back(name);
    types.emplace_back(WireTypeOf(type));
    domains.push_back(std::move(domain));
  };
  for (const bool categorical : {true, false}) {
    for (const FeatureColumn& column : model.encoder().columns()) {
      if (column.categorical != categorical) continue;
      add(column.name,
          categorical ? ColumnType::kCategorical : column.type.value_or(ColumnType::kReal),
          categorical ? Json(boost::json::value_from(column.levels)) : Json());
    }
  }
  for (const char* name : {"weights_column", "offset_column", "fold_column"}) {
    const Json* column = parameters.as_object().if_contains(name);
    if (column == nullptr || !column->is_string() || column->as_string().empty()) continue;
    add(std::string(column->as_string()), ColumnType::kReal, nullptr);
  }
  if (!model.response().empty()) {
    const std::vector<std::string> levels = model.domain();
    add(model.response(), levels.empty() ? ColumnType::kReal : ColumnType::kCategorical,
        levels.empty() ? Json() : Json(boost::json::value_from(levels)));
  }
  output["names"] = std::move(names);
  output["original_names"] = nullptr;
  output["column_types"] = std::move(types);
  output["domains"] = std::move(domains);
}

// How inputs and response are scaled; told, as by H2O, where weights are given out, too.
void AddScales(const DeepLearningModel& model, bool told, JsonObject& output) {
  for (const char* name : {"normmul", "normsub", "normrespmul", "normrespsub", "catoffsets"}) {
    output[name] = nullptr;
  }
  if (!told) return;
  JsonArray multipliers, subtracted, offsets = {0};
  uint64_t units = 0;
  for (const FeatureColumn& column : model.encoder().columns()) {
    if (column.one_hot()) {
      units += column.level_units();
      offsets.push_back(units);
    } else if (!column.categorical) {
      multipliers.push_back(WireNumber(column.scale));
      subtracted.push_back(WireNumber(-column.shift / column.scale));
    }
  }
  output["normmul"] = std::move(multipliers);
  output["normsub"] = std::move(subtracted);
  output["catoffsets"] = std::move(offsets);
  const ResponseScale& scale = model.scale();
  if (!scale.classification() && !scale.autoencoder() && scale.scale != 1) {
    output["normrespmul"] = JsonArray{WireNumber(1 / scale.scale)};
    output["normrespsub"] = JsonArray{WireNumber(scale.mean)};
  }
}

// "5-fold cross-validation on training data (…)".
std::string FoldsText(const CrossValidationOutcome& cv) {
  return fmt::format(
      "{}-fold cross-validation on training data (Metrics computed for combined holdout "
      "predictions)",
      cv.of_folds.size());
}

std::string RowsText(const char* frame, const Metrics& metrics, const TrainingOutcome& outcome,
                     const char* limit) {
  const Json* most = outcome.parameters->as_object().if_contains(limit);
  const int64_t samples = most != nullptr && most->is_number() ? most->to_number<int64_t>() : 0;
  if (samples > 0 && metrics.rows >= samples) {
    return fmt::format("Metrics reported on temporary {} frame with {} samples", frame,
                       metrics.rows);
  }
  return fmt::format("Metrics reported on full {} frame", frame);
}

}  // namespace

JsonObject ResolvedParameters(const Learner& learner, const Model& model, const void* used) {
  const auto text = [&](const char* name) {
    const ParamSpec* spec = learner.schema().Find(name);
    return spec == nullptr ? std::string() : spec->Format(used);
  };
  JsonObject resolved;
  const auto* net = dynamic_cast<const DeepLearningModel*>(&model);
  if (net != nullptr && text("distribution") == "AUTO") {
    resolved["distribution"] =
        kEnumNames<DistributionKind>[static_cast<size_t>(net->scale().distribution.kind)];
  }
  if (text("categorical_encoding") == "AUTO") resolved["categorical_encoding"] = "OneHotInternal";
  if (text("stopping_metric") == "AUTO") {
    switch (CategoryOf(model)) {
      case ModelCategory::kBinomial:
      case ModelCategory::kMultinomial:
        resolved["stopping_metric"] = "logloss";
        break;
      case ModelCategory::kRegression:
        resolved["stopping_metric"] = "deviance";
        break;
      case ModelCategory::kAutoEncoder:
        resolved["stopping_metric"] = "MSE";
    }
    if (text("stopping_rounds") == "0") resolved["stopping_metric"] = nullptr;
  }
  if (text("fold_assignment") == "AUTO") {
    const bool folds = text("nfolds") != "0" && text("fold_column").empty();
    resolved["fold_assignment"] = folds ? Json("Random") : Json();
  }
  return resolved;
}

Json ModelToWire(const Learner& learner, const TrainingOutcome& outcome,
                 const ModelRecord& record) {
  const BuilderNames& names = BuilderNamesOf(learner.name());
  const Model& model = *outcome.model;
  const ModelCategory category = CategoryOf(model);
  const std::string schema(names.schema);

  JsonObject output = SchemaObject(schema + "ModelOutputV3", schema + "ModelOutput");
  const auto* net = dynamic_cast<const DeepLearningModel*>(&model);
  if (net != nullptr) AddColumns(*net, *outcome.parameters, output);
  output["cross_validation_models"] = Keys(KeyKind::kModel, record.fold_models);
  output["cross_validation_predictions"] = Keys(KeyKind::kFrame, record.fold_predictions);
  output["cross_validation_holdout_predictions_frame_id"] =
      KeyOrNull(KeyKind::kFrame, record.held_out_predictions);
  output["cross_validation_fold_assignment_frame_id"] =
      KeyOrNull(KeyKind::kFrame, record.fold_assignment);
  output["model_category"] = Name(category);
  output["model_summary"] = LayersToWire(outcome, category);
  output["scoring_history"] = ScoringHistoryToWire(outcome, category, record.start_ms);
  output["cv_scoring_history"] = nullptr;
  output["reproducibility_information_table"] = record.reproducibility;

  const auto metrics = [&](const Metrics& m, const std::string& frame, const std::string& text) {
    return MetricsToWire(m, category,
                         {.model = record.name,
                          .frame = frame,
                          .description = text,
                          .domain = model.domain(),
                          .scoring_time_ms = record.end_ms});
  };
  output["training_metrics"] =
      metrics(outcome.training_metrics, record.training_frame,
              RowsText("training", outcome.training_metrics, outcome, "score_training_samples"));
  output["validation_metrics"] = nullptr;
  if (outcome.validation_metrics) {
    output["validation_metrics"] = metrics(
        *outcome.validation_metrics, record.validation_frame,
        RowsText("validation", *outcome.validation_metrics, outcome, "score_validation_samples"));
  }
  output["cross_validation_metrics"] = nullptr;
  output["cross_validation_metrics_summary"] = nullptr;
  if (outcome.cross_validation) {
    const CrossValidationOutcome& cv = *outcome.cross_validation;
    output["cross_validation_metrics"] = metrics(cv.pooled, record.training_frame, FoldsText(cv));
    output["cross_validation_metrics_summary"] = FoldSummaryToWire(cv.of_folds, category);
    JsonArray histories;
    for (const auto& fold : cv.folds) {
      histories.push_back(ScoringHistoryToWire(*fold, category, record.start_ms));
    }
    if (!histories.empty()) output["cv_scoring_history"] = std::move(histories);
  }
  output["status"] = nullptr;
  output["start_time"] = record.start_ms;
  output["end_time"] = record.end_ms;
  output["run_time"] = record.end_ms - record.start_ms;
  output["default_threshold"] = net != nullptr ? net->scale().threshold : 0.5;
  output["weights"] = Keys(KeyKind::kFrame, record.weights);
  output["biases"] = Keys(KeyKind::kFrame, record.biases);
  if (net != nullptr) AddScales(*net, !record.weights.empty(), output);
  output["variable_importances"] = ImportancesToWire(model);

  JsonObject json = SchemaObject(schema + "ModelV3", schema + "Model");
  json["model_id"] = KeyObject(KeyKind::kModel, record.name);
  json["algo"] = names.algo;
  json["algo_full_name"] = names.full_name;
  json["response_column_name"] = model.response().empty() ? Json() : Json(model.response());
  json["treatment_column_name"] = nullptr;
  json["data_frame"] = KeyOrNull(KeyKind::kFrame, record.training_frame);
  json["timestamp"] = record.end_ms;
  json["have_pojo"] = false;
  json["have_mojo"] = false;
  const std::shared_ptr<void> used = WireDefaults(learner);
  for (const auto& [name, value] : outcome.parameters->as_object()) {
    const ParamSpec* spec = learner.schema().Find(name);
    if (spec != nullptr && !value.is_null()) spec->FromJson(value, used.get());
  }
  ParameterValues actual{.model_id = record.name,
                         .training_frame = record.training_frame,
                         .validation_frame = record.validation_frame,
                         .params = used.get()};
  if (record.resolve_auto) actual.instead = ResolvedParameters(learner, model, used.get());
  ParameterValues input = actual;
  input.model_id.clear();
  input.params = record.asked;
  input.instead.clear();
  json["parameters"] =
      ParametersToWire(learner, actual, record.asked == nullptr ? nullptr : &input);
  json["output"] = std::move(output);
  json["compatible_frames"] = nullptr;
  return json;
}

Json ModelSynopsis(const Json& model) {
  JsonObject json = SchemaObject("ModelSynopsisV3", "Model");
  for (const auto& [key, value] : model.as_object()) {
    if (key == "__meta" || key == "parameters" || key == "output" || key == "compatible_frames") {
      continue;
    }
    json[key] = value;
  }
  return json;
}

}  // namespace thalweg
