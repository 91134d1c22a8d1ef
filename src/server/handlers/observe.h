// Seeing inside: log, timeline, counts, stacks, processors, the network between ranks.
#pragma once

#include <cstdint>
#include <string>

#include "server/endpoint.h"

namespace thalweg {

struct LogRequest {
  std::string nodeidx = "0";
  std::string name = "default";
};
template <>
inline constexpr auto kFields<LogRequest> =
    std::tuple{Field<&LogRequest::nodeidx>({.name = "nodeidx", .help = "Number of the rank."}),
               Field<&LogRequest::name>(
                   {.name = "name", .help = "Level: debug, info, warn, error; default is info."})};

struct LogDownloadRequest {
  std::string nodeidx;
  std::string log_container = "LOG";
};
template <>
inline constexpr auto kFields<LogDownloadRequest> = std::tuple{
    Field<&LogDownloadRequest::nodeidx>({.name = "nodeidx", .help = "Number of the rank."}),
    Field<&LogDownloadRequest::log_container>(
        {.name = "log_container", .help = "Form: LOG is text."})};

struct ProfilerRequest {
  int64_t depth = 10;
};
template <>
inline constexpr auto kFields<ProfilerRequest> = std::tuple{Field<&ProfilerRequest::depth>(
    {.name = "depth", .help = "Frames of each stack.", .min = 1, .max = 100})};

Json GetLog(const LogRequest& request, Call& call);
HttpResponse DownloadLog(const LogDownloadRequest& request, Call& call);
Json GetTimeline(const NoFields& request, Call& call);
Json GetProfile(const ProfilerRequest& request, Call& call);
Json GetStacks(const NoFields& request, Call& call);
// Writes the stacks into the log.
Json LogStacks(const NoFields& request, Call& call);
Json GetNetworkTest(const NoFields& request, Call& call);
// Prometheus' text format 0.0.4.
HttpResponse GetMetrics(const NoFields& request, Call& call);

}  // namespace thalweg
