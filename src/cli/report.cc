#include "cli/report.h"

#include <sys/resource.h>

#include <cmath>

#include "base/json.h"
#include "learn/cross_validation/cross_validation.h"
#include "models/deeplearning_model.h"
#include "models/explain/reconstruction_summary.h"

namespace thalweg {
namespace {

int64_t Milliseconds(double seconds) { return std::llround(seconds * 1000); }

}  // namespace

int64_t PeakMemoryBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{1024} * usage.ru_maxrss;
}

Json TrainingReport(const std::string& algo, const TrainingOutcome& outcome,
                    const RunTimes& times) {
  JsonObject report;
  report["algo"] = algo;
  report["training_metrics"] = outcome.training_metrics.ToJson();
  if (outcome.validation_metrics) {
    report["validation_metrics"] = outcome.validation_metrics->ToJson();
  }
  if (outcome.cross_validation) {
    const CrossValidationOutcome& cv = *outcome.cross_validation;
    report["cross_validation_metrics"] = cv.pooled.ToJson();
    report["cross_validation_metrics_summary"] = *cv.summary;
    report["cross_validation_fold_epochs"] = boost::json::value_from(cv.fold_epochs);
  }
  report["samples"] = outcome.samples;
  report["epochs"] = JsonNumber(outcome.epochs);
  report["samples_per_second"] = JsonNumber(outcome.samples_per_second);
  report["kept_epochs"] = JsonNumber(outcome.kept_epochs);
  report["scoring_time_ms"] = Milliseconds(outcome.scoring_seconds);
  report["scoring_share"] = JsonNumber(outcome.scoring_seconds / outcome.seconds);
  report["run_time_ms"] = Milliseconds(outcome.seconds);
  report["parse_time_ms"] = Milliseconds(times.parse_seconds);
  report["total_time_ms"] = Milliseconds(times.total_seconds);
  report["peak_memory_bytes"] = PeakMemoryBytes();
  report["interrupted"] = outcome.interrupted;
  report["stop_reason"] = outcome.stop_reason;
  report["warnings"] = boost::json::value_from(outcome.warnings);
  report["parameters"] = *outcome.parameters;
  if (outcome.memory) report["memory"] = *outcome.memory;
  report["scoring_history"] = *outcome.scoring_history;
  report["variable_importances"] = ImportancesToJson(outcome.model->variable_importances());
  report["model"] = outcome.model->Summary();
  return report;
}

void AddReconstructionErrors(const Model& model, const Frame& training, const Frame* validation,
                             ThreadPool& pool, Json& report) {
  const auto* net = dynamic_cast<const DeepLearningModel*>(&model);
  if (net == nullptr || !net->scale().autoencoder()) return;
  const Frame& frame = validation != nullptr ? *validation : training;
  JsonObject errors{{"frame", validation != nullptr ? "validation" : "training"}};
  const Json summary = SummarizeReconstruction(*net, frame, pool).ToJson();
  for (const auto& [key, value] : summary.as_object()) errors[key] = value;
  report.as_object()["reconstruction_errors"] = std::move(errors);
}

}  // namespace thalweg
