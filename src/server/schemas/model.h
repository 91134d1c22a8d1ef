// A trained model as the clients read it: ModelsV3 and what is in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "learn/learners.h"
#include "server/schemas/parameters.h"

namespace thalweg {

// What is said of a model beside what its training came to. Empty names: there is none.
struct ModelRecord {
  std::string name;
  std::string training_frame = {};
  std::string validation_frame = {};
  int64_t start_ms = 0;  // since 1970, UTC
  int64_t end_ms = 0;
  const void* asked = nullptr;  // the learner's parameters, as they were sent
  bool resolve_auto = true;     // show what AUTO came to
  Json reproducibility = {};    // what the training ran on (schemas/reproducibility.h), or null
  // Of the folds and what was kept of them.
  std::vector<std::string> fold_models = {};
  std::vector<std::string> fold_predictions = {};
  std::string held_out_predictions = {};
  std::string fold_assignment = {};
  // Of layers.
  std::vector<std::string> weights = {};
  std::vector<std::string> biases = {};
};

// The ModelV3 object.
Json ModelToWire(const Learner& learner, const TrainingOutcome& outcome, const ModelRecord& record);

// What GET /3/Models shows of a model: the object without parameters and output.
Json ModelSynopsis(const Json& model);

// What AUTO came to, by parameter.
JsonObject ResolvedParameters(const Learner& learner, const Model& model, const void* used);

}  // namespace thalweg
