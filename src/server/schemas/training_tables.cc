#include "server/schemas/training_tables.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "models/deeplearning_model.h"
#include "server/schemas/meta.h"
#include "server/schemas/two_dim_table.h"

namespace thalweg {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct HistoryColumn {
  const char* name;  // in the table, after training_ or validation_
  const char* key;   // in the history
};

std::vector<HistoryColumn> HistoryColumns(ModelCategory category) {
  switch (category) {
    case ModelCategory::kBinomial:
      return {{"rmse", "rmse"},
              {"logloss", "logloss"},
              {"r2", "r2"},
              {"auc", "AUC"},
              {"pr_auc", "pr_auc"},
              {"lift", "lift"},
              {"classification_error", "classification_error"}};
    case ModelCategory::kMultinomial:
      return {{"rmse", "rmse"}, {"logloss", "logloss"},
              {"r2", "r2"},     {"classification_error", "classification_error"},
              {"auc", "AUC"},   {"pr_auc", "pr_auc"}};
    case ModelCategory::kRegression:
      return {
          {"rmse", "rmse"}, {"deviance", "mean_residual_deviance"}, {"mae", "mae"}, {"r2", "r2"}};
    case ModelCategory::kAutoEncoder:
      break;
  }
  return {{"rmse", "rmse"}, {"mse", "mse"}};
}

std::string Timestamp(int64_t ms) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(ms / 1000)));
}

