// The cluster as its user sees it: ranks, frames over them, where their time goes, the network.
#pragma once

#include "server/endpoint.h"

namespace thalweg {

struct ClusterRequest {
  bool network_test = false;
};
template <>
inline constexpr auto kFields<ClusterRequest> = std::tuple{Field<&ClusterRequest::network_test>(
    {.name = "network_test", .help = "Measure the network too; takes a moment of every rank."})};

// {"ranks": […], "losses": […], "frames": […], "commands": […], "network": […]} (an addition of
// thalweg to the protocol; docs/guide/cluster.md). Where a rank does not answer, "trouble" says so,
// and frames, commands and network are missing.
Json GetCluster(const ClusterRequest& request, Call& call);

}  // namespace thalweg
