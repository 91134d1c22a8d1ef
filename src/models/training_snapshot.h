// What a learner needs to go on with a training where it stood: kept in the file of a model, and
// not needed to score with it.
#pragma once

#include <memory>
#include <vector>

#include "base/json_fwd.h"
#include "kernels/matrix.h"
#include "models/model_file.h"

namespace thalweg {

// Immutable. What the progress says and what the arrays are is the learner's own business.
struct TrainingSnapshot {
  std::shared_ptr<const Json> progress;  // an object
  std::vector<Matrix<float>> arrays;

  // The part of a model's description, stored there under "training".
  Json Description() const;
  // The arrays "training.0", "training.1", …
  void AddArrays(ModelFileWriter& writer) const;
  // Null where the file has none. UserError where it is damaged.
  static std::shared_ptr<const TrainingSnapshot> FromFile(const ModelFile& file);
};

}  // namespace thalweg
