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

// Autoencoders: adds reconstruction_errors, {frame (training or validation), rows, mse, histogram,
// features}, of all validation rows, or of all training rows where `validation` is null. Nothing
// for other models.
void AddReconstructionErrors(const Model& model, const Frame& training, const Frame* validation,
                             ThreadPool& pool, Json& report);

// The largest resident size of this process so far.
int64_t PeakMemoryBytes();

}  // namespace thalweg
