// The JSON report of a training run (`--report FILE.json`).
#pragma once

#include <string>

#include "base/json_fwd.h"
#include "learn/learners.h"

namespace thalweg {

struct RunTimes {
  double parse_seconds = 0;
  double total_seconds = 0;
};

// Keys: algo, training_metrics, validation_metrics, scoring_history, samples, epochs,
// kept_epochs, samples_per_second, scoring_time_ms, scoring_share (of run_time_ms), run_time_ms (of
// training), parse_time_ms, total_time_ms, peak_memory_bytes, memory (as planned), parameters,
// warnings, interrupted, stop_reason, variable_importances, model (its summary).
Json TrainingReport(const std::string& algo, const TrainingOutcome& outcome, const RunTimes& times);

// The largest resident size of this process so far.
int64_t PeakMemoryBytes();

}  // namespace thalweg
