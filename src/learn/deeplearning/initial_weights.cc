#include "learn/deeplearning/initial_weights.h"

#include <fmt/format.h>

#include "base/error.h"
#include "models/weight_frames.h"

namespace thalweg {

namespace {

const Frame& FindFrame(const TrainingFrames& frames, const char* field, const std::string& name) {
  const auto found = frames.named.find(name);
  if (found != frames.named.end()) return *found->second;
  throw FieldErrors(std::vector<FieldError>{{field, fmt::format("there is no frame '{}'", name)}});
}

}  // namespace

void SetInitialWeights(const NetParams& params, const TrainingFrames& frames, Net<float>& net) {
  std::vector<ParameterBlock<float>> weights, biases;
  const std::vector<ParameterBlock<float>> blocks = net.Blocks();
  for (size_t i = 0; i < blocks.size(); i += 2) {
    if (!blocks[i].penalized) continue;  // batch normalization
    weights.push_back(blocks[i]);
    biases.push_back(blocks[i + 1]);
  }
  const auto check = [&](const char* name, size_t count) {
    if (count == 0 || count == weights.size()) return;
    throw FieldErrors(std::vector<FieldError>{
        {name, fmt::format("has {} frames; the net has {} layers (the hidden ones and the last)",
                           count, weights.size())}});
  };
  check("initial_weights", params.initial_weights.size());
  check("initial_biases", params.initial_biases.size());
  for (size_t l = 0; l < params.initial_weights.size(); ++l) {
    const std::string& name = params.initial_weights[l];
    if (name.empty()) continue;
    Matrix<float>& values = *weights[l].values;
    values = WeightsFromFrame(FindFrame(frames, "initial_weights", name), values.rows(),
                              values.columns(), fmt::format("initial_weights of layer {}", l + 1));
  }
  for (size_t l = 0; l < params.initial_biases.size(); ++l) {
    const std::string& name = params.initial_biases[l];
    if (name.empty()) continue;
    Matrix<float>& values = *biases[l].values;
    values = BiasesFromFrame(FindFrame(frames, "initial_biases", name), values.columns(),
                             fmt::format("initial_biases of layer {}", l + 1));
  }
}

}  // namespace thalweg
