// Supervised nets that start from an autoencoder.
#pragma once

#include <memory>

#include "learn/deeplearning/params.h"
#include "learn/learners.h"
#include "models/deeplearning_model.h"

namespace thalweg {

// The autoencoder that the parameter pretrained_autoencoder names; FieldErrors
// where it is none, or its predictors (those of `encoder`), hidden sizes or
// activation are others.
std::shared_ptr<const DeepLearningModel> LoadPretrained(const DeepLearningParams& params,
                                                        const TrainingFrames& frames,
                                                        const FeatureEncoder& encoder);

}  // namespace thalweg
