// The server as a program: start page, log, processors, end.
#pragma once

#include <cstdint>
#include <string>

#include "server/endpoint.h"

namespace thalweg {

struct LogAndEchoRequest {
  std::string message;
};
template <>
inline constexpr auto kFields<LogAndEchoRequest> =
    std::tuple{Field<&LogAndEchoRequest::message>({.name = "message", .help = "The line."})};

struct CpuTicksRequest {
  int64_t nodeidx = 0;
};
template <>
inline constexpr auto kFields<CpuTicksRequest> = std::tuple{Field<&CpuTicksRequest::nodeidx>(
    {.name = "nodeidx", .help = "Number of the rank, from 0.", .min = 0})};

HttpResponse GetStartPage(const NoFields& request, Call& call);
Json ShutDown(const NoFields& request, Call& call);
Json LogAndEcho(const LogAndEchoRequest& request, Call& call);
Json CollectGarbage(const NoFields& request, Call& call);
Json UnlockKeys(const NoFields& request, Call& call);
Json GetCpuTicks(const CpuTicksRequest& request, Call& call);

}  // namespace thalweg
