#include "server/handlers/jobs.h"

#include "server/errors.h"
#include "server/schemas/job.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"

namespace thalweg {
namespace {

JobPtr FindJob(const std::string& key, Call& call) {
  JobPtr job = call.server.jobs.Find(key);
  if (!job) throw HttpError(400, "java.lang.IllegalArgumentException", "Job is missing");
  return job;
}

}  // namespace

Json ListJobs(const NoFields&, Call& call) {
  JsonArray list;
  for (const JobPtr& job : call.server.jobs.List()) list.push_back(JobJson(*job));
  JsonObject json = SchemaObject("JobsV3");
  json["job_id"] = nullptr;
  json["jobs"] = std::move(list);
  return json;
}

Json GetJob(const JobRequest& request, Call& call) {
  const JobPtr job = FindJob(request.job_id, call);
  JsonObject json = SchemaObject("JobsV3");
  json["job_id"] = KeyObject(KeyKind::kJob, request.job_id);
  json["jobs"] = JsonArray{JobJson(*job)};
  return json;
}

Json CancelJob(const JobRequest& request, Call& call) {
  FindJob(request.job_id, call)->Cancel();
  JsonObject json = SchemaObject("JobsV3");
  json["job_id"] = KeyObject(KeyKind::kJob, request.job_id);
  json["jobs"] = nullptr;
  return json;
}

}  // namespace thalweg
