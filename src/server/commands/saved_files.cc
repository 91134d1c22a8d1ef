#include "server/commands/saved_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "base/json.h"
#include "base/text.h"
#include "jobs/rank_frames.h"

namespace thalweg {

void MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw UserError(fmt::format("the folder {} cannot be made: {}",
                                std::filesystem::path(folder).filename().string(),
                                error.message()));
  }
}

NamedFrames HeldOutPredictions(const TrainedModel& model, CommandContext& context) {
  const Json wire = model.WireJson();
  const Json& key = wire.at("output").at("cross_validation_holdout_predictions_frame_id");
  if (!key.is_object()) return {};
  const std::string name(key.at("name").as_string());
  if (!context.catalog.FindAs<FrameEntry>(name)) return {};
  return {{name, *GetWholeFrame(name, context)}};
}

}  // namespace thalweg
