// What the endpoints and records of the wire format are.
#pragma once

#include <string>

#include "server/endpoint.h"

namespace thalweg {

struct SchemaRequest {
  std::string schemaname;
};
template <>
inline constexpr auto kFields<SchemaRequest> = std::tuple{
    Field<&SchemaRequest::schemaname>({.name = "schemaname", .help = "Name of the record."})};

Json GetMetadataEndpoints(const NoFields& request, Call& call);
Json GetMetadataSchema(const SchemaRequest& request, Call& call);

}  // namespace thalweg
