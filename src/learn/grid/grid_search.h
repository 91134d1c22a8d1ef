// Grid search: a model for each combination of values of parameters, the best first.
//
// Models may train side by side, and each on any of several ranks; what the grid comes to does not
// depend on how many do, nor on which ends first. Decisions that need earlier models
// (stopping_rounds) are made in the order of the search, and models beyond the last that counts are
// dropped.
#pragma once

#include <functional>

#include "learn/grid/grid_results.h"
#include "learn/grid/hyper_space.h"
#include "learn/grid/search_criteria.h"

namespace thalweg {

inline SpaceShape ShapeOf(const SearchCriteria& criteria) {
  return criteria.strategy == SearchStrategy::kSequential ? SpaceShape::kSequence
                                                          : SpaceShape::kProduct;
}

struct GridRequest {
  const Learner* learner = nullptr;
  // The learner's parameters, for all models; must outlive the search.
  const void* params = nullptr;
  const HyperSpace* space = nullptr;
  SearchCriteria criteria = {};
  GridOptions options = {};
  // The grid's name is no file's: it may be any.
  bool any_name = false;
  // Models are numbered from this + 1.
  uint64_t first_number = 0;
  // Combinations (an object of name to value) that are left out, as if they were not in the space.
  std::function<bool(const Json&)> skip = {};
  // Called for each model that is trained (not for those that were in the folder already), by one
  // thread at a time.
  std::function<void(const GridModel&, const TrainingOutcome&)> on_model = {};
};

// A model that fails is in `failures` with its reason, and the search goes on; one that does not
// fit into memory beside others is tried again alone. Where all models fail, `models` is empty.
// Cancelled, it returns what is done; models in training are dropped. FieldErrors, before anything
// trains: a grid_id that is no name, metrics that are not measured in such a problem, a
// recovery_dir that cannot be used or holds another grid.
//
// Where the learner's parameter `seed` is -1 and not varied, model n has the search's seed + n; any
// other seed is that of all models. `model_id` becomes <grid_id>_model_<n>; where the learner has
// none, its `export_checkpoints_dir`, if given, gets a folder of that name for each model.
//
// `ranks`: all have these parameters and frames; rank 0 searches, the others are in ServeGrid.
// Where models write files, rank 0 trains alone. Where `frames.kept` is there, models that are done
// are left there for the case that the search has to begin again.
GridOutcome SearchGrid(const GridRequest& request, const TrainingFrames& frames, ThreadPool& pool,
                       const WorkContext& context, Communicator* ranks = nullptr);
// What another rank does meanwhile: models, each by itself. Of the request, `learner`, `params` and
// `options` are used.
void ServeGrid(const GridRequest& request, const TrainingFrames& frames, ThreadPool& pool,
               const WorkContext& context, Communicator& ranks);

}  // namespace thalweg
