#include "server/handlers/model_files.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "server/errors.h"
#include "server/file_entry.h"
#include "server/handlers/models.h"
#include "server/model_archive.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

// Where to write; its folder is made.
std::string PrepareFile(const SaveModelRequest& request, const char* function, Call& call) {
  const std::string path = call.server.export_roots.Resolve(request.dir);
  std::error_code error;
  if (fs::exists(path, error) && !request.force) {
    throw IllegalArgument(
        fmt::format("Illegal argument: dir of function: {}: {}: File already "
                    "exists",
                    function, Printable(request.dir, 1000)));
  }
  fs::create_directories(fs::path(path).parent_path(), error);
  return path;
}

void WriteModel(const SaveModelRequest& request, const std::string& path, Call& call) {
  call.server.ranks.Run("save_model",
                        JsonObject{{"model", request.model_id},
                                   {"path", path},
                                   {"predictions", request.export_cross_validation_predictions}},
                        {});
}

HttpResponse Load(const std::string& path, const std::string& shown, Call& call) {
  const Json result =
      call.server.ranks.Run("load_model", JsonObject{{"path", path}, {"shown", shown}}, {});
  ModelRequest model;
  model.model_id = std::string(result.at("model_id").as_string());
  return GetModel(model, call);
}

}  // namespace

std::string ResolveSaved(const std::string& path, Call& call) {
  const auto resolve = [&]() -> std::string {
    try {
      return call.server.import_roots.Resolve(path);
    } catch (const OutsideRoots&) {
      return call.server.export_roots.Resolve(path);
    }
  };
  const std::string found = resolve();
  std::error_code error;
  if (!fs::is_regular_file(found, error)) {
    throw IllegalArgument(
        fmt::format("Illegal argument: dir of function: importModel: {}: File "
                    "not found",
                    Printable(path, 1000)));
  }
  return found;
}

Json SaveModel(const SaveModelRequest& request, Call& call) {
  GetTrainedModel(call.server.catalog(), request.model_id);
  WriteModel(request, PrepareFile(request, "exportModel", call), call);
  JsonObject json = SchemaObject("ModelExportV3", "ModelExport");
  json["model_id"] = KeyObject(KeyKind::kModel, request.model_id);
  json["dir"] = request.dir;
  json["force"] = request.force;
  json["export_cross_validation_predictions"] = request.export_cross_validation_predictions;
  return json;
}

HttpResponse FetchModel(const SaveModelRequest& request, Call& call) {
  const auto model = GetTrainedModel(call.server.catalog(), request.model_id);
  HttpResponse response;
  response.content_type = "application/octet-stream";
  std::string name;
  for (const char c : request.model_id) {
    name += static_cast<unsigned char>(c) < 32 || c == '"' || c == '\\' ? '_' : c;
  }
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + name + "\"");
  if (request.export_cross_validation_predictions) {
    // Parts of their rows may be on other ranks.
    const std::string path =
        fmt::format("{}/model-{}", call.server.spool_folder, call.server.next_number++);
    WriteModel(request, path, call);
    response.body = ReadWholeFile(path);
    std::error_code ignored;
    fs::remove(path, ignored);
  } else {
    response.body = ArchiveBytes(*model);
  }
  return response;
}

HttpResponse LoadSavedModel(const SaveModelRequest& request, Call& call) {
  return Load(ResolveSaved(request.dir, call), request.dir, call);
}

HttpResponse LoadUploadedModel(const SaveModelRequest& request, Call& call) {
  const auto file = call.server.catalog().FindAs<FileEntry>(request.dir);
  if (!file) throw NotFound("file", request.dir);
  // An imported one may have become a link since.
  const std::string path =
      file->imported() ? call.server.import_roots.Resolve(file->path()) : file->path();
  return Load(path, request.dir, call);
}

Json SaveModelJson(const SaveModelRequest& request, Call& call) {
  const auto model = GetTrainedModel(call.server.catalog(), request.model_id);
  WriteWholeFile(PrepareFile(request, "exportModelDetails", call),
                 FormatJson(model->WireJson()) + "\n");
  JsonObject json = SchemaObject("ModelExportV3", "ModelExport");
  json["model_id"] = KeyObject(KeyKind::kModel, request.model_id);
  json["dir"] = request.dir;
  json["force"] = request.force;
  return json;
}

}  // namespace thalweg