// " 0.445 sec", " 1 min  2.500 sec", " 1:02:03.500".
std::string Duration(double seconds) {
  const auto ms = static_cast<int64_t>(std::llround(seconds * 1000));
  const int64_t hours = ms / 3'600'000, minutes = ms / 60'000 % 60;
  const double rest = static_cast<double>(ms % 60'000) / 1000;
  if (hours > 0) return fmt::format("{:02d}:{:02d}:{:06.3f}", hours, minutes, rest);
  if (minutes > 0) return fmt::format("{:2d} min {:6.3f} sec", minutes, rest);
  return fmt::format("{:2.3f} sec", rest).insert(0, rest < 10 ? " " : "");
}

std::string Speed(double samples_per_second) {
  return samples_per_second >= 10 ? fmt::format("{:.0f} obs/sec", samples_per_second)
                                  : fmt::format("{:.5f} obs/sec", samples_per_second);
}

double Number(const JsonObject& entry, const std::string& key) {
  const Json* value = entry.if_contains(key);
  return value == nullptr || !value->is_number() ? kNaN : value->to_number<double>();
}

bool Has(const JsonArray& history, const std::string& key) {
  return std::any_of(history.begin(), history.end(),
                     [&](const Json& entry) { return entry.as_object().contains(key); });
}

const Json& Parameter(const TrainingOutcome& outcome, const char* name) {
  static const Json none;
  const Json* value = outcome.parameters->as_object().if_contains(name);
  return value == nullptr ? none : *value;
}

double RealParameter(const TrainingOutcome& outcome, const char* name) {
  const Json& value = Parameter(outcome, name);
  return value.is_number() ? value.to_number<double>() : 0;
}

std::string LossName(const TrainingOutcome& outcome, const DeepLearningModel& model) {
  const Json& loss = Parameter(outcome, "loss");
  if (loss.is_string() && loss.as_string() != "Automatic") return std::string(loss.as_string());
  if (model.scale().modified_huber) return "ModifiedHuber";
  switch (model.scale().distribution.kind) {
    case DistributionKind::kBernoulli:
    case DistributionKind::kMultinomial:
      return "CrossEntropy";
    case DistributionKind::kLaplace:
      return "Absolute";
    case DistributionKind::kQuantile:
      return "Quantile";
    case DistributionKind::kHuber:
      return "Huber";
    default:
      return "Quadratic";
  }
}

std::string Bytes(double bytes) {
  if (bytes < 1024) return fmt::format("{:.0f}  B", bytes);
  if (bytes < 1024 * 1024) return fmt::format("{:.1f} KB", bytes / 1024);
  if (bytes < 1024.0 * 1024 * 1024) return fmt::format("{:.1f} MB", bytes / 1024 / 1024);
  return fmt::format("{:.2f} GB", bytes / 1024 / 1024 / 1024);
}

std::string Describe(const TrainingOutcome& outcome, const DeepLearningModel& model,
                     ModelCategory category) {
  const ResponseScale& scale = model.scale();
  std::string text;
  if (category == ModelCategory::kAutoEncoder) {
    text = "auto-encoder";
  } else {
    text = "predicting " + model.response() + ", ";
    text += scale.classification() ? fmt::format("{}-class classification", scale.domain.size())
                                   : "regression";
  }
  const auto weights = static_cast<double>(model.network().parameters());
  return text + fmt::format(
                    ", {} distribution, {} loss, {} weights/biases, {}, {} training "
                    "samples, mini-batch size {}",
                    kEnumNames<DistributionKind>[static_cast<size_t>(scale.distribution.kind)],
                    LossName(outcome, model), FormatWireJson(Json(static_cast<int64_t>(weights))),
                    Bytes(4 * weights), outcome.samples,
                    FormatWireJson(Parameter(outcome, "mini_batch_size")));
}

// Of the last scoring that looked at the layers up to the one whose net is kept.
const JsonArray* LayerStates(const TrainingOutcome& outcome) {
  const JsonArray* found = nullptr;
  for (const Json& entry : outcome.scoring_history->as_array()) {
    const Json* layers = entry.as_object().if_contains("layers");
    if (layers == nullptr) continue;
    if (found != nullptr && Number(entry.as_object(), "epochs") > outcome.kept_epochs) break;
    found = &layers->as_array();
  }
  return found;
}

// How much momentum there was in the end.
double Momentum(const TrainingOutcome& outcome) {
  const Json& adaptive = Parameter(outcome, "adaptive_rate");
  if (adaptive.is_bool() && adaptive.as_bool()) return 0;
  const double start = RealParameter(outcome, "momentum_start");
  const double stable = RealParameter(outcome, "momentum_stable");
  const double ramp = RealParameter(outcome, "momentum_ramp");
  const double share = ramp > 0 ? std::min(1.0, static_cast<double>(outcome.samples) / ramp) : 1.0;
  return start + (stable - start) * share;
}

// A number of the folds' metrics, by H2O's name of it.
struct SummaryRow {
  const char* name;
  std::function<double(const Metrics&)> value;
};

// Of the counts at the threshold of the largest F1.
double Criterium(const Metrics& m, std::string_view name) {
  if (!m.binomial || m.binomial->thresholds.rows.empty()) return kNaN;
  const ThresholdTable& table = m.binomial->thresholds;
  for (const Criterion& criterion : Criteria()) {
    if (criterion.name == name) return criterion.value(table.rows[table.max_f1().index]);
  }
  return kNaN;
}

double LargestClassError(const Metrics& m) {
  if (!m.confusion_matrix) return kNaN;
  double largest = 0;
  for (size_t k = 0; k < m.confusion_matrix->levels.size(); ++k) {
    largest = std::max(largest, m.confusion_matrix->Error(k));
  }
  return largest;
}

double Wrong(const Metrics& m) {
  if (!m.confusion_matrix) return kNaN;
  double wrong = 0;
  for (size_t k = 0; k < m.confusion_matrix->levels.size(); ++k) {
    wrong += m.confusion_matrix->Total(k) - m.confusion_matrix->at(k, k);
  }
  return wrong;
}

std::vector<SummaryRow> SummaryRows(ModelCategory category) {
  const auto none = [](const Metrics&) { return kNaN; };
  const auto at_f1 = [](const char* name) {
    return [name](const Metrics& m) { return Criterium(m, name); };
  };
  const SummaryRow mse = {"mse", [](const Metrics& m) { return m.mse; }};
  const SummaryRow rmse = {"rmse", [](const Metrics& m) { return m.rmse; }};
  const SummaryRow r2 = {"r2", [](const Metrics& m) { return m.r2.value_or(kNaN); }};
  if (category == ModelCategory::kRegression) {
    const auto deviance = [](const Metrics& m) { return m.mean_residual_deviance.value_or(kNaN); };
    return {{"aic", none},
            {"loglikelihood", none},
            {"mae", [](const Metrics& m) { return m.mae.value_or(kNaN); }},
            {"mean_residual_deviance", deviance},
            mse,
            r2,
            {"residual_deviance", deviance},
            rmse,
            {"rmsle", [](const Metrics& m) { return m.rmsle.value_or(kNaN); }}};
  }
  const SummaryRow logloss = {"logloss", [](const Metrics& m) { return m.logloss.value_or(kNaN); }};
  const auto error = [](const Metrics& m) { return m.classification_error.value_or(kNaN); };
  const auto class_error = [](const Metrics& m) { return m.mean_per_class_error.value_or(kNaN); };
  const SummaryRow auc = {"auc", [](const Metrics& m) { return m.auc.value_or(kNaN); }};
  const SummaryRow pr_auc = {"pr_auc", [](const Metrics& m) { return m.pr_auc.value_or(kNaN); }};
  const SummaryRow accuracy = {"accuracy", [=](const Metrics& m) { return 1 - error(m); }};
  const SummaryRow class_accuracy = {"mean_per_class_accuracy",
                                     [=](const Metrics& m) { return 1 - class_error(m); }};
  if (category == ModelCategory::kMultinomial) {
    return {accuracy,
            {"aic", none},
            auc,
            {"err", error},
            {"err_count", Wrong},
            {"loglikelihood", none},
            logloss,
            {"max_per_class_error", LargestClassError},
            class_accuracy,
            {"mean_per_class_error", class_error},
            mse,
            pr_auc,
            r2,
            rmse};
  }
  const auto lift = [](const Metrics& m) {
    return m.binomial && !m.binomial->gains_lift.empty() ? m.binomial->gains_lift[0].lift : kNaN;
  };
  return {accuracy,
          {"aic", none},
          auc,
          {"err", error},
          {"err_count", Wrong},
          {"f0point5", at_f1("f0point5")},
          {"f1", at_f1("f1")},
          {"f2", at_f1("f2")},
          {"lift_top_group", lift},
          {"loglikelihood", none},
          logloss,
          {"max_per_class_error", LargestClassError},
          {"mcc", at_f1("absolute_mcc")},
          class_accuracy,
          {"mean_per_class_error", class_error},
          mse,
          pr_auc,
          {"precision", at_f1("precision")},
          r2,
          {"recall", at_f1("recall")},
          rmse,
          {"specificity", at_f1("specificity")}};
}

}  // namespace

