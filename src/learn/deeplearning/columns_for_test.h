// For tests of whole trainings: columns by name that become frames, and reading predictions back.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "learn/deeplearning/trainer.h"
#include "models/deeplearning_model.h"
#include "models/frame_for_test.h"

namespace thalweg {

// Cells row by row; the order of the columns is that of the names. Those with levels hold codes.
class NamedColumns {
 public:
  using Levels = std::map<std::string, std::vector<std::string>>;

  explicit NamedColumns(std::vector<std::string> names, Levels levels = {})
      : names_(std::move(names)), levels_(std::move(levels)) {
    for (const std::string& name : names_) cells_[name];
  }
  std::vector<double>& operator[](const std::string& name) { return cells_.at(name); }
  const std::vector<double>& operator[](const std::string& name) const { return cells_.at(name); }
  size_t rows() const { return cells_.at(names_[0]).size(); }

  // The same columns without a row.
  NamedColumns None() const { return NamedColumns(names_, levels_); }
  void AddRow(const NamedColumns& from, size_t row) {
    for (const std::string& name : names_) cells_[name].push_back(from[name][row]);
  }
  Frame Make(size_t chunk = 200) const {
    FrameMaker maker(rows(), chunk);
    for (const std::string& name : names_) {
      const std::vector<double>& cells = cells_.at(name);
      if (const auto found = levels_.find(name); found != levels_.end()) {
        maker.Enum(name, found->second, std::vector<int64_t>(cells.begin(), cells.end()));
      } else {
        maker.Real(name, cells);
      }
    }
    return maker.Make();
  }
  // What a net that predicts `response` out of `predictors` has to leave alone.
  std::vector<std::string> AllBut(const std::string& response,
                                  const std::vector<std::string>& predictors) const {
    std::vector<std::string> others;
    for (const std::string& name : names_) {
      const bool used = std::count(predictors.begin(), predictors.end(), name) > 0;
      if (name != response && !used) others.push_back(name);
    }
    return others;
  }

 private:
  std::vector<std::string> names_;
  Levels levels_;
  std::map<std::string, std::vector<double>> cells_;
};

inline TrainingOutcome TrainOn(const DeepLearningParams& params, const Frame& frame,
                               const Frame* validation = nullptr) {
  ThreadPool pool(2);
  return TrainDeepLearning(params, {&frame, validation}, pool, {});
}

inline const DeepLearningModel& ModelOf(const TrainingOutcome& outcome) {
  return dynamic_cast<const DeepLearningModel&>(*outcome.model);
}

inline std::vector<double> CellsOf(const Frame& frame, const std::string& column) {
  std::vector<double> cells(static_cast<size_t>(frame.rows()));
  ReadCells(frame, frame.IndexOf(column), 0, cells);
  return cells;
}

inline std::vector<double> PredictedCells(const Model& model, const Frame& frame,
                                          const std::string& column = "predict") {
  ThreadPool pool(2);
  return CellsOf(model.Predict(frame, pool), column);
}

}  // namespace thalweg
