#include "server/schemas/job.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "server/schemas/meta.h"

namespace thalweg {
namespace {

KeyKind KindOf(const std::string& type) {
  if (type == "Frame") return KeyKind::kFrame;
  if (type == "Model") return KeyKind::kModel;
  if (type == "Grid") return KeyKind::kGrid;
  if (type == "PartialDependence") return KeyKind::kPartialDependence;
  return KeyKind::kOther;
}

// How the clients, and tests made for H2O, know the kinds of errors.
std::string ExceptionName(const std::string& type) {
  if (type == "UserError") return "water.exceptions.H2OIllegalArgumentException";
  if (type == "MemoryError") return "java.lang.OutOfMemoryError";
  return "java.lang.RuntimeException";
}

}  // namespace

std::string_view JobStatusName(JobStatus status) {
  switch (status) {
    case JobStatus::kCreated:
      return "CREATED";
    case JobStatus::kRunning:
      return "RUNNING";
    case JobStatus::kDone:
      return "DONE";
    case JobStatus::kFailed:
      return "FAILED";
    case JobStatus::kCancelled:
      break;
  }
  return "CANCELLED";
}

Json JobJson(const Job& job) {
  const JobState state = job.state();
  JsonObject json = SchemaObject("JobV3", "Job");
  json["key"] = KeyObject(KeyKind::kJob, job.key());
  json["description"] = job.description();
  json["status"] = JobStatusName(state.status);
  json["progress"] = state.progress;
  json["progress_msg"] = state.message;
  json["start_time"] = state.start_ms;
  json["msec"] = static_cast<int64_t>(state.seconds * 1000);
  // Our own: an estimate from the progress, null where there is none yet.
  json["time_left_msec"] = nullptr;
  if (state.seconds_left >= 0) {
    json["time_left_msec"] = static_cast<int64_t>(std::min(state.seconds_left * 1000, 1e15));
  }
  json["dest"] = KeyObject(KindOf(job.result().type), job.result().name);
  json["warnings"] = nullptr;
  if (!state.warnings.empty()) json["warnings"] = boost::json::value_from(state.warnings);
  json["exception"] = nullptr;
  json["stacktrace"] = nullptr;
  if (state.status == JobStatus::kFailed) {
    json["exception"] = state.error;
    json["stacktrace"] = fmt::format("{}: {}", ExceptionName(state.error_type), state.error);
  }
  json["auto_recoverable"] = job.result().recoverable;
  json["ready_for_view"] = state.status == JobStatus::kDone;
  return json;
}

Json JobJsonSoon(const Job& job, std::chrono::milliseconds wait) {
  job.WaitFor(wait);
  return JobJson(job);
}

}  // namespace thalweg
