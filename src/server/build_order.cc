#include "server/build_order.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "server/errors.h"
#include "server/handlers/cloud.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"

namespace thalweg {
namespace {

// What H2O calls whether models show what AUTO came to.
constexpr const char* kResolveAuto = "sys.ai.h2o.algos.evaluate_auto_model_parameters";

// 400, as H2O answers for objects that parameters name.
std::shared_ptr<const Frame> FindFrame(const std::string& name, Call& call) {
  auto frame = call.server.catalog().FindAs<FrameEntry>(name);
  if (frame) return frame->frame();
  throw HttpError(400, "java.lang.IllegalArgumentException",
                  fmt::format("Object with key='{}' doesn't exist in DKV.", Printable(name)));
}

std::shared_ptr<const Model> FindModel(const std::string& name, Call& call) {
  auto model = call.server.catalog().FindAs<ModelEntry>(name);
  if (model) return model->model();
  throw HttpError(400, "java.lang.IllegalArgumentException",
                  fmt::format("Object with key='{}' doesn't exist in DKV.", Printable(name)));
}

// Newer than the version that the server says it is: "H2O Python client/3.46.0.13/3.10.2".
bool IsNewer(std::string_view agent, std::string_view own) {
  const auto numbers = [](std::string_view version) {
    std::vector<int64_t> list;
    for (const std::string_view part : Split(version, '.')) {
      list.push_back(ParseInt(part).value_or(0));
    }
    return list;
  };
  const size_t slash = agent.find('/');
  if (!agent.starts_with("H2O ") || slash == std::string_view::npos) return false;
  std::string_view version = agent.substr(slash + 1);
  version = version.substr(0, version.find_first_of("/ "));
  return numbers(version) > numbers(own);
}

std::string Format(const BuildOrder& order, const char* name) {
  const ParamSpec* spec = order.learner->schema().Find(name);
  return spec == nullptr ? std::string() : spec->Format(order.request.params.get());
}

}  // namespace

size_t BuildOrder::errors() const {
  return static_cast<size_t>(std::count_if(messages.begin(), messages.end(),
                                           [](const auto& m) { return m.type == "ERRR"; }));
}

BuildOrder ReadBuildOrder(const FieldList& given, Call& call) {
  BuildOrder order;
  FieldList fields;
  std::string algo;
  for (const auto& field : given) {
    if (field.first == "algo") {
      algo = field.second;
    } else if (field.first == "epochs" && ParseReal(field.second).value_or(0) < 0) {
      fields.emplace_back("epochs", "0");
      order.messages.push_back(
          {"WARN", "epochs", "epochs is below 0; it counts as 0, and nothing is trained"});
    } else {
      fields.push_back(field);
    }
  }
  BuilderNamesOf(algo);
  order.learner = &FindLearner(algo);
  order.request =
      ParseBuildRequest(*order.learner, fields,
                        IsNewer(call.http.Header("User-Agent"), call.server.options.h2o_version));
  BuildRequest& request = order.request;
  for (const FieldError& warning : request.warnings) {
    order.messages.push_back({"WARN", warning.field, warning.message});
  }
  for (const FieldError& error : request.errors) {
    order.messages.push_back({"ERRR", error.field, error.message});
  }
  if (request.training_frame.empty()) {
    order.messages.push_back({"ERRR", "training_frame", "is needed: the frame to learn from"});
    return order;
  }
  TrainingFrames frames;
  const std::shared_ptr<const Frame> training = FindFrame(request.training_frame, call);
  std::shared_ptr<const Frame> validation;
  frames.training = training.get();
  if (!request.validation_frame.empty()) {
    validation = FindFrame(request.validation_frame, call);
    frames.validation = validation.get();
  }
  for (const char* name : {"checkpoint", "pretrained_autoencoder"}) {
    const std::string model = Format(order, name);
    if (!model.empty()) FindModel(model, call);
  }
  for (const char* name : {"initial_weights", "initial_biases"}) {
    const ParamSpec* spec = order.learner->schema().Find(name);
    if (spec == nullptr) continue;
    const Json list = spec->ToJson(request.params.get());
    for (const Json& frame : list.as_array()) {
      if (!frame.as_string().empty()) FindFrame(std::string(frame.as_string()), call);
    }
  }
  if (!request.errors.empty()) return order;
  for (const FieldError& error : order.learner->Check(request.params.get(), frames)) {
    order.messages.push_back({"ERRR", error.field, error.message});
  }
  return order;
}

JsonObject TrainArguments(const BuildOrder& order, Call& call) {
  JsonObject fields;
  for (const auto& [name, text] : order.request.fields) fields[name] = text;
  const std::string folder = Format(order, "export_checkpoints_dir");
  if (!folder.empty()) {
    const std::string resolved = call.server.export_roots.Resolve(folder);
    if (!order.request.model_id.empty()) PathIn(resolved, order.request.model_id);  // or refuses it
    fields["export_checkpoints_dir"] = resolved;
  }
  return {{"algo", order.learner->name()},
          {"model_id", order.request.model_id},
          {"training_frame", order.request.training_frame},
          {"validation_frame", order.request.validation_frame},
          {"resolve_auto", call.server.catalog().Property(kResolveAuto) != "false"},
          {"cloud", GetCloud({}, call)},
          {"fields", fields}};
}

std::string NewModelId(const BuildOrder& order, Call& call) {
  const std::string_view agent = call.http.Header("User-Agent");
  const char* client = agent.find("Python") != std::string_view::npos ? "_python"
                       : agent.find(" R ") != std::string_view::npos  ? "_R"
                                                                      : "";
  return fmt::format("{}_model{}_{}_{}", BuilderNamesOf(order.learner->name()).schema, client,
                     call.server.start_ms, call.server.next_number++);
}

JsonArray MessagesToWire(const std::vector<BuildMessage>& messages) {
  JsonArray list;
  for (const BuildMessage& message : messages) {
    JsonObject json = SchemaObject("ValidationMessageV3", "ValidationMessage");
    json["message_type"] = message.type;
    json["field_name"] = message.field;
    json["message"] = message.text;
    list.push_back(std::move(json));
  }
  return list;
}

HttpResponse RefuseOrder(const BuildOrder& order, Call& call) {
  const BuilderNames& names = BuilderNamesOf(order.learner->name());
  std::string text = fmt::format("Illegal argument(s) for {} model: {}.  Details: ", names.schema,
                                 order.request.model_id);
  for (const BuildMessage& message : order.messages) {
    if (message.type != "ERRR") continue;
    if (!text.ends_with(": ")) text += "; ";
    text += fmt::format("ERRR on field: _{}: {}", message.field, message.text);
  }
  Json json = ErrorJson(412, "water.exceptions.H2OModelBuilderIllegalArgumentException", text,
                        call.http.path);
  JsonObject& object = json.as_object();
  object["__meta"] = SchemaObject("H2OModelBuilderErrorV3", "H2OModelBuilderError").at("__meta");
  ParameterValues values{.model_id = order.request.model_id,
                         .training_frame = order.request.training_frame,
                         .validation_frame = order.request.validation_frame,
                         .params = order.request.params.get()};
  JsonArray raw;
  for (const BuildMessage& message : order.messages) {
    raw.push_back(JsonObject{{"_log_level", message.type == "ERRR" ? 1 : 2},
                             {"_field_name", "_" + message.field},
                             {"_message", message.text}});
  }
  object["values"] =
      JsonObject{{"messages", raw}, {"algo", names.schema}, {"error_count", order.errors()}};
  object["parameters"] = ParametersToWire(*order.learner, values, nullptr);
  object["messages"] = MessagesToWire(order.messages);
  object["error_count"] = order.errors();
  return JsonResponse(json, 412);
}

}  // namespace thalweg
