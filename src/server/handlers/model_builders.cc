#include "server/handlers/model_builders.h"

#include <fmt/format.h>

#include "base/text.h"
#include "server/build_order.h"
#include "server/schemas/job.h"
#include "server/schemas/meta.h"
#include "server/schemas/parameters.h"
#include "server/server_context.h"

namespace thalweg {
namespace {

JsonObject BuilderJson(const BuilderNames& names) {
  const std::string schema(names.schema);
  JsonObject json = SchemaObject(schema + "V3", schema);
  json["job"] = nullptr;
  json["algo"] = names.algo;
  json["algo_full_name"] = names.full_name;
  json["can_build"] = JsonArray(names.can_build.begin(), names.can_build.end());
  json["visibility"] = "Stable";
  json["supervised"] = true;
  json["messages"] = JsonArray();
  json["error_count"] = 0;
  return json;
}

// What a look at the cells tells.
void AddFindings(const Json& findings, BuildOrder& order) {
  std::vector<std::string> constant;
  for (const Json& name : findings.at("constant").as_array()) {
    constant.emplace_back(name.as_string());
  }
  const ParamSpec* drops = order.learner->schema().Find("ignore_const_cols");
  if (!constant.empty() && drops != nullptr &&
      drops->Format(order.request.params.get()) == "true") {
    order.messages.push_back({"WARN", "ignored_columns",
                              "Dropping bad and constant columns: [" + Join(constant, ", ") + "]"});
  }
  if (findings.at("binary_response").as_bool()) {
    order.messages.push_back(
        {"WARN", "response",
         "The response has only the values 0 and 1, and is a number: the model is one of "
         "regression. To get a binary classifier, convert the column to categorical before "
         "training (asfactor)."});
  }
}

Json OrderJson(const BuildOrder& order, const Json& job) {
  JsonObject json = BuilderJson(BuilderNamesOf(order.learner->name()));
  json["job"] = job;
  json["messages"] = MessagesToWire(order.messages);
  json["error_count"] = order.errors();
  ParameterValues values{.model_id = order.request.model_id,
                         .training_frame = order.request.training_frame,
                         .validation_frame = order.request.validation_frame,
                         .params = order.request.params.get()};
  json["parameters"] = ParametersToWire(*order.learner, values, nullptr);
  return json;
}

}  // namespace

HttpResponse TrainModel(const FieldList& fields, Call& call) {
  BuildOrder order = ReadBuildOrder(fields, call);
  if (order.request.model_id.empty()) order.request.model_id = NewModelId(order, call);
  if (order.errors() > 0) return RefuseOrder(order, call);
  const JsonObject arguments = TrainArguments(order, call);
  AddFindings(call.server.ranks.Run("inspect_training", arguments, {}), order);
  const JobPtr job = call.server.jobs.Start(
      std::string(BuilderNamesOf(order.learner->name()).schema), {order.request.model_id, "Model"},
      [&server = call.server, arguments](Job& running) {
        const Json result = server.ranks.Run("train", arguments,
                                             {.progress = &running, .cancel = &running.cancel()});
        for (const Json& warning : result.at("warnings").as_array()) {
          running.Warn(std::string(warning.as_string()));
        }
      });
  return JsonResponse(OrderJson(order, JobJsonSoon(*job)));
}

Json ValidateParameters(const FieldList& fields, Call& call) {
  BuildOrder order = ReadBuildOrder(fields, call);
  if (order.errors() == 0) {
    AddFindings(call.server.ranks.Run("inspect_training", TrainArguments(order, call), {}), order);
  }
  return OrderJson(order, nullptr);
}

Json ListModelBuilders(const NoFields&, Call&) {
  JsonObject builders;
  for (const std::string& name : LearnerNames()) {
    JsonObject json = BuilderJson(BuilderNamesOf(name));
    const std::shared_ptr<void> defaults = WireDefaults(FindLearner(name));
    json["parameters"] = ParametersToWire(FindLearner(name), {.params = defaults.get()}, nullptr);
    builders[name] = std::move(json);
  }
  JsonObject json = SchemaObject("ModelBuildersV3");
  json["algo"] = nullptr;
  json["model_builders"] = std::move(builders);
  return json;
}

Json GetModelBuilder(const AlgoRequest& request, Call&) {
  const BuilderNames& names = BuilderNamesOf(request.algo);
  const Learner& learner = FindLearner(request.algo);
  JsonObject builder = BuilderJson(names);
  const std::shared_ptr<void> defaults = WireDefaults(learner);
  builder["parameters"] = ParametersToWire(learner, {.params = defaults.get()}, nullptr);
  JsonObject json = SchemaObject("ModelBuildersV3");
  json["algo"] = request.algo;
  json["model_builders"] = JsonObject{{request.algo, std::move(builder)}};
  return json;
}

}  // namespace thalweg
