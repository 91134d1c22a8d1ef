#include "cli/html_report/report_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace thalweg {
namespace {

enum class Kind {
  kNumber,  // or null
  kText,
  kFlag,
  kList,
  kObject,
  kColumns,  // an object of lists of the same length
};

struct Rule {
  std::string_view path;  // * stands for every key, [] for every element
  Kind kind;
};

// Of each of the three sets of metrics.
constexpr Rule kMetrics[] = {
    {"", Kind::kObject},
    {"classification_error", Kind::kNumber},
    {"AUC", Kind::kNumber},
    {"pr_auc", Kind::kNumber},
    {"logloss", Kind::kNumber},
    {"mean_per_class_error", Kind::kNumber},
    {"mse", Kind::kNumber},
    {"rmse", Kind::kNumber},
    {"mae", Kind::kNumber},
    {"r2", Kind::kNumber},
    {"mean_residual_deviance", Kind::kNumber},
    {"thresholds_and_metric_scores", Kind::kColumns},
    {"thresholds_and_metric_scores.*[]", Kind::kNumber},
    {"max_criteria_and_metric_scores", Kind::kColumns},
    {"max_criteria_and_metric_scores.metric[]", Kind::kText},
    {"max_criteria_and_metric_scores.threshold[]", Kind::kNumber},
    {"max_criteria_and_metric_scores.value[]", Kind::kNumber},
    {"cm", Kind::kObject},
    {"cm.levels", Kind::kList},
    {"cm.levels[]", Kind::kText},
    {"cm.counts", Kind::kList},
    {"cm.counts[]", Kind::kList},
    {"cm.counts[][]", Kind::kNumber},
    {"gains_lift_table", Kind::kColumns},
    {"gains_lift_table.*[]", Kind::kNumber},
    {"hit_ratio_table", Kind::kColumns},
    {"hit_ratio_table.*[]", Kind::kNumber},
};

constexpr Rule kReport[] = {
    {"epochs", Kind::kNumber},
    {"samples_per_second", Kind::kNumber},
    {"run_time_ms", Kind::kNumber},
    {"peak_memory_bytes", Kind::kNumber},
    {"interrupted", Kind::kFlag},
    {"stop_reason", Kind::kText},
    {"warnings", Kind::kList},
    {"warnings[]", Kind::kText},
    {"scoring_history", Kind::kList},
    {"scoring_history[]", Kind::kObject},
    {"scoring_history[].epochs", Kind::kNumber},
    {"cross_validation_metrics_summary", Kind::kObject},
    {"cross_validation_metrics_summary.*", Kind::kObject},
    {"cross_validation_metrics_summary.*.mean", Kind::kNumber},
    {"cross_validation_metrics_summary.*.sd", Kind::kNumber},
    {"cross_validation_metrics_summary.*.values", Kind::kList},
    {"cross_validation_metrics_summary.*.values[]", Kind::kNumber},
    {"reconstruction_errors", Kind::kObject},
    {"reconstruction_errors.frame", Kind::kText},
    {"reconstruction_errors.histogram", Kind::kObject},
    {"reconstruction_errors.histogram.min", Kind::kNumber},
    {"reconstruction_errors.histogram.max", Kind::kNumber},
    {"reconstruction_errors.histogram.counts", Kind::kList},
    {"reconstruction_errors.histogram.counts[]", Kind::kNumber},
    {"reconstruction_errors.features", Kind::kList},
    {"reconstruction_errors.features[]", Kind::kObject},
    {"reconstruction_errors.features[].name", Kind::kText},
    {"reconstruction_errors.features[].mse", Kind::kNumber},
};

std::string Found(const Json& value) {
  if (value.is_null()) return "null";
  if (value.is_bool()) return "true or false";
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a text";
  return value.is_array() ? "a list" : "an object";
}

std::string_view Wanted(Kind kind) {
  switch (kind) {
    case Kind::kNumber:
      return "a number";
    case Kind::kText:
      return "a text";
    case Kind::kFlag:
      return "true or false";
    case Kind::kList:
      return "a list";
    case Kind::kObject:
      return "an object";
    case Kind::kColumns:
      return "an object of lists";
  }
  return "";
}

bool Is(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::kNumber:
      return value.is_number() || value.is_null();
    case Kind::kText:
      return value.is_string();
    case Kind::kFlag:
      return value.is_bool();
    case Kind::kList:
      return value.is_array();
    default:
      return value.is_object();
  }
}

class Checker {
 public:
  explicit Checker(const std::string& file) : file_(file) {}

