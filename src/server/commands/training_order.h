// A training's arguments as they travel to the ranks, ready for the learner.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "jobs/commands.h"
#include "learn/learners.h"

namespace thalweg {

struct TrainingOrder {
  const Learner* learner = nullptr;
  std::shared_ptr<void> asked;   // as it was sent
  std::shared_ptr<void> params;  // and what the learner is given
  std::string model_id;
  std::string training_frame;
  std::string validation_frame;
  std::string export_folder;  // in which models are to be saved when they are trained; or empty
  bool resolve_auto = true;
  Json cloud = {};  // a CloudV3 object of when it was asked for; null where that is not known
};
// Arguments of the command "train" (commands/train.h).
TrainingOrder ReadTrainingOrder(const Json& arguments);

// Names of what the parameters point at.
struct OrderReferences {
  std::vector<std::string> frames;
  std::vector<std::string> models;
};
OrderReferences ReferencesOf(const TrainingOrder& order);

// The frames of a training, alive as long as this.
struct OrderFrames {
  std::vector<std::shared_ptr<const Frame>> held;
  TrainingFrames frames;
};
// What the models of this order will tell of machine, server and frames; null where the order does
// not know. Looks at every cell.
Json DescribeOrder(const TrainingOrder& order, const OrderFrames& frames, ThreadPool& pool);
// A collective. `in_parts`: training and validation frame as they are stored, else whole.
OrderFrames ReadOrderFrames(const TrainingOrder& order, CommandContext& context,
                            bool in_parts = false);

}  // namespace thalweg
