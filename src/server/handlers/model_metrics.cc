#include "server/handlers/model_metrics.h"

#include "base/json.h"
#include "server/errors.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

JsonObject ListJson(const std::string& model, const std::string& frame, JsonArray metrics) {
  JsonObject json = SchemaObject("ModelMetricsListSchemaV3");
  json["model"] = KeyOrNull(KeyKind::kModel, model);
  json["frame"] = KeyOrNull(KeyKind::kFrame, frame);
  json["predictions_frame"] = nullptr;
  json["deviances_frame"] = nullptr;
  json["model_metrics"] = std::move(metrics);
  return json;
}

bool IsOf(const Json& metrics, const char* key, const std::string& name) {
  const Json& value = metrics.at(key);
  return name.empty() || (value.is_object() && value.at("name").as_string() == name);
}

}  // namespace

Json ScoreFrame(const MetricsRequest& request, Call& call) {
  call.server.catalog().GetModel(request.model);
  call.server.catalog().GetFrame(request.frame);
  if (!request.custom_metric_func.empty()) {
    throw IllegalArgument("custom_metric_func is not supported: no code is taken from outside");
  }
  Json metrics = call.server.ranks.Run(
      "score",
      JsonObject{
          {"model", request.model}, {"frame", request.frame}, {"auc_type", request.auc_type}},
      {});
  return ListJson(request.model, request.frame, JsonArray{std::move(metrics)});
}

Json ListMetrics(const MetricsRequest& request, Call& call) {
  if (!request.model.empty()) call.server.catalog().GetModel(request.model);
  JsonArray list;
  for (const auto& [name, entry] : call.server.catalog().List(EntryKind::kModel)) {
    const auto* model = dynamic_cast<const TrainedModel*>(entry.get());
    if (model == nullptr || (!request.model.empty() && request.model != name)) continue;
    const Json wire = model->WireJson();
    for (const char* kind :
         {"training_metrics", "validation_metrics", "cross_validation_metrics"}) {
      const Json& metrics = wire.at("output").at(kind);
      if (metrics.is_object() && IsOf(metrics, "frame", request.frame)) list.push_back(metrics);
    }
  }
  return ListJson(request.model, request.frame, std::move(list));
}

Json MakeMetrics(const MakeMetricsRequest& request, Call& call) {
  for (const std::string& frame : {request.predictions_frame, request.actuals_frame}) {
    call.server.catalog().GetFrame(frame);
  }
  if (!request.treatment_frame.empty()) {
    throw IllegalArgument("treatment_frame is not supported: there are no uplift models");
  }
  const Json domain = request.domain.empty() ? Json() : boost::json::value_from(request.domain);
  JsonObject json = SchemaObject("ModelMetricsMakerSchemaV3", "ModelMetricsMaker");
  json["predictions_frame"] = request.predictions_frame;
  json["actuals_frame"] = request.actuals_frame;
  json["weights_frame"] = request.weights_frame.empty() ? Json() : Json(request.weights_frame);
  json["treatment_frame"] = nullptr;
  json["domain"] = domain;
  json["distribution"] = request.distribution.empty() ? Json() : Json(request.distribution);
  json["auc_type"] = request.auc_type.empty() ? Json() : Json(request.auc_type);
  json["model_metrics"] =
      call.server.ranks.Run("score_predictions",
                            JsonObject{{"predictions", request.predictions_frame},
                                       {"actuals", request.actuals_frame},
                                       {"weights", request.weights_frame},
                                       {"domain", domain},
                                       {"distribution", request.distribution},
                                       {"auc_type", request.auc_type}},
                            {});
  return json;
}

}  // namespace thalweg
