// What one rank has made, given to all.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "frame/frame.h"
#include "jobs/commands.h"
#include "learn/learners.h"

namespace thalweg {

// Names of frames and models to be put into every rank's catalog. Filled on rank 0 alone; Publish
// is a collective.
class Publication {
 public:
  // Both are as in TrainedModel.
  void AddModel(std::string name, std::shared_ptr<const Model> model, Json wire,
                std::vector<std::string> parts);
  // All rows.
  void AddFrame(std::string name, const Frame& frame);
  void Publish(CommandContext& context);
  // Saves the models in this folder, each under its name (server/model_archive.h).
  void Export(const std::string& folder) const;
  // Saves one model with what its folds predicted.
  void ExportWithPredictions(const std::string& model, const std::string& folder) const;

 private:
  struct NewModel {
    std::string name;
    std::shared_ptr<const Model> model;
    Json wire;
    std::vector<std::string> parts;
  };
  // Models, and names of frames, that rank 0 has sent.
  void TakeNames(const std::string& bytes);

  std::vector<NewModel> models_;
  std::vector<std::pair<std::string, std::shared_ptr<const Frame>>> frames_;  // null: not rank 0
};

// Runs `work` on rank 0; the others wait. What it throws there, all throw.
void OnFirstRank(CommandContext& context, const std::function<void()>& work);

// A prediction frame under the clients' names: probabilities of
// levels that are whole numbers get a letter (p0, p1).
Frame WireNames(const Frame& predictions);

// How a training is known to those who look at it.
struct TrainingNames {
  std::string model_id;
  std::string training_frame;
  std::string validation_frame;
  int64_t start_ms = 0;
  bool resolve_auto = true;
  Json reproducibility = {};  // as in ModelRecord
};
// The model and all that is kept beside it. `asked`: the parameters as they were sent.
void PublishTraining(const Learner& learner, const void* asked, const TrainingOutcome& outcome,
                     const TrainingNames& names, Publication& out);

}  // namespace thalweg
