#include "server/schemas/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "server/schemas/meta.h"
#include "server/schemas/two_dim_table.h"

namespace thalweg {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// value(row) of each row.
template <class Rows, class Value>
JsonArray ColumnOf(const Rows& rows, const Value& value) {
  JsonArray column;
  column.reserve(rows.size());
  for (const auto& row : rows) column.push_back(WireNumber(value(row)));
  return column;
}

JsonArray Numbers(size_t first, size_t count) {
  JsonArray column;
  for (size_t i = 0; i < count; ++i) column.push_back(first + i);
  return column;
}

bool IsWhole(double value) { return std::abs(value) < 1e15 && value == std::floor(value); }

// Sums of weights: whole numbers where they are.
Json Count(double value) {
  return IsWhole(value) ? Json(static_cast<int64_t>(value)) : WireNumber(value);
}

// Sums of weights as people read them.
std::string CountText(double value) {
  return IsWhole(value) ? fmt::format("{:.0f}", value) : fmt::format("{:.4f}", value);
}

bool IsCount(std::string_view criterion) {
  return criterion == "tns" || criterion == "fns" || criterion == "fps" || criterion == "tps";
}

Json Thresholds(const ThresholdTable& table) {
  TwoDimTable t("Metrics for Thresholds",
                "Binomial metrics as a function of classification thresholds");
  t.Add("threshold", "double", "%f",
        ColumnOf(table.rows, [](const auto& row) { return row.threshold; }));
  for (const Criterion& criterion : Criteria()) {
    if (IsCount(criterion.name)) {
      JsonArray cells;
      bool whole = true;
      for (const auto& row : table.rows) {
        const double count = criterion.value(row);
        whole = whole && IsWhole(count);
        cells.push_back(Count(count));
      }
      t.Add(criterion.name, whole ? "long" : "double", whole ? "%d" : "%f", std::move(cells));
    } else {
      t.Add(criterion.name, "double", "%f", ColumnOf(table.rows, criterion.value));
    }
  }
  t.Add("idx", "int", "%d", Numbers(0, table.rows.size()));
  return t.ToJson();
}

Json Maxima(const ThresholdTable& table) {
  std::vector<std::string> names;
  JsonArray indices;
  for (size_t k = 0; k < kCriteria; ++k) {
    names.push_back(fmt::format("max {}", Criteria()[k].name));
    indices.push_back(table.maxima[k].index);
  }
  TwoDimTable t("Maximum Metrics", "Maximum metrics at their respective thresholds");
  t.AddTexts("metric", names);
  t.Add("threshold", "double", "%f",
        ColumnOf(table.maxima, [](const Maximum& m) { return m.threshold; }));
  t.Add("value", "double", "%f", ColumnOf(table.maxima, [](const Maximum& m) { return m.value; }));
  t.Add("idx", "long", "%d", std::move(indices));
  return t.ToJson();
}

Json GainsLiftTable(const std::vector<GainsLiftGroup>& groups) {
  using Group = GainsLiftGroup;
  if (groups.empty()) return nullptr;
  const Group& last = groups.back();
  TwoDimTable t("Gains/Lift Table",
                fmt::format("Avg response rate: {:5.2f} %, avg score: {:5.2f} %",
                            100 * last.cumulative_response_rate, 100 * last.cumulative_score));
  t.Add("group", "int", "%d", Numbers(1, groups.size()));
  const auto add = [&](const char* name, const char* format, auto value) {
    t.Add(name, "double", format, ColumnOf(groups, value));
  };
  add("cumulative_data_fraction", "%.8f",
      [](const Group& g) { return g.cumulative_data_fraction; });
  add("lower_threshold", "%5f", [](const Group& g) { return g.lower_threshold; });
  add("lift", "%5f", [](const Group& g) { return g.lift; });
  add("cumulative_lift", "%5f", [](const Group& g) { return g.cumulative_lift; });
  add("response_rate", "%5f", [](const Group& g) { return g.response_rate; });
  add("score", "%5f", [](const Group& g) { return g.score; });
  add("cumulative_response_rate", "%5f", [](const Group& g) { return g.cumulative_response_rate; });
  add("cumulative_score", "%5f", [](const Group& g) { return g.cumulative_score; });
  add("capture_rate", "%5f", [](const Group& g) { return g.capture_rate; });
  add("cumulative_capture_rate", "%5f", [](const Group& g) { return g.cumulative_capture_rate; });
  add("gain", "%5f", [](const Group& g) { return g.gain(); });
  add("cumulative_gain", "%5f", [](const Group& g) { return g.cumulative_gain(); });
  add("kolmogorov_smirnov", "%5f", [](const Group& g) { return g.kolmogorov_smirnov; });
  return t.ToJson();
}

Json HitRatios(const std::vector<double>& ratios) {
  if (ratios.empty()) return nullptr;
  std::vector<std::string> ks;
  JsonArray cells;
  for (size_t k = 0; k < ratios.size(); ++k) {
    ks.push_back(std::to_string(k + 1));
    cells.push_back(WireNumber(ratios[k]));
  }
  TwoDimTable t(fmt::format("Top-{} Hit Ratios", ratios.size()));
  t.AddTexts("k", ks);
  t.Add("hit_ratio", "float", "%f", std::move(cells));
  return t.ToJson();
}

Json AucTable(const MultinomialAuc& areas, const std::vector<std::string>& levels, bool roc) {
  JsonArray types, first, second, values;
  const auto level = [](const std::optional<std::string>& text) {
    return text ? Json(*text) : Json(nullptr);
  };
  for (const NamedArea& named : NamedAreas(areas, levels)) {
    types.emplace_back(named.second ? "Class " + *named.first + " vs. " + *named.second
                                    : named.name);
    first.push_back(level(named.first));
    second.push_back(level(named.second));
    values.push_back(WireNumber(roc ? named.area.auc : named.area.pr_auc));
  }
  TwoDimTable t(roc ? "Multinomial AUC values" : "Multinomial auc_pr values");
  t.Add("type", "string", "%s", std::move(types));
  t.Add("first_class_domain", "string", "%s", std::move(first));
  t.Add("second_class_domain", "string", "%s", std::move(second));
  t.Add(roc ? "auc" : "auc_pr", "double", "%d", std::move(values));
  return t.ToJson();
}

void AddBinomial(const Metrics& m, JsonObject& json) {
  json["AUC"] = WireNumber(m.auc.value_or(kNaN));
  json["pr_auc"] = WireNumber(m.pr_auc.value_or(kNaN));
  json["Gini"] = WireNumber(m.gini.value_or(kNaN));
  json["mean_per_class_error"] = WireNumber(m.mean_per_class_error.value_or(kNaN));
}

}  // namespace

