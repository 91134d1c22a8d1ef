#include "server/commands.h"

#include "base/json.h"
#include "server/commands/describe_cluster.h"
#include "server/commands/frame_cells.h"
#include "server/commands/frame_files.h"
#include "server/commands/grid.h"
#include "server/commands/grid_files.h"
#include "server/commands/load_model.h"
#include "server/commands/make_frames.h"
#include "server/commands/measure_network.h"
#include "server/commands/parse.h"
#include "server/commands/partial_dependence.h"
#include "server/commands/predict.h"
#include "server/commands/rapids.h"
#include "server/commands/stored_entries.h"
#include "server/commands/train.h"

namespace thalweg {

std::vector<Command> ServerCommands() {
  return {
      {"inspect_training", &InspectTrainingCommand},
      {"train", &TrainCommand},
      {"predict", &PredictCommand},
      {"score", &ScoreCommand},
      {"score_predictions", &ScorePredictionsCommand},
      {"load_model", &LoadModelCommand},
      {"grid", &GridCommand},
      {"load_grid", &LoadGridCommand},
      {"save_grid", &SaveGridCommand},
      {"save_model", &SaveModelCommand},
      {"partial_dependence", &PartialDependenceCommand},
      {"parse", &ParseCommand},
      {"frame_cells", &FrameCellsCommand},
      {"summarize_columns", &SummarizeColumnsCommand},
      {"column_detail", &ColumnDetailCommand},
      {"csv_text", &CsvTextCommand},
      {"save_frame", &SaveFrameCommand},
      {"restore_entry", &RestoreEntryCommand},
      {"write_frame", &WriteFrameCommand},
      {"read_frame", &ReadFrameCommand},
      {"gather_frame", &GatherFrameCommand},
      {"create_frame", &CreateFrameCommand},
      {"insert_missing", &InsertMissingCommand},
      {"interaction", &InteractionCommand},
      {"split_frame", &SplitFrameCommand},
      {"find_cell", &FindCellCommand},
      {"rapids", &RapidsCommand},
      {"end_session", &EndSessionCommand},
      {"remove", &RemoveCommand},
      {"remove_all", &RemoveAllCommand},
      {"network_test", &NetworkTestCommand},
      {"describe_cluster", &DescribeClusterCommand},
  };
}

}  // namespace thalweg
