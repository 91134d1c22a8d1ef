#include "server/commands.h"

#include "base/json.h"
#include "server/commands/frame_cells.h"
#include "server/commands/measure_network.h"
#include "server/commands/frame_files.h"
#include "server/commands/make_frames.h"
#include "server/commands/parse.h"
#include "server/commands/rapids.h"

namespace thalweg {

std::vector<Command> ServerCommands() {
  return {
      {"parse", &ParseCommand},
      {"frame_cells", &FrameCellsCommand},
      {"summarize_columns", &SummarizeColumnsCommand},
      {"column_detail", &ColumnDetailCommand},
      {"csv_text", &CsvTextCommand},
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
  };
}

}  // namespace thalweg
