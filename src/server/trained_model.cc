#include "server/trained_model.h"

#include "base/json.h"
#include "base/text.h"
#include "models/deeplearning_model.h"
#include "server/schemas/meta.h"
#include "server/schemas/model.h"
#include "server/schemas/parameters.h"

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

std::map<std::string, double> TrainedModel::MetricsOn(std::string_view rows) const {
  const Json wire = WireJson();
  const Json& json = wire.at("output").at(rows == "xval"    ? "cross_validation_metrics"
                                          : rows == "valid" ? "validation_metrics"
                                                            : "training_metrics");
  std::map<std::string, double> metrics;
  if (!json.is_object()) return metrics;
  constexpr std::pair<const char*, const char*> kNames[] = {
      {"auc", "AUC"},
      {"aucpr", "pr_auc"},
      {"logloss", "logloss"},
      {"mean_per_class_error", "mean_per_class_error"},
      {"rmse", "RMSE"},
      {"mse", "MSE"},
      {"mae", "mae"},
      {"rmsle", "rmsle"},
      {"mean_residual_deviance", "mean_residual_deviance"}};
  for (const auto& [name, key] : kNames) {
    const Json* value = json.as_object().if_contains(key);
    if (value != nullptr && value->is_number()) metrics[name] = value->to_number<double>();
  }
  return metrics;
}

double TrainedModel::TrainingMs() const {
  return WireJson().at("output").at("run_time").to_number<double>();
}

std::string TrainedModel::AlgoName() const {
  return std::string(BuilderNamesOf(model()->algo()).schema);
}

std::shared_ptr<const TrainedModel> GetTrainedModel(const Catalog& catalog,
                                                    const std::string& name) {
  std::shared_ptr<const TrainedModel> model = catalog.FindAs<TrainedModel>(name);
  if (model) return model;
  catalog.GetModel(name);  // says why not
  throw NotFound("model", name);
}

}  // namespace thalweg
