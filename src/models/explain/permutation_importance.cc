#include "models/explain/permutation_importance.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "models/explain/column_changes.h"

namespace thalweg {
namespace {

// Metrics of one number by name.
std::map<std::string, double> Numbers(const Metrics& metrics) {
  std::map<std::string, double> numbers;
  const Json json = metrics.ToJson();
  for (const auto& [key, value] : json.as_object()) {
    if (value.is_number() && key != "rows") {
      numbers[std::string(key)] = value.to_number<double>();
    }
  }
  return numbers;
}

std::string ChooseMetric(const std::string& wanted, const std::map<std::string, double>& numbers) {
  if (EqualsIgnoreCase(wanted, "AUTO")) {
    for (const char* metric : {"logloss", "rmse", "mse"}) {
      if (numbers.contains(metric)) return metric;
    }
  }
  std::vector<std::string> names;
  for (const auto& [key, value] : numbers) {
    if (EqualsIgnoreCase(key, wanted)) return key;
    names.push_back(key);
  }
  throw UserError(fmt::format("metric: {} is not known for this model; there are: {}", wanted,
                              Join(names, ", ")));
}

}  // namespace

bool LargerIsBetter(const std::string& name) {
  const std::string metric = ToLower(name);
  constexpr const char* kLarger[] = {"auc",      "r2",  "gini",      "f1",     "f2",
                                     "f0point5", "mcc", "precision", "recall", "lift"};
  const auto contains = [&](const char* part) { return metric.find(part) != std::string::npos; };
  return contains("accuracy") || contains("specificity") ||
         std::any_of(std::begin(kLarger), std::end(kLarger), contains);
}

Json PermutationImportance::ToJson() const {
  Json rows = ImportancesToJson(table);
  for (size_t i = 0; i < table.size(); ++i) {
    rows.as_array()[i].as_object()["repeats"] = boost::json::value_from(repeats[i]);
  }
  return JsonObject{{"metric", metric}, {"baseline", JsonNumber(baseline)}, {"table", rows}};
}

PermutationImportance ComputePermutationImportance(const Model& model, const Frame& frame,
                                                   const PermutationOptions& options,
                                                   ThreadPool& pool, const WorkContext& context) {
  if (options.repeats < 1) throw UserError("repeats: at least 1");
  const std::vector<std::string> columns =
      options.columns.empty() ? model.predictors() : options.columns;
  const std::map<std::string, double> start = Numbers(model.Score(frame, pool));
  PermutationImportance result;
  result.metric = ChooseMetric(options.metric, start);
  result.baseline = start.at(result.metric);
  const double sign = LargerIsBetter(result.metric) ? -1 : 1;

  const auto repeats = static_cast<size_t>(options.repeats);
  std::vector<double> means(columns.size());
  std::map<std::string, std::vector<double>> runs;
  for (size_t c = 0; c < columns.size(); ++c) {
    const size_t position = frame.IndexOf(columns[c]);
    const Column& column = frame.column(position);
    if (!IsNumeric(column.type())) {
      throw UserError(fmt::format("column {} is {}: it is no predictor", columns[c],
                                  ColumnTypeName(column.type())));
    }
    const std::vector<double> cells = CellsOf(frame, position);
    for (size_t k = 0; k < repeats; ++k) {
      context.ThrowIfCancelled();
      context.Report(
          static_cast<double>(c * repeats + k) / static_cast<double>(columns.size() * repeats),
          columns[c]);
      std::vector<double> shuffled = cells;
      Random(options.seed, {c, k}).Shuffle(std::span(shuffled));
      const Frame changed =
          frame.WithReplaced(position, ColumnOf(frame.layout(), shuffled, column.domain(), pool));
      const double value = Numbers(model.Score(changed, pool)).at(result.metric);
      runs[columns[c]].push_back(sign * (value - result.baseline));
      means[c] += runs[columns[c]].back() / static_cast<double>(repeats);
    }
  }
  result.table = RankImportances(columns, means);
  for (const VariableImportance& row : result.table) result.repeats.push_back(runs[row.variable]);
  return result;
}

}  // namespace thalweg
