// How predictions change with one or two columns: partial dependence (Friedman 2001) is the mean
// over all rows with these columns set to a value; individual conditional expectation (Goldstein et
// al. 2015) is the same row by row.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "models/model.h"

namespace thalweg {

enum class GridKind { kRange, kQuantiles };

struct GridOptions {
  // Points of numeric columns: evenly from the least to the largest cell, or at quantiles of even
  // probabilities (equal ones once).
  int64_t points = 20;
  GridKind kind = GridKind::kRange;
  bool missing = false;  // one more point: missing
};

// The values that a column is set to.
struct GridAxis {
  std::string column;
  DomainPtr domain;            // categorical columns: all levels are points
  std::vector<double> values;  // codes of levels; NaN is missing

  std::string Text(size_t point) const;
};

// UserError where there is no such column, or it has no cells or no numbers.
GridAxis MakeGridAxis(const Frame& frame, const std::string& column, const GridOptions& options,
                      ThreadPool& pool);

struct GridPoint {
  double mean = 0;
  double sd = 0;              // with n - 1
  double standard_error = 0;  // sd / sqrt(n)
};

// Points in the order of the first axis, then the second.
struct PartialDependence {
  std::vector<GridAxis> axes;
  std::string target;
  std::vector<GridPoint> points;

  // Keys: columns, target, rows (objects: the columns by name under `values`, mean_response,
  // stddev_response, std_error_mean_response).
  Json ToJson() const;
  // One row per point: the axes (levels, or numbers), mean_response, stddev_response,
  // std_error_mean_response.
  Frame ToFrame(ThreadPool& pool) const;
};

// The column of predictions that explanations are about: for regression `predict`, for two classes
// the probability of the second, else that of the level `wanted`, which must be given. UserError
// where there is none.
std::string TargetOf(const Frame& predictions, const std::string& wanted);
// The same for a classifier of these levels.
std::string TargetLevel(const std::vector<std::string>& levels, const std::string& wanted);

// One or two axes. Where `weights_column` is not empty, rows count by it.
PartialDependence ComputePartialDependence(const Model& model, const Frame& frame,
                                           std::vector<GridAxis> axes, const std::string& target,
                                           const std::string& weights_column, ThreadPool& pool,
                                           const WorkContext& context = {});

// One curve per row of a frame.
struct ConditionalCurves {
  GridAxis axis;
  std::string target;
  std::vector<std::vector<double>> curves;  // [row][point]

  // Subtracts from each curve its value at the first point.
  void Center();
  // A row per curve and point: row (from 0), the axis, response.
  Frame ToFrame(ThreadPool& pool) const;
};

ConditionalCurves ComputeConditionalCurves(const Model& model, const Frame& frame, GridAxis axis,
                                           const std::string& target, ThreadPool& pool,
                                           const WorkContext& context = {});

}  // namespace thalweg