Json ScoringHistoryToWire(const TrainingOutcome& outcome, ModelCategory category,
                          int64_t start_ms) {
  const JsonArray& history = outcome.scoring_history->as_array();
  const bool first = history.empty() || Number(history[0].as_object(), "samples") > 0;
  const size_t rows = history.size() + (first ? 1 : 0);
  TwoDimTable table("Scoring History");
  table.AddNoRowNames(rows);
  // start(…) of the row before the first scoring, cell(…) of each scoring.
  const auto add = [&](const std::string& name, const char* type, const char* format,
                       const Json& start, const auto& cell) {
    JsonArray cells;
    if (first) cells.push_back(start);
    for (const Json& entry : history) cells.push_back(cell(entry.as_object()));
    table.Add(name, type, format, std::move(cells));
  };
  const auto seconds = [](const JsonObject& e) {
    const double s = Number(e, "seconds");
    return std::isnan(s) ? 0 : s;
  };
  add("timestamp", "string", "%s", Json(Timestamp(start_ms)), [&](const JsonObject& e) -> Json {
    return Json(Timestamp(start_ms + static_cast<int64_t>(seconds(e) * 1000)));
  });
  add("duration", "string", "%s", Json(Duration(0)),
      [&](const JsonObject& e) -> Json { return Json(Duration(seconds(e))); });
  add("training_speed", "string", "%s", nullptr, [&](const JsonObject& e) -> Json {
    const double speed = Number(e, "samples_per_second");
    if (std::isnan(speed)) return nullptr;
    return Json(Speed(speed));
  });
  add("epochs", "double", "%.5f", 0.0,
      [](const JsonObject& e) { return WireNumber(Number(e, "epochs")); });
  add("iterations", "int", "%d", 0, [](const JsonObject& e) { return e.at("iterations"); });
  add("samples", "double", "%f", 0.0,
      [](const JsonObject& e) { return WireNumber(Number(e, "samples")); });
  for (const char* rows_of : {"training_", "validation_"}) {
    for (const HistoryColumn& column : HistoryColumns(category)) {
      const std::string key = rows_of + std::string(column.key);
      const bool always = rows_of[0] == 't' || Has(history, std::string(rows_of) + "rmse");
      if (!always) continue;
      add(rows_of + std::string(column.name), "double", "%.5f", "NaN",
          [&](const JsonObject& e) { return WireNumber(Number(e, key)); });
    }
  }
  return table.ToJson();
}

