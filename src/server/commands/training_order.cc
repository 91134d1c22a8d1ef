#include "server/commands/training_order.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
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
    // Arguments may come from a file.
    if (spec == nullptr) {
      throw UserError(fmt::format("{} has no parameter {}", order.learner->name(),
                                  Printable(std::string_view(name))));
    }
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

OrderReferences ReferencesOf(const TrainingOrder& order) {
  OrderReferences references;
  references.frames.push_back(order.training_frame);
  if (!order.validation_frame.empty()) references.frames.push_back(order.validation_frame);
  const ParamSchema& schema = order.learner->schema();
  for (const char* name : kFrameParameters) {
    const ParamSpec* spec = schema.Find(name);
    if (spec == nullptr) continue;
    const Json frames = spec->ToJson(order.params.get());
    for (const Json& frame : frames.as_array()) {
      if (!frame.as_string().empty()) references.frames.emplace_back(frame.as_string());
    }
  }
  for (const char* name : kModelParameters) {
    const ParamSpec* spec = schema.Find(name);
    const std::string key = spec == nullptr ? "" : spec->Format(order.params.get());
    if (!key.empty()) references.models.push_back(key);
  }
  return references;
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

OrderFrames ReadOrderFrames(const TrainingOrder& order, CommandContext& context, bool in_parts) {
  OrderFrames all;
  const OrderReferences references = ReferencesOf(order);
  for (const std::string& name : references.frames) {
    if (all.frames.named.contains(name)) continue;
    const bool rows = name == order.training_frame || name == order.validation_frame;
    all.held.push_back(rows && in_parts ? context.catalog.GetFrame(name)
                                        : GetWholeFrame(name, context));
    all.frames.named[name] = all.held.back().get();
  }
  all.frames.training = all.frames.named.at(order.training_frame);
  if (!order.validation_frame.empty()) {
    all.frames.validation = all.frames.named.at(order.validation_frame);
  }
  for (const std::string& name : references.models) {
    all.frames.models[name] = context.catalog.GetModel(name);
  }
  return all;
}

}  // namespace thalweg
