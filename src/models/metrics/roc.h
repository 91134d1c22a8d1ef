// Areas under the curves over all thresholds.
#pragma once

#include <span>

#include "models/metrics/score_distribution.h"

namespace thalweg {

// Functions of cells by descending score. NaN where a class does not occur.

// Share of the pairs of a positive and a negative row in which the positive one has the higher
// score; equal scores count half. The area under the ROC curve.
double Auc(std::span<const ScoreCell> cells);

// Average precision: the sum over thresholds of precision times the growth of recall. (Straight
// lines between the points of a precision-recall curve are too optimistic: Davis, Goadrich 2006.)
double AveragePrecision(std::span<const ScoreCell> cells);

// The largest distance between the distributions of scores of the two classes.
double KolmogorovSmirnov(std::span<const ScoreCell> cells);

}  // namespace thalweg
