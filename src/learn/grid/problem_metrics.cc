#include "learn/grid/problem_metrics.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace thalweg {
namespace {

// The parameter's value as text, or empty where the learner has none of this name.
std::string TextOf(const ParamSchema& schema, const char* name, const void* params) {
  const ParamSpec* spec = schema.Find(name);
  return spec == nullptr ? "" : spec->Format(params);
}

// With the fields filled in that the problem has, whatever their values.
Metrics Example(ProblemKind problem, const ParamSchema& schema, const void* params) {
  Metrics m;
  if (problem == ProblemKind::kAutoencoder) return m;
  m.r2 = 0;
  if (problem == ProblemKind::kRegression) {
    m.mae = m.rmsle = m.mean_residual_deviance = 0;
    return m;
  }
  m.logloss = m.classification_error = m.mean_per_class_error = 0;
  if (problem == ProblemKind::kBinomial) {
    m.auc = m.pr_auc = 0;
    auto tables = std::make_shared<BinomialTables>();
    if (TextOf(schema, "gainslift_bins", params) != "0") tables->gains_lift.resize(1);
    m.binomial = std::move(tables);
    return m;
  }
  const std::string auc = TextOf(schema, "auc_type", params);
  if (!auc.empty() && auc != "AUTO" && auc != "NONE") m.auc = m.pr_auc = 0;
  return m;
}

const char* NameOf(ProblemKind problem) {
  switch (problem) {
    case ProblemKind::kBinomial:
      return "a response of two classes";
    case ProblemKind::kMultinomial:
      return "a response of more than two classes";
    case ProblemKind::kRegression:
      return "a response that is a number";
    case ProblemKind::kAutoencoder:
      return "an autoencoder";
  }
  throw InternalError("unknown kind of problem");
}

}  // namespace

ProblemKind ProblemOf(const ParamSchema& schema, const void* params, const Frame& training) {
  if (TextOf(schema, "autoencoder", params) == "true") return ProblemKind::kAutoencoder;
  const std::string response = TextOf(schema, "response_column", params);
  const auto refuse = [](const std::string& why) {
    throw FieldErrors(std::vector<FieldError>{{"response_column", why}});
  };
  if (response.empty()) refuse("is needed: the name of the column to predict");
  size_t column = 0;
  try {
    column = training.IndexOf(response);
  } catch (const UserError& error) {
    refuse(error.what());
  }
  if (training.column(column).type() != ColumnType::kCategorical) return ProblemKind::kRegression;
  return training.column(column).domain()->size() > 2 ? ProblemKind::kMultinomial
                                                      : ProblemKind::kBinomial;
}

const MetricByName& MeasuredMetric(const char* field, StoppingMetric metric, ProblemKind problem,
                                   const ParamSchema& schema, const void* params) {
  const Metrics example = Example(problem, schema, params);
  if (metric == StoppingMetric::kAuto) {
    for (const char* name : {"logloss", "deviance", "MSE"}) {
      const MetricByName& candidate = Find(StoppingMetricByName(name));
      if (candidate.value(example)) return candidate;
    }
  }
  const MetricByName& chosen = Find(metric);
  if (chosen.value(example)) return chosen;
  std::vector<std::string> names;
  for (const MetricByName& m : kMetricsByName) {
    if (m.value(example)) names.emplace_back(m.name);
  }
  throw FieldErrors(std::vector<FieldError>{
      {field, fmt::format("{} is not measured for {}; there are: {}", chosen.name, NameOf(problem),
                          Join(names, ", "))}});
}

}  // namespace thalweg
