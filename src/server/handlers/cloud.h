// The state of the whole: what the clients show when they connect.
#pragma once

#include "server/endpoint.h"

namespace thalweg {

struct CloudRequest {
  bool skip_ticks = false;
};
template <>
inline constexpr auto kFields<CloudRequest> = std::tuple{Field<&CloudRequest::skip_ticks>(
    {.name = "skip_ticks", .help = "Has no effect: ticks of processors are never sent."})};

Json GetCloud(const CloudRequest& request, Call& call);
Json GetPing(const NoFields& request, Call& call);
Json GetAbout(const NoFields& request, Call& call);
Json GetCapabilities(const NoFields& request, Call& call);

}  // namespace thalweg