std::string_view Name(ModelCategory category) {
  switch (category) {
    case ModelCategory::kBinomial:
      return "Binomial";
    case ModelCategory::kMultinomial:
      return "Multinomial";
    case ModelCategory::kRegression:
      return "Regression";
    case ModelCategory::kAutoEncoder:
      break;
  }
  return "AutoEncoder";
}

ModelCategory CategoryOf(size_t levels, bool has_response) {
  if (!has_response) return ModelCategory::kAutoEncoder;
  if (levels == 0) return ModelCategory::kRegression;
  return levels == 2 ? ModelCategory::kBinomial : ModelCategory::kMultinomial;
}

ModelCategory CategoryOf(const Model& model) {
  return CategoryOf(model.domain().size(), !model.response().empty());
}

Json ConfusionMatrixToWire(const ConfusionMatrix& matrix) {
  const size_t levels = matrix.levels.size();
  bool whole = std::all_of(matrix.counts.begin(), matrix.counts.end(), IsWhole);
  TwoDimTable table("Confusion Matrix", "Row labels: Actual class; Column labels: Predicted class");
  for (size_t predicted = 0; predicted < levels; ++predicted) {
    JsonArray cells;
    double total = 0;
    for (size_t actual = 0; actual < levels; ++actual) {
      cells.push_back(Count(matrix.at(actual, predicted)));
      total += matrix.at(actual, predicted);
    }
    cells.push_back(Count(total));
    table.Add(matrix.levels[predicted], whole ? "long" : "double", whole ? "%d" : "%f",
              std::move(cells));
  }
  JsonArray errors;
  std::vector<std::string> rates;
  double wrong = 0, all = 0;
  for (size_t actual = 0; actual < levels; ++actual) {
    const double total = matrix.Total(actual);
    const double missed = total - matrix.at(actual, actual);
    wrong += missed;
    all += total;
    errors.push_back(WireNumber(total > 0 ? missed / total : kNaN));
    rates.push_back(CountText(missed) + " / " + CountText(total));
  }
  errors.push_back(WireNumber(all > 0 ? wrong / all : kNaN));
  rates.push_back(CountText(wrong) + " / " + CountText(all));
  size_t width = 0;
  for (const std::string& rate : rates) width = std::max(width, rate.size());
  table.Add("Error", "double", "%.4f", std::move(errors));
  JsonArray texts;
  for (const std::string& rate : rates) texts.emplace_back(rate);
  table.Add("Rate", "string", fmt::format("= %{}s", width), std::move(texts));
  JsonObject json = SchemaObject("ConfusionMatrixV3", "ConfusionMatrix");
  json["table"] = table.ToJson();
  return json;
}

