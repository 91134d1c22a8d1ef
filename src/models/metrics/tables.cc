#include "models/metrics/tables.h"

#include <fmt/format.h>

#include "base/json.h"

namespace thalweg {
namespace {

// value(row) of each row.
template <class Rows, class Value>
JsonArray ColumnOf(const Rows& rows, const Value& value) {
  JsonArray column;
  column.reserve(rows.size());
  for (const auto& row : rows) column.push_back(JsonNumber(value(row)));
  return column;
}

JsonArray Numbers(size_t first, size_t count) {
  JsonArray column;
  for (size_t i = 0; i < count; ++i) column.push_back(first + i);
  return column;
}

}  // namespace

Json ThresholdsToJson(const ThresholdTable& table) {
  JsonObject columns;
  columns["threshold"] = ColumnOf(table.rows, [](const auto& row) { return row.threshold; });
  for (const Criterion& criterion : Criteria()) {
    columns[criterion.name] = ColumnOf(table.rows, criterion.value);
  }
  columns["idx"] = Numbers(0, table.rows.size());
  return columns;
}

Json MaximaToJson(const ThresholdTable& table) {
  JsonArray names;
  JsonArray indices;
  for (size_t k = 0; k < kCriteria; ++k) {
    names.push_back(Json(fmt::format("max {}", Criteria()[k].name)));
    indices.push_back(table.maxima[k].index);
  }
  return JsonObject{
      {"metric", names},
      {"threshold", ColumnOf(table.maxima, [](const Maximum& m) { return m.threshold; })},
      {"value", ColumnOf(table.maxima, [](const Maximum& m) { return m.value; })},
      {"idx", indices}};
}

Json GainsLiftToJson(std::span<const GainsLiftGroup> groups) {
  using Group = GainsLiftGroup;
  JsonObject columns{{"group", Numbers(1, groups.size())}};
  const auto add = [&](const char* name, auto value) { columns[name] = ColumnOf(groups, value); };
  add("cumulative_data_fraction", [](const Group& g) { return g.cumulative_data_fraction; });
  add("lower_threshold", [](const Group& g) { return g.lower_threshold; });
  add("lift", [](const Group& g) { return g.lift; });
  add("cumulative_lift", [](const Group& g) { return g.cumulative_lift; });
  add("response_rate", [](const Group& g) { return g.response_rate; });
  add("score", [](const Group& g) { return g.score; });
  add("cumulative_response_rate", [](const Group& g) { return g.cumulative_response_rate; });
  add("cumulative_score", [](const Group& g) { return g.cumulative_score; });
  add("capture_rate", [](const Group& g) { return g.capture_rate; });
  add("cumulative_capture_rate", [](const Group& g) { return g.cumulative_capture_rate; });
  add("gain", [](const Group& g) { return g.gain(); });
  add("cumulative_gain", [](const Group& g) { return g.cumulative_gain(); });
  add("kolmogorov_smirnov", [](const Group& g) { return g.kolmogorov_smirnov; });
  return columns;
}

Json HitRatiosToJson(std::span<const double> ratios) {
  return JsonObject{{"k", Numbers(1, ratios.size())},
                    {"hit_ratio", ColumnOf(ratios, [](double ratio) { return ratio; })}};
}

Json AucTableToJson(const MultinomialAuc& areas, const std::vector<std::string>& levels,
                    Area area) {
  JsonArray types;
  JsonArray first;
  JsonArray second;
  JsonArray values;
  const auto level = [](const std::optional<std::string>& text) {
    return text ? Json(*text) : Json(nullptr);
  };
  for (const NamedArea& named : NamedAreas(areas, levels)) {
    types.emplace_back(named.name);
    first.push_back(level(named.first));
    second.push_back(level(named.second));
    values.push_back(JsonNumber(area == Area::kRoc ? named.area.auc : named.area.pr_auc));
  }
  return JsonObject{{"type", types},
                    {"first_class_domain", first},
                    {"second_class_domain", second},
                    {area == Area::kRoc ? "auc" : "auc_pr", values}};
}

}  // namespace thalweg
