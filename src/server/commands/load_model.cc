#include "server/commands/load_model.h"

#include <filesystem>

#include "base/available_memory.h"
#include "base/file.h"
#include "base/json.h"
#include "server/commands/arguments.h"
#include "server/commands/publish.h"
#include "server/commands/saved_files.h"
#include "server/model_archive.h"

namespace thalweg {

Json SaveModelCommand(const Json& arguments, CommandContext& context) {
  const auto model = GetTrainedModel(context.catalog, TextOf(arguments, "model"));
  const NamedFrames frames =
      arguments.at("predictions").as_bool() ? HeldOutPredictions(*model, context) : NamedFrames();
  OnFirstRank(context,
              [&] { WriteWholeFile(TextOf(arguments, "path"), ArchiveBytes(*model, frames)); });
  return nullptr;
}

Json LoadModelCommand(const Json& arguments, CommandContext& context) {
  Publication out;
  std::string name;
  OnFirstRank(context, [&] {
    const std::string path(arguments.at("path").as_string());
    const std::string shown(arguments.at("shown").as_string());
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    // The file, its parts, and the model made of them.
    if (!error) RequireMemory(3 * static_cast<double>(size), "loading the model " + shown);
    const ArchivedModel archived =
        ReadArchive(ReadWholeFile(path), shown, std::filesystem::path(shown).stem().string());
    name = archived.name;
    for (const auto& [frame, cells] : archived.frames) out.AddFrame(frame, cells);
    out.AddModel(name, archived.model->model(), archived.model->WireJson(),
                 archived.model->parts());
  });
  out.Publish(context);
  return JsonObject{{"model_id", name}};
}

}  // namespace thalweg
