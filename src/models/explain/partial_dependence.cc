#include "models/explain/partial_dependence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "mapreduce/quantiles.h"
#include "mapreduce/rollups.h"
#include "models/explain/column_changes.h"

namespace thalweg {
namespace {

// Calls use(point, responses) for every point of the product of the axes.
template <class Use>
void ForEachPoint(const Model& model, const Frame& frame, const std::vector<GridAxis>& axes,
                  const std::string& wanted, std::string& target, ThreadPool& pool,
                  const WorkContext& context, const Use& use) {
  size_t points = 1;
  for (const GridAxis& axis : axes) points *= axis.values.size();
  for (size_t point = 0; point < points; ++point) {
    context.ThrowIfCancelled();
    context.Report(static_cast<double>(point) / static_cast<double>(points), "");
    Frame changed = frame;
    size_t rest = point;
    for (size_t a = axes.size(); a-- > 0;) {
      const GridAxis& axis = axes[a];
      const double value = axis.values[rest % axis.values.size()];
      rest /= axis.values.size();
      changed = changed.WithReplaced(frame.IndexOf(axis.column),
                                     ConstantColumn(frame.layout(), value, axis.domain));
    }
    const Frame predictions = model.Predict(changed, pool);
    target = TargetOf(predictions, wanted);
    use(point, CellsOf(predictions, predictions.IndexOf(target)));
  }
}

// What a cell of an axis is in JSON.
Json CellJson(const GridAxis& axis, size_t point) {
  const double value = axis.values[point];
  if (std::isnan(value)) return nullptr;
  if (axis.domain) return Json(axis.Text(point));
  return JsonNumber(value);
}

Frame FrameOf(const std::vector<std::pair<std::string, DomainPtr>>& columns,
              const std::vector<std::vector<double>>& cells, ThreadPool& pool) {
  const auto rows = static_cast<int64_t>(cells[0].size());
  const auto layout =
      std::make_shared<Layout>(rows == 0 ? std::vector<int64_t>{0} : std::vector<int64_t>{0, rows});
  std::vector<std::string> names;
  std::vector<ColumnPtr> made;
  for (size_t c = 0; c < columns.size(); ++c) {
    std::string name = columns[c].first;
    while (std::find(names.begin(), names.end(), name) != names.end()) name += "_";
    names.push_back(name);
    made.push_back(ColumnOf(*layout, cells[c], columns[c].second, pool));
  }
  return Frame(layout, std::move(names), std::move(made));
}

}  // namespace

std::string GridAxis::Text(size_t point) const {
  const double value = values[point];
  if (std::isnan(value)) return "missing";
  return domain ? domain->levels()[static_cast<size_t>(value)] : fmt::format("{}", value);
}

GridAxis MakeGridAxis(const Frame& frame, const std::string& name, const GridOptions& options,
                      ThreadPool& pool) {
  const size_t position = frame.IndexOf(name);
  const Column& column = frame.column(position);
  if (!IsNumeric(column.type())) {
    throw UserError(fmt::format("column {} is {}: a grid is made of numbers or levels", name,
                                ColumnTypeName(column.type())));
  }
  GridAxis axis = {name, column.domain(), {}};
  if (axis.domain) {
    for (size_t i = 0; i < axis.domain->size(); ++i) axis.values.push_back(static_cast<double>(i));
  } else {
    if (options.points < 2) throw UserError("points: at least 2");
    const size_t positions[] = {position};
    const Rollups rollups = ComputeRollups(frame.Select(positions), pool)[0];
    if (rollups.missing == rollups.rows) {
      throw UserError(fmt::format("column {} has no cells to make a grid of", name));
    }
    std::vector<double> probabilities;
    for (int64_t i = 0; i < options.points; ++i) {
      const double p = static_cast<double>(i) / static_cast<double>(options.points - 1);
      probabilities.push_back(p);
      axis.values.push_back(
          i + 1 == options.points ? rollups.max : rollups.min + p * (rollups.max - rollups.min));
    }
    if (options.kind == GridKind::kQuantiles) {
      axis.values = ComputeQuantiles(frame, position, probabilities, pool);
    }
    axis.values.erase(std::unique(axis.values.begin(), axis.values.end()), axis.values.end());
  }
  if (options.missing) axis.values.push_back(kMissingReal);
  if (axis.values.empty()) {
    throw UserError(fmt::format("column {} has no cells to make a grid of", name));
  }
  return axis;
}

std::string TargetLevel(const std::vector<std::string>& levels, const std::string& wanted) {
  if (wanted.empty() && levels.size() == 2) return levels[1];
  if (std::find(levels.begin(), levels.end(), wanted) != levels.end()) return wanted;
  throw UserError(fmt::format("target: {} the classes are {}",
                              wanted.empty() ? "name one;" : "there is no " + wanted + ";",
                              Join(levels, ", ")));
}

std::string TargetOf(const Frame& predictions, const std::string& wanted) {
  const DomainPtr& domain = predictions.column(0).domain();
  if (domain) return TargetLevel(domain->levels(), wanted);
  if (!predictions.Find("predict")) {
    throw UserError(
        "the model is an autoencoder: it predicts no single number whose causes could be shown; "
        "thalweg predict --reconstruction_error true --per_feature true tells by which columns a "
        "row stands out");
  }
  if (wanted.empty() || wanted == "predict") return "predict";
  throw UserError("target: the model predicts numbers, not classes");
}

PartialDependence ComputePartialDependence(const Model& model, const Frame& frame,
                                           std::vector<GridAxis> axes, const std::string& target,
                                           const std::string& weights_column, ThreadPool& pool,
                                           const WorkContext& context) {
  Check(axes.size() == 1 || axes.size() == 2, "partial dependence on one or two columns");
  std::vector<double> weights(static_cast<size_t>(frame.rows()), 1);
  if (!weights_column.empty()) weights = CellsOf(frame, frame.IndexOf(weights_column));
  for (double& weight : weights) {
    if (std::isnan(weight)) weight = 0;
    if (weight < 0) throw UserError(fmt::format("{}: a weight is negative", weights_column));
  }
  PartialDependence result;
  ForEachPoint(model, frame, axes, target, result.target, pool, context,
               [&](size_t /*point*/, const std::vector<double>& responses) {
                 double sum = 0;
                 double count = 0;
                 for (size_t i = 0; i < responses.size(); ++i) {
                   sum += weights[i] * responses[i];
                   count += weights[i];
                 }
                 GridPoint point = {.mean = sum / count};
                 double squares = 0;
                 for (size_t i = 0; i < responses.size(); ++i) {
                   squares +=
                       weights[i] * (responses[i] - point.mean) * (responses[i] - point.mean);
                 }
                 point.sd = count > 1 ? std::sqrt(squares / (count - 1)) : std::nan("");
                 point.standard_error = point.sd / std::sqrt(count);
                 result.points.push_back(point);
               });
  result.axes = std::move(axes);
  return result;
}

Json PartialDependence::ToJson() const {
  JsonArray columns;
  for (const GridAxis& axis : axes) columns.emplace_back(axis.column);
  JsonArray rows;
  const size_t inner = axes.size() > 1 ? axes[1].values.size() : 1;
  for (size_t i = 0; i < points.size(); ++i) {
    JsonArray values = {CellJson(axes[0], i / inner)};
    if (axes.size() > 1) values.push_back(CellJson(axes[1], i % inner));
    rows.push_back(JsonObject{{"values", values},
                              {"mean_response", JsonNumber(points[i].mean)},
                              {"stddev_response", JsonNumber(points[i].sd)},
                              {"std_error_mean_response", JsonNumber(points[i].standard_error)}});
  }
  return JsonObject{{"columns", columns}, {"target", target}, {"rows", rows}};
}

Frame PartialDependence::ToFrame(ThreadPool& pool) const {
  std::vector<std::pair<std::string, DomainPtr>> columns;
  for (const GridAxis& axis : axes) columns.emplace_back(axis.column, axis.domain);
  for (const char* name : {"mean_response", "stddev_response", "std_error_mean_response"}) {
    columns.emplace_back(name, nullptr);
  }
  std::vector<std::vector<double>> cells(columns.size());
  const size_t inner = axes.size() > 1 ? axes[1].values.size() : 1;
  for (size_t i = 0; i < points.size(); ++i) {
    cells[0].push_back(axes[0].values[i / inner]);
    if (axes.size() > 1) cells[1].push_back(axes[1].values[i % inner]);
    cells[axes.size()].push_back(points[i].mean);
    cells[axes.size() + 1].push_back(points[i].sd);
    cells[axes.size() + 2].push_back(points[i].standard_error);
  }
  return FrameOf(columns, cells, pool);
}

void ConditionalCurves::Center() {
  for (std::vector<double>& curve : curves) {
    const double first = curve[0];
    for (double& value : curve) value -= first;
  }
}

Frame ConditionalCurves::ToFrame(ThreadPool& pool) const {
  std::vector<std::vector<double>> cells(3);
  for (size_t row = 0; row < curves.size(); ++row) {
    for (size_t point = 0; point < axis.values.size(); ++point) {
      cells[0].push_back(static_cast<double>(row));
      cells[1].push_back(axis.values[point]);
      cells[2].push_back(curves[row][point]);
    }
  }
  return FrameOf({{"row", nullptr}, {axis.column, axis.domain}, {"response", nullptr}}, cells,
                 pool);
}

ConditionalCurves ComputeConditionalCurves(const Model& model, const Frame& frame, GridAxis axis,
                                           const std::string& target, ThreadPool& pool,
                                           const WorkContext& context) {
  ConditionalCurves result;
  result.curves.assign(static_cast<size_t>(frame.rows()), std::vector<double>(axis.values.size()));
  ForEachPoint(model, frame, {axis}, target, result.target, pool, context,
               [&](size_t point, const std::vector<double>& responses) {
                 for (size_t i = 0; i < responses.size(); ++i) {
                   result.curves[i][point] = responses[i];
                 }
               });
  result.axis = std::move(axis);
  return result;
}

}  // namespace thalweg
