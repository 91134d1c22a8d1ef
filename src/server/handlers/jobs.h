// Jobs: list, poll, cancel.
#pragma once

#include <string>

#include "server/endpoint.h"

namespace thalweg {

struct JobRequest {
  std::string job_id;
};
template <>
inline constexpr auto kFields<JobRequest> =
    std::tuple{Field<&JobRequest::job_id>({.name = "job_id", .help = "Key of the job."})};

Json ListJobs(const NoFields& request, Call& call);
Json GetJob(const JobRequest& request, Call& call);
Json CancelJob(const JobRequest& request, Call& call);

}  // namespace thalweg
