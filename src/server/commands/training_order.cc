#include "server/commands/training_order.h"

#include "base/json.h"
#include "jobs/rank_frames.h"
#include "server/commands/arguments.h"
#include "server/schemas/parameters.h"
#include "server/schemas/reproducibility.h"

namespace thalweg {
namespace {

// Parameters that name frames, or models.
constexpr const char* kFrameParameters[] = {"initial_weights", "initial_biases"};
constexpr const char* kModelParameters[] = {"checkpoint", "pretrained_autoencoder"};

}  // namespace

TrainingOrder ReadTrainingOrder(const Json& arguments) {
  TrainingOrder order;
  order.learner = &FindLearner(TextOf(arguments, "algo"));
  order.asked = WireDefaults(*order.learner);
  for (const auto& [name, text] : arguments.at("fields").as_object()) {
    const ParamSpec* spec = order.learner->schema().Find(name);
    SetWireField(*spec, text.as_string(), order.asked.get());
  }
  order.model_id = TextOf(arguments, "model_id");
  order.training_frame = TextOf(arguments, "training_frame");
  order.validation_frame = TextOf(arguments, "validation_frame");
  const Json* resolve = arguments.as_object().if_contains("resolve_auto");
  order.resolve_auto = resolve == nullptr || resolve->as_bool();
  if (const Json* cloud = arguments.as_object().if_contains("cloud")) order.cloud = *cloud;
  order.params = order.learner->CopyParams(order.asked.get());
  const ParamSpec* id = order.learner->schema().Find("model_id");
  if (id != nullptr) id->FromJson(Json(order.model_id), order.params.get());
  // Models are saved by the server, in its own form, when they are done.
  const ParamSpec* folder = order.learner->schema().Find("export_checkpoints_dir");
  if (folder != nullptr) {
    order.export_folder = folder->Format(order.params.get());
    folder->FromJson(Json(""), order.params.get());
  }
  return order;
}

Json DescribeOrder(const TrainingOrder& order, const OrderFrames& frames, ThreadPool& pool) {
  if (order.cloud.is_null()) return nullptr;
  const InputFrame training = DescribeInput(*frames.frames.training, pool);
  InputFrame validation;
  if (frames.frames.validation == frames.frames.training) {
    validation = training;
  } else if (frames.frames.validation != nullptr) {
    validation = DescribeInput(*frames.frames.validation, pool);
  }
  return ReproducibilityToWire(order.cloud, training, validation);
}

OrderFrames ReadOrderFrames(const TrainingOrder& order, CommandContext& context) {
  OrderFrames all;
  const auto get = [&](const std::string& name) {
    all.held.push_back(GetWholeFrame(name, context));
    return all.held.back().get();
  };
  all.frames.training = get(order.training_frame);
  if (!order.validation_frame.empty()) all.frames.validation = get(order.validation_frame);
  const ParamSchema& schema = order.learner->schema();
  for (const char* name : kFrameParameters) {
    const ParamSpec* spec = schema.Find(name);
    if (spec == nullptr) continue;
    const Json frames = spec->ToJson(order.params.get());
    for (const Json& frame : frames.as_array()) {
      const std::string key(frame.as_string());
      if (!key.empty()) all.frames.named[key] = get(key);
    }
  }
  for (const char* name : kModelParameters) {
    const ParamSpec* spec = schema.Find(name);
    const std::string key = spec == nullptr ? "" : spec->Format(order.params.get());
    if (!key.empty()) all.frames.models[key] = context.catalog.GetModel(key);
  }
  return all;
}

}  // namespace thalweg
