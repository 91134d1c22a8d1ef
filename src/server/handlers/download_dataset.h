// A frame as a CSV file.
#pragma once

#include <string>

#include "server/endpoint.h"

namespace thalweg {

struct DownloadDatasetRequest {
  std::string frame_id;
  bool hex_string = false;
  bool escape_quotes = true;
};
template <>
inline constexpr auto kFields<DownloadDatasetRequest> = std::tuple{
    Field<&DownloadDatasetRequest::frame_id>({.name = "frame_id", .help = "Name of the frame."}),
    Field<&DownloadDatasetRequest::hex_string>(
        {.name = "hex_string", .help = "Reals as hexadecimal text: not there."}),
    Field<&DownloadDatasetRequest::escape_quotes>(
        {.name = "escape_quotes", .help = "Quotes inside of texts are doubled."})};

HttpResponse DownloadDataset(const DownloadDatasetRequest& request, Call& call);

}  // namespace thalweg