Json LayersToWire(const TrainingOutcome& outcome, ModelCategory category) {
  const auto* model = dynamic_cast<const DeepLearningModel*>(outcome.model.get());
  if (model == nullptr) return nullptr;
  const Network& network = model->network();
  const size_t layers = network.layers.size() + 1;
  const bool dropout = HasDropout(network.activation);
  const std::string activation =
      kEnumNames<Activation>[static_cast<size_t>(WithoutDropout(network.activation))];
  const JsonArray* states = LayerStates(outcome);
  const JsonArray ratios = Parameter(outcome, "hidden_dropout_ratios").is_array()
                               ? Parameter(outcome, "hidden_dropout_ratios").as_array()
                               : JsonArray();
  JsonArray number, units, types, drops, l1, l2, momentum;
  for (size_t l = 0; l < layers; ++l) {
    const bool input = l == 0, output = l + 1 == layers;
    number.push_back(l + 1);
    units.push_back(input    ? network.input.units()
                    : output ? network.outputs()
                             : network.hidden_units(l - 1));
    types.emplace_back(input ? std::string("Input")
                       : output
                           ? std::string(model->scale().classification() ? "Softmax" : "Linear")
                           : activation + (dropout ? "Dropout" : ""));
    if (output) {
      drops.push_back(nullptr);
    } else if (input) {
      drops.push_back(100 * RealParameter(outcome, "input_dropout_ratio"));
    } else {
      const double ratio = l - 1 < ratios.size() ? ratios[l - 1].to_number<double>() : 0.5;
      drops.push_back(dropout ? 100 * ratio : 0.0);
    }
    l1.push_back(input ? Json() : Json(RealParameter(outcome, "l1")));
    l2.push_back(input ? Json() : Json(RealParameter(outcome, "l2")));
    momentum.push_back(input ? Json() : Json(Momentum(outcome)));
  }
  const auto state = [&](const char* name) {
    JsonArray cells = {nullptr};
    for (size_t l = 0; l + 1 < layers; ++l) {
      const Json* value = states != nullptr && l < states->size()
                              ? (*states)[l].as_object().if_contains(name)
                              : nullptr;
      cells.push_back(value == nullptr ? Json() : *value);
    }
    return cells;
  };
  TwoDimTable table("Status of Neuron Layers", Describe(outcome, *model, category));
  table.AddNoRowNames(layers);
  table.Add("layer", "int", "%d", std::move(number));
  table.Add("units", "int", "%d", std::move(units));
  table.Add("type", "string", "%s", std::move(types));
  table.Add("dropout", "double", "%2.2f %%", std::move(drops));
  table.Add("l1", "double", "%5f", std::move(l1));
  table.Add("l2", "double", "%5f", std::move(l2));
  table.Add("mean_rate", "double", "%5f", state("mean_rate"));
  table.Add("rate_rms", "double", "%5f", state("rate_rms"));
  table.Add("momentum", "double", "%5f", std::move(momentum));
  for (const char* name : {"mean_weight", "weight_rms", "mean_bias", "bias_rms"}) {
    table.Add(name, "double", "%5f", state(name));
  }
  return table.ToJson();
}

Json ImportancesToWire(const Model& model) {
  const std::vector<VariableImportance> importances = model.variable_importances();
  if (importances.empty()) return nullptr;
  std::vector<std::string> names;
  JsonArray relative, scaled, percentage;
  for (const VariableImportance& v : importances) {
    names.push_back(v.variable);
    relative.push_back(WireNumber(v.relative));
    scaled.push_back(WireNumber(v.scaled));
    percentage.push_back(WireNumber(v.percentage));
  }
  TwoDimTable table("Variable Importances");
  table.AddTexts("variable", names);
  table.Add("relative_importance", "double", "%5f", std::move(relative));
  table.Add("scaled_importance", "double", "%5f", std::move(scaled));
  table.Add("percentage", "double", "%5f", std::move(percentage));
  return table.ToJson();
}

Json FoldSummaryToWire(const std::vector<Metrics>& folds, ModelCategory category) {
  const std::vector<SummaryRow> rows = SummaryRows(category);
  std::vector<std::string> names;
  JsonArray means, deviations;
  std::vector<JsonArray> columns(folds.size());
  for (const SummaryRow& row : rows) {
    names.emplace_back(row.name);
    double sum = 0, squares = 0;
    std::vector<double> values;
    for (const Metrics& m : folds) values.push_back(row.value(m));
    for (const double v : values) sum += v;
    const double mean = sum / static_cast<double>(values.size());
    for (const double v : values) squares += (v - mean) * (v - mean);
    means.push_back(WireNumber(mean));
    deviations.push_back(WireNumber(
        std::isnan(mean) ? 0.0 : std::sqrt(squares / static_cast<double>(values.size() - 1))));
    for (size_t f = 0; f < folds.size(); ++f) columns[f].push_back(WireNumber(values[f]));
  }
  TwoDimTable table("Cross-Validation Metrics Summary");
  table.AddRowNames(names);
  table.Add("mean", "float", "%f", std::move(means));
  table.Add("sd", "float", "%f", std::move(deviations));
  for (size_t f = 0; f < folds.size(); ++f) {
    table.Add(fmt::format("cv_{}_valid", f + 1), "float", "%f", std::move(columns[f]));
  }
  return table.ToJson();
}

}  // namespace thalweg
