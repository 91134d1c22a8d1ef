// Frames as Arrow IPC, in and out: an addition to H2O's protocol.
#pragma once

#include <string>

#include "server/endpoint.h"

namespace thalweg {

struct ArrowUploadRequest {
  std::string destination_frame;
};
template <>
inline constexpr auto kFields<ArrowUploadRequest> =
    std::tuple{Field<&ArrowUploadRequest::destination_frame>(
        {.name = "destination_frame", .help = "Name of the frame; empty: one is made."})};

struct ArrowDownloadRequest {
  std::string frame_id;
};
template <>
inline constexpr auto kFields<ArrowDownloadRequest> = std::tuple{
    Field<&ArrowDownloadRequest::frame_id>({.name = "frame_id", .help = "Name of the frame."})};

// The body is an Arrow IPC stream or file; answers when the frame is there.
Json PostArrow(const ArrowUploadRequest& request, Call& call);
// An Arrow IPC stream.
HttpResponse GetArrow(const ArrowDownloadRequest& request, Call& call);

}  // namespace thalweg
