// Grid searches.
#pragma once

#include <string>

#include "server/endpoint.h"

namespace thalweg {

// Fields: "algo" of the path, grid_id, hyper_parameters, search_criteria, parallelism,
// recovery_dir, and the parameters of that learner.
HttpResponse SearchGridNow(const FieldList& fields, Call& call);
HttpResponse ResumeGrid(const FieldList& fields, Call& call);

struct GetGridRequest {
  std::string grid_id;
  std::string sort_by;
  std::string decreasing;
  std::string model_ids;
};
template <>
inline constexpr auto kFields<GetGridRequest> = std::tuple{
    Field<&GetGridRequest::grid_id>({.name = "grid_id", .help = "Name of the grid."}),
    Field<&GetGridRequest::sort_by>(
        {.name = "sort_by", .help = "Metric that the models are sorted by."}),
    Field<&GetGridRequest::decreasing>(
        {.name = "decreasing",
         .help = "The largest first; else, as with H2O, the smallest, whatever is better."}),
    Field<&GetGridRequest::model_ids>(
        {.name = "model_ids", .help = "Has no meaning; all models are shown."}),
};
Json ShowGrid(const GetGridRequest& request, Call& call);
Json ListGrids(const NoFields& request, Call& call);

struct GridExportRequest {
  std::string grid_id;
  std::string grid_directory;
  bool save_params_references = false;
  bool export_cross_validation_predictions = false;
};
template <>
inline constexpr auto kFields<GridExportRequest> = std::tuple{
    Field<&GridExportRequest::grid_id>({.name = "grid_id", .help = "Name of the grid."}),
    Field<&GridExportRequest::grid_directory>(
        {.name = "grid_directory", .help = "Folder below the export roots to write to."}),
    Field<&GridExportRequest::save_params_references>(
        {.name = "save_params_references",
         .help = "Write the frames and models that the parameters name, too."}),
    Field<&GridExportRequest::export_cross_validation_predictions>(
        {.name = "export_cross_validation_predictions",
         .help = "What the folds predicted, where it was kept, comes with the models."}),
};
Json ExportGrid(const GridExportRequest& request, Call& call);

struct GridImportRequest {
  std::string grid_path;
  bool load_params_references = false;
};
template <>
inline constexpr auto kFields<GridImportRequest> = std::tuple{
    Field<&GridImportRequest::grid_path>(
        {.name = "grid_path", .help = "File that an export has written."}),
    Field<&GridImportRequest::load_params_references>(
        {.name = "load_params_references",
         .help = "Load the frames and models that the parameters name, too."}),
};
Json ImportGrid(const GridImportRequest& request, Call& call);

struct RecoveryRequest {
  std::string recovery_dir;
};
template <>
inline constexpr auto kFields<RecoveryRequest> = std::tuple{
    Field<&RecoveryRequest::recovery_dir>(
        {.name = "recovery_dir",
         .help = "Folder in which a search was kept; without one that did not end, nothing "
                 "happens."}),
};
// Goes on with a search that the end of a process has interrupted.
Json ResumeRecovery(const RecoveryRequest& request, Call& call);

}  // namespace thalweg
