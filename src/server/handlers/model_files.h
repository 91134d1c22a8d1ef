// Models in files, and over the wire as bytes.
#pragma once

#include <string>

#include "server/endpoint.h"

namespace thalweg {

struct SaveModelRequest {
  std::string model_id;
  std::string dir;
  bool force = false;
  bool export_cross_validation_predictions = false;
};
template <>
inline constexpr auto kFields<SaveModelRequest> = std::tuple{
    Field<&SaveModelRequest::model_id>({.name = "model_id", .help = "Name of the model."}),
    Field<&SaveModelRequest::dir>(
        {.name = "dir", .help = "File to read, or below the export roots to write."}),
    Field<&SaveModelRequest::force>({.name = "force", .help = "Replace a file that is there."}),
    Field<&SaveModelRequest::export_cross_validation_predictions>(
        {.name = "export_cross_validation_predictions",
         .help = "What the folds predicted, where it was kept, comes with the model."}),
};

Json SaveModel(const SaveModelRequest& request, Call& call);
HttpResponse FetchModel(const SaveModelRequest& request, Call& call);
// ModelsV3 with the model.
HttpResponse LoadSavedModel(const SaveModelRequest& request, Call& call);
// `dir` is the key of an uploaded file.
HttpResponse LoadUploadedModel(const SaveModelRequest& request, Call& call);
// Writes the model's JSON to `dir`.
Json SaveModelJson(const SaveModelRequest& request, Call& call);

// A file to be read: below the import roots, or where the server writes itself. OutsideRoots.
std::string ResolveSaved(const std::string& path, Call& call);

}  // namespace thalweg