  // Follows `path` from `value`, which stands at `place`; what is not there is not looked at.
  void Check(const Json& value, std::string_view path, Kind kind, const std::string& place) const {
    if (path.empty()) return CheckKind(value, kind, place);
    if (path.starts_with("[]")) {
      if (!value.is_array()) return Refuse(place, value, Kind::kList);
      const JsonArray& list = value.as_array();
      for (size_t i = 0; i < list.size(); ++i) {
        Check(list[i], path.substr(2), kind, fmt::format("{}[{}]", place, i));
      }
      return;
    }
    if (!value.is_object()) return Refuse(place, value, Kind::kObject);
    if (path.front() == '.') path.remove_prefix(1);
    const std::string_view key = path.substr(0, std::min(path.find('.'), path.find('[')));
    for (const auto& [name, member] : value.as_object()) {
      if (key != "*" && std::string_view(name) != key) continue;
      const std::string name_text = Printable(std::string_view(name));
      Check(member, path.substr(key.size()), kind,
            place.empty() ? name_text : place + "." + name_text);
    }
  }

  [[noreturn]] void Refuse(const std::string& what) const {
    throw UserError(
        fmt::format("{}: {}; give the file that `thalweg train --report` wrote", file_, what));
  }

 private:
  void CheckKind(const Json& value, Kind kind, const std::string& place) const {
    if (!Is(value, kind)) Refuse(place, value, kind);
    if (kind != Kind::kColumns) return;
    size_t length = 0;
    bool first = true;
    for (const auto& [name, column] : value.as_object()) {
      const std::string here = place + "." + Printable(std::string_view(name));
      if (!column.is_array()) Refuse(here, column, Kind::kList);
      if (!first && column.as_array().size() != length) {
        Refuse(fmt::format("{} has {} elements, the columns before it {}", here,
                           column.as_array().size(), length));
      }
      length = column.as_array().size();
      first = false;
    }
  }
  [[noreturn]] void Refuse(const std::string& place, const Json& value, Kind kind) const {
    Refuse(fmt::format("{} is {}, not {}", place, Found(value), Wanted(kind)));
  }

  const std::string& file_;
};

// Members that belong to each other: one without the other draws nothing, or something wrong.
void CheckParts(const Checker& checker, const Json& value, const std::string& place,
                std::initializer_list<const char*> members) {
  for (const char* name : members) {
    if (!value.as_object().contains(name)) {
      checker.Refuse(fmt::format("{} has no {}", place, name));
    }
  }
}

void CheckMatrix(const Checker& checker, const Json& cm, const std::string& place) {
  CheckParts(checker, cm, place, {"levels", "counts"});
  const size_t levels = cm.at("levels").as_array().size();
  const JsonArray& counts = cm.at("counts").as_array();
  bool square = counts.size() == levels;
  for (const Json& row : counts) square = square && row.as_array().size() == levels;
  if (!square) {
    checker.Refuse(fmt::format("{}.counts is not a matrix of {} x {}, as {}.levels has it", place,
                               levels, levels, place));
  }
}

void CheckMetrics(const Checker& checker, const Json& metrics, const std::string& place) {
  for (const Rule& rule : kMetrics) checker.Check(metrics, rule.path, rule.kind, place);
  const auto part = [&](const char* name) { return metrics.as_object().if_contains(name); };
  if (const Json* t = part("max_criteria_and_metric_scores")) {
    CheckParts(checker, *t, place + ".max_criteria_and_metric_scores",
               {"metric", "threshold", "value"});
  }
  if (const Json* t = part("thresholds_and_metric_scores")) {
    CheckParts(checker, *t, place + ".thresholds_and_metric_scores",
               {"fpr", "tpr", "recall", "precision"});
  }
  if (const Json* t = part("gains_lift_table")) {
    CheckParts(checker, *t, place + ".gains_lift_table",
               {"cumulative_data_fraction", "cumulative_lift", "cumulative_capture_rate"});
  }
  if (const Json* t = part("hit_ratio_table")) {
    CheckParts(checker, *t, place + ".hit_ratio_table", {"k", "hit_ratio"});
  }
  if (const Json* cm = part("cm")) CheckMatrix(checker, *cm, place + ".cm");
}

}  // namespace

void CheckReportShape(const Json& report, const std::string& file) {
  const Checker checker(file);
  if (!report.is_object()) checker.Refuse("it is " + Found(report) + ", not an object");
  const JsonObject& object = report.as_object();
  if (!object.contains("training_metrics")) {
    checker.Refuse("not a report of a training: training_metrics is missing");
  }
  for (const char* set : {"training_metrics", "validation_metrics", "cross_validation_metrics"}) {
    if (const Json* metrics = object.if_contains(set)) CheckMetrics(checker, *metrics, set);
  }
  for (const Rule& rule : kReport) checker.Check(report, rule.path, rule.kind, "");
  if (const Json* summary = object.if_contains("cross_validation_metrics_summary")) {
    for (const auto& [name, metric] : summary->as_object()) {
      CheckParts(checker, metric,
                 "cross_validation_metrics_summary." + Printable(std::string_view(name)),
                 {"mean", "sd", "values"});
    }
  }
  if (const Json* errors = object.if_contains("reconstruction_errors")) {
    if (const Json* histogram = errors->as_object().if_contains("histogram")) {
      CheckParts(checker, *histogram, "reconstruction_errors.histogram", {"min", "max", "counts"});
    }
  }
}

}  // namespace thalweg
