#include "learn/deeplearning/pretrained.h"

#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "base/text.h"

namespace thalweg {
namespace {

[[noreturn]] void Refuse(const std::string& message) {
  throw FieldErrors(std::vector<FieldError>{{"pretrained_autoencoder", message}});
}

std::set<std::string> NamesOf(const FeatureEncoder& encoder) {
  std::set<std::string> names;
  for (const FeatureColumn& c : encoder.columns()) names.insert(c.name);
  return names;
}

std::string HiddenOf(const Network& network) {
  std::vector<std::string> sizes;
  for (size_t l = 0; l < network.hidden_layers(); ++l) {
    sizes.push_back(std::to_string(network.hidden_units(l)));
  }
  return Join(sizes, ",");
}

std::string HiddenOf(const DeepLearningParams& params) {
  std::vector<std::string> sizes;
  for (int64_t units : params.hidden) sizes.push_back(std::to_string(units));
  return Join(sizes, ",");
}

}  // namespace

std::shared_ptr<const DeepLearningModel> LoadPretrained(const DeepLearningParams& params,
                                                        const TrainingFrames& frames,
                                                        const FeatureEncoder& encoder) {
  const std::string& path = params.pretrained_autoencoder;
  if (params.autoencoder) {
    Refuse(
        "is for nets with a response; an autoencoder is continued by "
        "checkpoint");
  }
  std::shared_ptr<const DeepLearningModel> model;
  try {
    const auto named = frames.models.find(path);
    model = std::dynamic_pointer_cast<const DeepLearningModel>(
        named != frames.models.end() ? named->second : LoadModel(path));
  } catch (const UserError& error) {
    Refuse(error.what());
  }
  if (model == nullptr || !model->scale().autoencoder()) {
    Refuse(path + " is a model with a response, not an autoencoder");
  }
  const Network& network = model->network();
  if (WithoutDropout(network.activation) != WithoutDropout(params.activation)) {
    Refuse(
        fmt::format("{} has activation {}; activation must be the same (with dropout or "
                    "without)",
                    path, kEnumNames<Activation>[static_cast<size_t>(network.activation)]));
  }
  if (HiddenOf(network) != HiddenOf(params)) {
    Refuse(fmt::format("{} has hidden layers {}; hidden is {}", path, HiddenOf(network),
                       HiddenOf(params)));
  }
  const std::set<std::string> theirs = NamesOf(model->encoder()), ours = NamesOf(encoder);
  for (const std::string& name : theirs) {
    if (!ours.contains(name)) {
      Refuse(fmt::format("{} learned from a column {}, which is no predictor here", path, name));
    }
  }
  for (const std::string& name : ours) {
    if (!theirs.contains(name)) {
      Refuse(
          fmt::format("{} did not learn from the predictor {}; ignore it by "
                      "ignored_columns",
                      path, name));
    }
  }
  return model;
}

}  // namespace thalweg
