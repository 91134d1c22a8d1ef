// Files that clients send: the body as it is, or the part of a form.
#pragma once

#include <string>

#include "server/endpoint.h"

namespace thalweg {

struct UploadRequest {
  std::string destination_frame;
};
template <>
inline constexpr auto kFields<UploadRequest> = std::tuple{Field<&UploadRequest::destination_frame>(
    {.name = "destination_frame", .help = "Name for the file; empty: one is made."})};

struct PutKeyRequest {
  std::string destination_key;
  bool overwrite = true;
};
template <>
inline constexpr auto kFields<PutKeyRequest> =
    std::tuple{Field<&PutKeyRequest::destination_key>(
                   {.name = "destination_key", .help = "Name for the file; empty: one is made."}),
               Field<&PutKeyRequest::overwrite>(
                   {.name = "overwrite", .help = "What has the name already may be replaced."})};

Json PostFile(const UploadRequest& request, Call& call);
Json PutKey(const PutKeyRequest& request, Call& call);

}  // namespace thalweg
