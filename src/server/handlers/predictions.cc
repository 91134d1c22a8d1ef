#include "server/handlers/predictions.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "models/deeplearning_model.h"
#include "server/errors.h"
#include "server/schemas/job.h"
#include "server/schemas/meta.h"
#include "server/schemas/metrics.h"
#include "server/server_context.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

// "transformation_a1b2_model_on_frame": as H2O names what it makes.
std::string NewFrameName(const char* what, const PredictRequest& request) {
  return fmt::format("{}_{}_{}_on_{}", what, RandomHex(4), request.model, request.frame);
}

void RefuseOthers(const PredictRequest& r) {
  const auto refuse = [](bool asked, const char* field, const char* of) {
    if (asked) {
      throw IllegalArgument(
          fmt::format("{} is not supported: it is of {}, which are not there", field, of));
    }
  };
  refuse(r.leaf_node_assignment, "leaf_node_assignment", "trees");
  refuse(r.predict_staged_proba, "predict_staged_proba", "trees");
  refuse(r.feature_frequencies, "feature_frequencies", "trees");
  refuse(r.reconstruct_train, "reconstruct_train", "low-rank models");
  refuse(r.project_archetypes, "project_archetypes", "low-rank models");
  refuse(r.reverse_transform, "reverse_transform", "low-rank models");
  refuse(r.exemplar_index >= 0, "exemplar_index", "aggregators");
  refuse(r.deviances || !r.deviances_frame.empty(), "deviances", "generalized linear models");
  refuse(r.top_n != 0 || r.bottom_n != 0, "top_n or bottom_n", "contributions of trees");
  if (r.output_per_reference) {
    throw IllegalArgument(
        "output_per_reference is not supported: contributions are means over the background");
  }
  if (!r.custom_metric_func.empty()) {
    throw IllegalArgument(
        "custom_metric_func is not supported: no code is taken from outside; measure predictions "
        "yourself");
  }
}

// Arguments of the command "predict", without `dest`.
JsonObject Arguments(const PredictRequest& r, const Model& model) {
  JsonObject arguments{{"model", r.model}, {"frame", r.frame}, {"what", "predict"}};
  if (r.predict_contributions) {
    if (r.background_frame.empty()) {
      throw IllegalArgument(
          "predict_contributions needs background_frame: the rows that a row is compared with");
    }
    if (model.response().empty() || model.domain().size() > 2) {
      throw IllegalArgument("predict_contributions is of models of a number or of two classes; " +
                            r.model + " is none");
    }
    arguments["what"] = "contributions";
    arguments["background"] = r.background_frame;
    arguments["scaled"] = r.output_space;
    return arguments;
  }
  if (!r.deep_features_hidden_layer_name.empty()) {
    throw IllegalArgument(
        fmt::format("unimplemented: Cannot extract named hidden layer '{}' for "
                    "{}: layers are counted from 0",
                    Printable(r.deep_features_hidden_layer_name), model.algo()));
  }
  if (r.deep_features_hidden_layer >= 0) {
    arguments["what"] = "deep_features";
    arguments["layer"] = r.deep_features_hidden_layer + 1;
  } else if (r.reconstruction_error || r.reconstruction_error_per_feature) {
    if (CategoryOf(model) != ModelCategory::kAutoEncoder) {
      throw IllegalArgument("reconstruction_error: only autoencoders have one; " + r.model +
                            " is none");
    }
    arguments["what"] = r.reconstruction_error_per_feature ? "reconstruction_error_per_feature"
                                                           : "reconstruction_error";
  }
  return arguments;
}

// The part of FrameV3 that tells what the frame is.
Json PredictionsJson(const std::string& name, const Frame& frame) {
  JsonObject json = SchemaObject("FrameV3", "Frame");
  json["frame_id"] = KeyObject(KeyKind::kFrame, name);
  json["byte_size"] = frame.ByteSize();
  json["is_text"] = false;
  json["rows"] = frame.rows();
  json["row_count"] = 0;
  json["row_offset"] = 0;
  json["column_offset"] = 0;
  json["column_count"] = 0;
  json["full_column_count"] = 0;
  json["num_columns"] = frame.columns();
  json["total_column_count"] = frame.columns();
  json["columns"] = JsonArray();
  return json;
}

}  // namespace

Json StartPrediction(const PredictRequest& request, Call& call) {
  const std::shared_ptr<const Model> model = call.server.catalog().GetModel(request.model);
  call.server.catalog().GetFrame(request.frame);
  RefuseOthers(request);
  if (!request.background_frame.empty()) call.server.catalog().GetFrame(request.background_frame);
  const bool deep =
      request.deep_features_hidden_layer >= 0 || !request.deep_features_hidden_layer_name.empty();
  const std::string dest =
      request.predictions_frame.empty()
          ? NewFrameName(deep && !request.deep_features_hidden_layer_name.empty()
                             ? "deep_features"
                             : "transformation",
                         request)
          : request.predictions_frame;
  const JobPtr job = call.server.jobs.Start(
      "transformation", {dest, "Frame"},
      [&server = call.server, request, model, dest](Job& running) {
        JsonObject arguments = Arguments(request, *model);
        arguments["dest"] = dest;
        const Json result = server.ranks.Run("predict", arguments,
                                             {.progress = &running, .cancel = &running.cancel()});
        for (const Json& warning : result.at("warnings").as_array()) {
          running.Warn(std::string(warning.as_string()));
        }
      });
  return JobJsonSoon(*job);
}

Json PredictNow(const PredictRequest& request, Call& call) {
  const std::shared_ptr<const Model> model = call.server.catalog().GetModel(request.model);
  call.server.catalog().GetFrame(request.frame);
  RefuseOthers(request);
  JsonObject arguments = Arguments(request, *model);
  const bool errors = arguments.at("what").as_string().starts_with("reconstruction");
  const bool deep = arguments.at("what").as_string() == "deep_features";
  const std::string dest = request.predictions_frame.empty()
                               ? NewFrameName(errors ? "reconstruction_error"
                                              : deep ? "deep_features"
                                                     : "predictions",
                                              request)
                               : request.predictions_frame;
  arguments["dest"] = dest;
  call.server.ranks.Run("predict", arguments, {});
  Json metrics = call.server.ranks.Run(
      "score",
      JsonObject{
          {"model", request.model}, {"frame", request.frame}, {"auc_type", request.auc_type}},
      {});
  metrics.as_object()["predictions"] = PredictionsJson(dest, *call.server.catalog().GetFrame(dest));
  JsonObject json = SchemaObject("ModelMetricsListSchemaV3");
  json["model"] = KeyObject(KeyKind::kModel, request.model);
  json["frame"] = KeyObject(KeyKind::kFrame, request.frame);
  json["predictions_frame"] = KeyObject(KeyKind::kFrame, dest);
  json["deviances_frame"] = nullptr;
  json["model_metrics"] = JsonArray{std::move(metrics)};
  return json;
}

}  // namespace thalweg
