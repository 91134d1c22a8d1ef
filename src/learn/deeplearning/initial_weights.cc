#include "learn/deeplearning/initial_weights.h"

#include <fmt/format.h>

#include "base/error.h"
#include "models/weight_frames.h"

namespace thalweg {

void SetInitialWeights(const TrainingFrames& frames, Net<float>& net) {
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
  check("initial_weights", frames.initial_weights.size());
  check("initial_biases", frames.initial_biases.size());
  for (size_t l = 0; l < frames.initial_weights.size(); ++l) {
    if (frames.initial_weights[l] == nullptr) continue;
    Matrix<float>& values = *weights[l].values;
    values = WeightsFromFrame(*frames.initial_weights[l], values.rows(), values.columns(),
                              fmt::format("initial_weights of layer {}", l + 1));
  }
  for (size_t l = 0; l < frames.initial_biases.size(); ++l) {
    if (frames.initial_biases[l] == nullptr) continue;
    Matrix<float>& values = *biases[l].values;
    values = BiasesFromFrame(*frames.initial_biases[l], values.columns(),
                             fmt::format("initial_biases of layer {}", l + 1));
  }
}

}  // namespace thalweg
