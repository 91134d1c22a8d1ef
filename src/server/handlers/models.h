// Models in memory: shown, listed, removed.
#pragma once

#include <string>

#include "server/endpoint.h"

namespace thalweg {

struct ModelRequest {
  std::string model_id;
  bool preview = false;
  bool find_compatible_frames = false;
};
template <>
inline constexpr auto kFields<ModelRequest> = std::tuple{
    Field<&ModelRequest::model_id>({.name = "model_id", .help = "Name of the model."}),
    Field<&ModelRequest::preview>(
        {.name = "preview", .help = "Has no effect: of exports as code, which are not there."}),
    Field<&ModelRequest::find_compatible_frames>(
        {.name = "find_compatible_frames", .help = "List the frames that have its columns, too."}),
};

HttpResponse GetModel(const ModelRequest& request, Call& call);
HttpResponse ListModels(const NoFields& request, Call& call);
Json RemoveModel(const ModelRequest& request, Call& call);
Json RemoveAllModels(const NoFields& request, Call& call);
// Formats of other programs, which are not there.
Json RefuseExport(const ModelRequest& request, Call& call);

}  // namespace thalweg
