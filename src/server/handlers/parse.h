// Files to frames: what a parse would be, and the parse.
#pragma once

#include <string>

#include "server/endpoint.h"
#include "server/schemas/parse_setup.h"

namespace thalweg {

struct ParseSvmLightRequest {
  std::vector<std::string> source_frames;
  std::string destination_frame;
};
template <>
inline constexpr auto kFields<ParseSvmLightRequest> = std::tuple{
    Field<&ParseSvmLightRequest::source_frames>(
        {.name = "source_frames", .help = "Names of the files."}),
    Field<&ParseSvmLightRequest::destination_frame>(
        {.name = "destination_frame", .help = "Name of the frame."}),
};

Json SetUpParse(const FileParseRequest& request, Call& call);
Json Parse(const FileParseRequest& request, Call& call);
Json ParseSvmLight(const ParseSvmLightRequest& request, Call& call);

}  // namespace thalweg
