// For tests: a model that is a function of its columns' cells.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "models/explain/column_changes.h"
#include "models/metrics/regression_accumulator.h"
#include "models/model.h"

namespace thalweg {

class FunctionModel : public Model {
 public:
  using Function = std::function<double(const std::vector<double>& cells)>;

  // Cells of categorical columns are codes, missing ones NaN. Where `levels` is not empty (two),
  // the function gives the probability of the second.
  FunctionModel(std::vector<std::string> columns, Function function,
                std::vector<std::string> levels = {})
      : columns_(std::move(columns)), levels_(std::move(levels)), function_(std::move(function)) {}

  std::string algo() const override { return "function"; }
  const std::string& response() const override { return response_; }
  std::vector<std::string> predictors() const override { return columns_; }
  std::vector<std::pair<std::string, ColumnType>> TrainedTypes() const override { return {}; }
  const Json& parameters() const override { return parameters_; }
  Frame Predict(const Frame& frame, ThreadPool& pool) const override {
    const std::vector<double> values = Values(frame);
    if (levels_.empty()) {
      return Frame(frame.layout_ptr(), {"predict"},
                   {ColumnOf(frame.layout(), values, nullptr, pool)});
    }
    std::vector<double> classes(values.size()), others(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      classes[i] = values[i] > 0.5 ? 1 : 0;
      others[i] = 1 - values[i];
    }
    const Layout& layout = frame.layout();
    return Frame(
        frame.layout_ptr(), {"predict", levels_[0], levels_[1]},
        {ColumnOf(layout, classes, std::make_shared<Domain>(levels_), pool),
         ColumnOf(layout, others, nullptr, pool), ColumnOf(layout, values, nullptr, pool)});
  }
  Metrics Score(const Frame& frame, ThreadPool& /*pool*/) const override {
    const std::vector<double> values = Values(frame);
    const std::vector<double> actual = CellsOf(frame, frame.IndexOf(response_));
    RegressionAccumulator all;
    for (size_t i = 0; i < values.size(); ++i) all.Add(actual[i], values[i]);
    return all.Finish();
  }
  Metrics ScorePredictions(const ScoringOptions&, const Frame&, const Frame&,
                           ThreadPool&) const override {
    throw InternalError("not asked for");
  }
  void Save(const std::string& /*path*/) const override { throw InternalError("not for files"); }
  std::string Bytes() const override { throw InternalError("not for files"); }
  Json Summary() const override { return JsonObject(); }

 private:
  std::vector<double> Values(const Frame& frame) const {
    std::vector<std::vector<double>> cells;
    for (const std::string& name : columns_) cells.push_back(CellsOf(frame, frame.IndexOf(name)));
    std::vector<double> values(static_cast<size_t>(frame.rows()));
    std::vector<double> row(columns_.size());
    for (size_t r = 0; r < values.size(); ++r) {
      for (size_t c = 0; c < row.size(); ++c) row[c] = cells[c][r];
      values[r] = function_(row);
    }
    return values;
  }

  std::vector<std::string> columns_;
  std::vector<std::string> levels_;
  Function function_;
  std::string response_ = "y";
  Json parameters_ = JsonObject();
};

}  // namespace thalweg
