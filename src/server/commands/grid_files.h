// Grids in folders: saved when asked, and kept there while a search goes on, so that it can go on
// after the end of the process.
//
//   <grid_id>               the grid, in JSON: what was asked, its models, its failures
//   <grid_id>_model_7       a model (server/model_archive.h), under its name
//   <grid_id>_references    which frames and models the parameters name; they are beside it
//   <frame>.frame.parquet   a frame that is referred to
//   recovery.json           the search has not ended: {"grid_id": …, "job": …}
#pragma once

#include <string>

#include "base/json_fwd.h"
#include "jobs/commands.h"
#include "server/commands/training_order.h"
#include "server/grid_entry.h"

namespace thalweg {

// Arguments: grid_id, folder, references and predictions (bools: the frames and models that the
// parameters name; what the models' folds predicted). Returns null.
Json SaveGridCommand(const Json& arguments, CommandContext& context);

// Arguments: path (of the grid's own file), references (bool). Brings back the grid, its models and
// what is in their files, and what they refer to. Returns {"grid_id": …}.
Json LoadGridCommand(const Json& arguments, CommandContext& context);

// The parts of saving. The first one is rank 0's; the second and third are collectives.
void WriteGridRecord(const GridEntry::Record& record, const std::string& folder);
void WriteReferences(const std::string& grid_id, const TrainingOrder& order,
                     const std::string& folder, CommandContext& context);
void WriteGridModels(const GridEntry::Record& record, bool predictions, const std::string& folder,
                     CommandContext& context);

// What says in a folder of recovery that a search goes on there; on rank 0.
struct RecoveryMark {
  std::string grid_id;
  std::string job;  // its key
};
void WriteRecoveryMark(const RecoveryMark& mark, const std::string& folder);
// Empty names where there is none.
RecoveryMark ReadRecoveryMark(const std::string& folder);
// The search is over: removes what was kept for its sake, and nothing else.
void ClearRecovery(const GridEntry::Record& record, const TrainingOrder& order,
                   const std::string& folder);

}  // namespace thalweg
