// Removing what is in memory, whatever it is.
#pragma once

#include <string>
#include <vector>

#include "server/endpoint.h"

namespace thalweg {

struct RemoveRequest {
  std::string key;
  bool cascade = true;
};
template <>
inline constexpr auto kFields<RemoveRequest> = std::tuple{
    Field<&RemoveRequest::key>({.name = "key", .help = "Name of what is to be removed."}),
    Field<&RemoveRequest::cascade>(
        {.name = "cascade", .help = "With what belongs to it, such as the models of folds."})};

struct RemoveAllRequest {
  std::vector<std::string> retained_keys;
};
template <>
inline constexpr auto kFields<RemoveAllRequest> =
    std::tuple{Field<&RemoveAllRequest::retained_keys>(
        {.name = "retained_keys", .help = "Names of what is to stay."})};

Json RemoveObject(const RemoveRequest& request, Call& call);
Json RemoveAllObjects(const RemoveAllRequest& request, Call& call);

}  // namespace thalweg
