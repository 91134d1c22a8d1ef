// Metrics for a terminal.
#pragma once

#include <string>

#include "models/metrics.h"

namespace thalweg {

// A line of title and rows, then the numbers that apply; of two classes with the maxima over
// thresholds, of few classes with their hit ratios. Ends with a line break.
std::string MetricsText(const std::string& title, const Metrics& metrics);

}  // namespace thalweg
