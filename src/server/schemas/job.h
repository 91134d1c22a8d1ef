// Jobs as the clients read them.
#pragma once

#include <chrono>
#include <string_view>

#include "base/json_fwd.h"
#include "jobs/job.h"

namespace thalweg {

// CREATED, RUNNING, DONE, FAILED, CANCELLED.
std::string_view JobStatusName(JobStatus status);

// A JobV3 object.
Json JobJson(const Job& job);

// The same after the job has had a moment to end: clients ask for a job's state at once and then
// 0.2 s later, so a short job that is done in the first answer costs them no wait.
Json JobJsonSoon(const Job& job, std::chrono::milliseconds wait = std::chrono::milliseconds(50));

}  // namespace thalweg
