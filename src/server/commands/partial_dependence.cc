#include "server/commands/partial_dependence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/available_memory.h"
#include "base/json.h"
#include "base/text.h"
#include "jobs/rank_frames.h"
#include "models/explain/partial_dependence.h"
#include "server/commands/arguments.h"
#include "server/schemas/meta.h"
#include "server/schemas/two_dim_table.h"

namespace thalweg {
namespace {

std::vector<std::string> Texts(const Json& list) {
  return boost::json::value_to<std::vector<std::string>>(list);
}

GridAxis AxisOf(const Json& arguments, const Frame& frame, const std::string& column,
                ThreadPool& pool) {
  GridOptions options;
  options.points = arguments.at("nbins").to_number<int64_t>();
  options.missing = arguments.at("add_missing_na").as_bool();
  GridAxis axis = MakeGridAxis(frame, column, options, pool);
  if (const Json* splits = arguments.at("splits").as_object().if_contains(column)) {
    axis.values = boost::json::value_to<std::vector<double>>(*splits);
    if (options.missing) axis.values.push_back(std::nan(""));
    for (const double v : axis.values) {
      const bool fits =
          !axis.domain || std::isnan(v) || (v >= 0 && v < static_cast<double>(axis.domain->size()));
      if (!fits) throw UserError(fmt::format("user_splits of {}: {} is no level", column, v));
    }
  } else if (axis.domain && options.points < static_cast<int64_t>(axis.domain->size())) {
    throw UserError(fmt::format("nbins is {}; column {} has {} levels, and needs as many at least",
                                options.points, column, axis.domain->size()));
  }
  return axis;
}

Json Table(const PartialDependence& pd, const std::string& model, const std::string& target) {
  const bool two = pd.axes.size() == 2;
  std::string text =
      two ? fmt::format(
                "2D Partial Dependence Plot of model {} on 1st column '{}' and 2nd column "
                "'{}'",
                model, pd.axes[0].column, pd.axes[1].column)
          : fmt::format("Partial Dependence Plot of model {} on column '{}'", model,
                        pd.axes[0].column);
  if (!target.empty()) text += fmt::format(" for class '{}'", target);
  TwoDimTable table(two ? "2D-PartialDependence" : "PartialDependence", two ? text : text + ".");
  const size_t second = two ? pd.axes[1].values.size() : 1;
  for (size_t a = 0; a < pd.axes.size(); ++a) {
    const GridAxis& axis = pd.axes[a];
    JsonArray cells;
    for (size_t p = 0; p < pd.points.size(); ++p) {
      const size_t point = a == 0 ? p / second : p % second;
      const double value = axis.values[point];
      if (axis.domain) {
        cells.push_back(Json(std::isnan(value)
                                 ? ".missing(NA)"
                                 : axis.domain->levels()[static_cast<size_t>(value)]));
      } else {
        cells.push_back(WireNumber(value));
      }
    }
    table.Add(ToLower(axis.column), axis.domain ? "string" : "double", axis.domain ? "%s" : "%5f",
              std::move(cells));
  }
  JsonArray means, deviations, errors;
  for (const GridPoint& point : pd.points) {
    means.push_back(WireNumber(point.mean));
    // Of a single row there is none.
    deviations.push_back(WireNumber(std::isnan(point.sd) ? 0 : point.sd));
    errors.push_back(WireNumber(std::isnan(point.standard_error) ? 0 : point.standard_error));
  }
  table.Add("mean_response", "double", "%5f", std::move(means));
  table.Add("stddev_response", "double", "%5f", std::move(deviations));
  table.Add("std_error_mean_response", "double", "%5f", std::move(errors));
  return table.ToJson();
}

}  // namespace

Json PartialDependenceCommand(const Json& arguments, CommandContext& context) {
  const std::string model_name = TextOf(arguments, "model");
  const std::shared_ptr<const Model> model = context.catalog.GetModel(model_name);
  const std::shared_ptr<const Frame> whole = GetWholeFrame(TextOf(arguments, "frame"), context);
  const auto row = arguments.at("row_index").to_number<int64_t>();
  if (row >= whole->rows()) {
    throw UserError(fmt::format("row_index is {}; the frame has {} rows", row, whole->rows()));
  }
  const Frame frame = row < 0 ? *whole : whole->Slice(row, row + 1);
  std::vector<std::string> targets = Texts(arguments.at("targets"));
  const std::vector<std::string> domain = model->domain();
  if (!targets.empty() && domain.size() < 3) {
    throw UserError("targets are for models of more than two classes");
  }
  if (targets.empty()) targets.emplace_back();
  std::vector<std::vector<std::string>> plots;
  for (const std::string& column : Texts(arguments.at("cols"))) plots.push_back({column});
  for (const Json& pair : arguments.at("pairs").as_array()) plots.push_back(Texts(pair));
  // A prediction of every row for one point at a time, and the column that is replaced.
  const auto classes = static_cast<double>(std::max<size_t>(1, domain.size()));
  RequireMemory(
      static_cast<double>(frame.rows()) * sizeof(double) * (classes + 2) * context.ranks.size(),
      "partial dependence of " + model_name + " on " + TextOf(arguments, "frame"));
  JsonArray tables;
  double done = 0;
  for (const std::vector<std::string>& columns : plots) {
    std::vector<GridAxis> axes;
    // Points come from all rows, also where one row is asked for.
    for (const std::string& column : columns) {
      axes.push_back(AxisOf(arguments, *whole, column, context.pool));
    }
    for (const std::string& target : targets) {
      const std::string level = domain.empty() ? "predict" : TargetLevel(domain, target);
      context.work.Report(done / static_cast<double>(plots.size()), columns[0]);
      tables.push_back(
          Table(ComputePartialDependence(*model, frame, axes, level,
                                         TextOf(arguments, "weights_column"), context.pool,
                                         {.progress = nullptr, .cancel = context.work.cancel}),
                model_name, target));
    }
    ++done;
  }
  JsonObject json = SchemaObject("PartialDependenceV3", "PartialDependence");
  json["model_id"] = KeyObject(KeyKind::kModel, model_name);
  json["frame_id"] = KeyObject(KeyKind::kFrame, TextOf(arguments, "frame"));
  json["row_index"] = row;
  json["cols"] = arguments.at("cols").as_array().empty() ? Json() : arguments.at("cols");
  json["col_pairs_2dpdp"] =
      arguments.at("pairs").as_array().empty() ? Json() : arguments.at("pairs");
  json["add_missing_na"] = arguments.at("add_missing_na");
  json["nbins"] = arguments.at("nbins");
  json["targets"] = arguments.at("targets").as_array().empty() ? Json() : arguments.at("targets");
  json["destination_key"] = nullptr;
  json["partial_dependence_data"] = std::move(tables);
  context.catalog.Put(TextOf(arguments, "dest"),
                      std::make_shared<PartialDependenceEntry>(FormatWireJson(json)));
  return nullptr;
}

}  // namespace thalweg
