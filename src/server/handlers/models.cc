#include "server/handlers/models.h"

#include <algorithm>

#include "base/json.h"
#include "server/errors.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

// ModelsV3 around objects that are text already.
HttpResponse ModelsResponse(const std::string& models, const Json& compatible_frames) {
  JsonObject head = SchemaObject("ModelsV3", "Models");
  head["model_id"] = nullptr;
  head["preview"] = false;
  head["find_compatible_frames"] = false;
  head["export_cross_validation_predictions"] = false;
  head["compatible_frames"] = compatible_frames;
  HttpResponse response;
  response.body = FormatWireJson(head);
  response.body.pop_back();
  response.body += ",\"models\":[" + models + "]}";
  return response;
}

// Names of the frames that have all predictors.
Json CompatibleFrames(const Model& model, Catalog& catalog) {
  JsonArray frames;
  const std::vector<std::string> predictors = model.predictors();
  for (const auto& [name, entry] : catalog.List(EntryKind::kFrame)) {
    const auto* held = dynamic_cast<const FrameEntry*>(entry.get());
    if (held == nullptr) continue;
    const bool fits = std::all_of(predictors.begin(), predictors.end(), [&](const auto& column) {
      return held->frame()->Find(column).has_value();
    });
    if (fits) frames.push_back(KeyObject(KeyKind::kFrame, name));
  }
  return frames;
}

}  // namespace

HttpResponse GetModel(const ModelRequest& request, Call& call) {
  const auto model = GetTrainedModel(call.server.catalog(), request.model_id);
  return ModelsResponse(model->wire(),
                        request.find_compatible_frames
                            ? CompatibleFrames(*model->model(), call.server.catalog())
                            : Json());
}

HttpResponse ListModels(const NoFields&, Call& call) {
  std::string models;
  for (const auto& [name, entry] : call.server.catalog().List(EntryKind::kModel)) {
    const auto* model = dynamic_cast<const TrainedModel*>(entry.get());
    if (model == nullptr) continue;
    if (!models.empty()) models += ',';
    models += model->synopsis();
  }
  return ModelsResponse(models, nullptr);
}

Json RemoveModel(const ModelRequest& request, Call& call) {
  call.server.catalog().GetModel(request.model_id);
  call.server.ranks.Run("remove", JsonObject{{"name", request.model_id}, {"cascade", true}}, {});
  JsonObject json = SchemaObject("ModelsV3", "Models");
  json["models"] = JsonArray();
  json["model_id"] = KeyObject(KeyKind::kModel, request.model_id);
  return json;
}

Json RemoveAllModels(const NoFields&, Call& call) {
  for (const auto& [name, entry] : call.server.catalog().List(EntryKind::kModel)) {
    call.server.ranks.Run("remove", JsonObject{{"name", name}, {"cascade", true}}, {});
  }
  JsonObject json = SchemaObject("ModelsV3", "Models");
  json["models"] = JsonArray();
  return json;
}

Json RefuseExport(const ModelRequest& request, Call& call) {
  call.server.catalog().GetModel(request.model_id);
  throw IllegalArgument(
      "models are not written as MOJO or POJO; save them with save_model or download_model, and "
      "score with `thalweg predict` or another server");
}

}  // namespace thalweg
