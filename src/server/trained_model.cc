#include "server/trained_model.h"

#include "base/json.h"
#include "base/text.h"
#include "models/deeplearning_model.h"
#include "server/schemas/meta.h"
#include "server/schemas/model.h"

namespace thalweg {

TrainedModel::TrainedModel(std::shared_ptr<const Model> model, const Json& wire,
                           std::vector<std::string> parts)
    : ModelEntry(std::move(model)),
      wire_(FormatWireJson(wire)),
      synopsis_(FormatWireJson(ModelSynopsis(wire))),
      parts_(std::move(parts)) {}

size_t TrainedModel::ByteSize() const {
  size_t bytes = wire_.size() + synopsis_.size();
  if (const auto* net = dynamic_cast<const DeepLearningModel*>(model().get())) {
    bytes += net->ByteSize();
  }
  return bytes;
}

Json TrainedModel::WireJson() const { return ParseJson(wire_, "the model"); }

EntryPtr TrainedModel::WithThreshold(double threshold) const {
  const auto* net = dynamic_cast<const DeepLearningModel*>(model().get());
  if (net == nullptr || net->domain().size() != 2) {
    throw UserError("only models of two classes have a threshold");
  }
  Json wire = WireJson();
  wire.as_object()["output"].as_object()["default_threshold"] = threshold;
  return std::make_shared<TrainedModel>(net->WithThreshold(threshold), wire, parts_);
}

double TrainedModel::threshold() const {
  const auto* net = dynamic_cast<const DeepLearningModel*>(model().get());
  return net == nullptr ? 0.5 : net->scale().threshold;
}

std::shared_ptr<const TrainedModel> GetTrainedModel(const Catalog& catalog,
                                                    const std::string& name) {
  std::shared_ptr<const TrainedModel> model = catalog.FindAs<TrainedModel>(name);
  if (model) return model;
  catalog.GetModel(name);  // says why not
  throw NotFound("model", name);
}

}  // namespace thalweg