Json MetricsToWire(const Metrics& m, ModelCategory category, const MetricsOrigin& origin) {
  const std::string type = fmt::format("ModelMetrics{}", Name(category));
  JsonObject json = SchemaObject(type + "V3", type);
  json["model"] = KeyOrNull(KeyKind::kModel, origin.model);
  json["model_checksum"] = 0;
  json["frame"] = KeyOrNull(KeyKind::kFrame, origin.frame);
  json["frame_checksum"] = 0;
  json["description"] = origin.description.empty() ? Json() : Json(origin.description);
  json["model_category"] = Name(category);
  json["scoring_time"] = origin.scoring_time_ms;
  json["predictions"] = origin.predictions;
  json["MSE"] = WireNumber(m.rows > 0 ? m.mse : kNaN);
  json["RMSE"] = WireNumber(m.rows > 0 ? m.rmse : kNaN);
  json["nobs"] = m.rows;
  json["custom_metric_name"] = nullptr;
  json["custom_metric_value"] = 0.0;
  if (category == ModelCategory::kAutoEncoder) return json;
  json["r2"] = WireNumber(m.r2.value_or(kNaN));
  json["loglikelihood"] = "NaN";
  json["AIC"] = "NaN";
  if (category == ModelCategory::kRegression) {
    json["mean_residual_deviance"] = WireNumber(m.mean_residual_deviance.value_or(kNaN));
    json["mae"] = WireNumber(m.mae.value_or(kNaN));
    json["rmsle"] = WireNumber(m.rmsle.value_or(kNaN));
    return json;
  }
  json["logloss"] = WireNumber(m.logloss.value_or(kNaN));
  AddBinomial(m, json);
  json["cm"] = nullptr;
  if (m.confusion_matrix) json["cm"] = ConfusionMatrixToWire(*m.confusion_matrix);
  if (category == ModelCategory::kBinomial) {
    json["domain"] = boost::json::value_from(origin.domain);
    const ThresholdTable none;
    const ThresholdTable& table = m.binomial ? m.binomial->thresholds : none;
    json["thresholds_and_metric_scores"] = table.rows.empty() ? Json() : Thresholds(table);
    json["max_criteria_and_metric_scores"] = table.rows.empty() ? Json() : Maxima(table);
    json["gains_lift_table"] = m.binomial ? GainsLiftTable(m.binomial->gains_lift) : Json();
    return json;
  }
  json.erase("Gini");
  json["hit_ratio_table"] = HitRatios(m.hit_ratios);
  json["multinomial_auc_table"] = nullptr;
  json["multinomial_aucpr_table"] = nullptr;
  if (m.multinomial_auc && m.confusion_matrix) {
    const std::vector<std::string>& levels = m.confusion_matrix->levels;
    json["multinomial_auc_table"] = AucTable(*m.multinomial_auc, levels, true);
    json["multinomial_aucpr_table"] = AucTable(*m.multinomial_auc, levels, false);
  }
  return json;
}

}  // namespace thalweg
