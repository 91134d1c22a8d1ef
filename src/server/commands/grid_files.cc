#include "server/commands/grid_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <system_error>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "ingest/parse.h"
#include "jobs/rank_frames.h"
#include "server/commands/arguments.h"
#include "server/commands/frame_files.h"
#include "server/commands/publish.h"
#include "server/commands/saved_files.h"
#include "server/file_roots.h"
#include "server/model_archive.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMarkFile = "recovery.json";

// The folder lies below a root; what is read from it may not be a link out of it.
const std::string& NoLink(const std::string& path) {
  std::error_code error;
  if (fs::is_symlink(path, error)) {
    throw UserError(fmt::format("{}: a symbolic link; what belongs to a grid lies in its folder",
                                Printable(fs::path(path).filename().string())));
  }
  return path;
}

std::string ReferencesFile(const std::string& folder, const std::string& grid_id) {
  return PathIn(folder, grid_id) + "_references";
}

OrderReferences ReadReferences(const std::string& folder, const std::string& grid_id) {
  const std::string path = ReferencesFile(folder, grid_id);
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    throw UserError(
        fmt::format("load_params_references: {} was saved without what its parameters refer to "
                    "(save_params_references)",
                    Printable(grid_id)));
  }
  const std::string shown = fs::path(path).filename().string();
  try {
    const Json json = ParseJson(ReadWholeFile(NoLink(path)), shown);
    return {boost::json::value_to<std::vector<std::string>>(json.at("frames")),
            boost::json::value_to<std::vector<std::string>>(json.at("models"))};
  } catch (const UserError&) {
    throw;
  } catch (const std::exception& broken) {
    throw UserError(fmt::format("{}: not usable: {}", shown, broken.what()));
  }
}

// Whether a model of this grid has that name.
bool IsModelOf(const std::string& grid_id, const std::string& name) {
  const std::string prefix = grid_id + "_model_";
  return name.starts_with(prefix) && ParseInt(std::string_view(name).substr(prefix.size()));
}

void LoadModelFile(const std::string& folder, const std::string& name, Publication& out) {
  ArchivedModel archived = ReadArchive(ReadWholeFile(NoLink(PathIn(folder, name))), name, name);
  for (const auto& [frame, cells] : archived.frames) out.AddFrame(frame, cells);
  out.AddModel(name, archived.model->model(), archived.model->WireJson(), archived.model->parts());
}

}  // namespace

void WriteGridRecord(const GridEntry::Record& record, const std::string& folder) {
  WriteWholeFile(PathIn(folder, record.grid_id), FormatJson(ToJson(record)) + "\n");
}

void WriteReferences(const std::string& grid_id, const TrainingOrder& order,
                     const std::string& folder, CommandContext& context) {
  const OrderReferences references = ReferencesOf(order);
  const std::set<std::string> frames(references.frames.begin(), references.frames.end());
  for (const std::string& name : frames) {
    const auto frame = GetWholeFrame(name, context);
    OnFirstRank(context, [&] {
      WriteFrame(*frame, SavedFramePath(folder, name), context.pool, context.work);
    });
  }
  OnFirstRank(context, [&] {
    for (const std::string& name : references.models) {
      WriteWholeFile(PathIn(folder, name), ArchiveBytes(*GetTrainedModel(context.catalog, name)));
    }
    WriteWholeFile(ReferencesFile(folder, grid_id),
                   FormatJson(JsonObject{{"frames", boost::json::value_from(frames)},
                                         {"models", boost::json::value_from(references.models)}}) +
                       "\n");
  });
}

void WriteGridModels(const GridEntry::Record& record, bool predictions, const std::string& folder,
                     CommandContext& context) {
  for (const GridModel& model : record.models) {
    const auto trained = context.catalog.FindAs<TrainedModel>(model.model_id);
    if (!trained) continue;
    const NamedFrames frames = predictions ? HeldOutPredictions(*trained, context) : NamedFrames();
    OnFirstRank(context, [&] {
      WriteWholeFile(PathIn(folder, model.model_id), ArchiveBytes(*trained, frames));
    });
  }
}

Json SaveGridCommand(const Json& arguments, CommandContext& context) {
  const auto grid = GetGrid(context.catalog, TextOf(arguments, "grid_id"));
  const std::string folder = TextOf(arguments, "folder");
  const GridEntry::Record& record = grid->record();
  OnFirstRank(context, [&] { MakeFolder(folder); });
  context.ranks.Barrier();
  WriteGridModels(record, arguments.at("predictions").as_bool(), folder, context);
  if (arguments.at("references").as_bool()) {
    WriteReferences(record.grid_id, ReadTrainingOrder(record.arguments), folder, context);
  } else {
    // Of an earlier time; the grid that is saved now came without.
    OnFirstRank(context, [&] {
      std::error_code ignored;
      fs::remove(ReferencesFile(folder, record.grid_id), ignored);
    });
  }
  OnFirstRank(context, [&] { WriteGridRecord(record, folder); });
  return nullptr;
}

Json LoadGridCommand(const Json& arguments, CommandContext& context) {
  const std::string path = TextOf(arguments, "path");
  const std::string folder = fs::path(path).parent_path().string();
  Publication out;
  std::string bytes, frames;
  OnFirstRank(context, [&] {
    const std::string shown = fs::path(path).filename().string();
    bytes = ReadWholeFile(path);
    const GridEntry::Record record = GridRecordFromJson(ParseJson(bytes, shown), shown);
    OrderReferences references;
    if (arguments.at("references").as_bool()) references = ReadReferences(folder, record.grid_id);
    for (const std::string& name : references.models) LoadModelFile(folder, name, out);
    for (const GridModel& model : record.models) LoadModelFile(folder, model.model_id, out);
    for (const std::string& name : references.frames) NoLink(SavedFramePath(folder, name));
    frames = FormatJson(boost::json::value_from(references.frames));
  });
  bytes = context.ranks.Broadcast(bytes, 0);
  const Json names = ParseJson(context.ranks.Broadcast(frames, 0), "names of frames");
  for (const Json& name : names.as_array()) {
    const std::string frame(name.as_string());
    LoadSavedFrame(frame, SavedFramePath(folder, frame), context);
  }
  out.Publish(context);
  GridEntry::Record record = GridRecordFromJson(ParseJson(bytes, "a grid"), "a grid");
  const std::string grid_id = record.grid_id;
  context.catalog.Put(grid_id, std::make_shared<GridEntry>(std::move(record)));
  return JsonObject{{"grid_id", grid_id}};
}

void WriteRecoveryMark(const RecoveryMark& mark, const std::string& folder) {
  WriteWholeFile(folder + "/" + kMarkFile,
                 FormatJson(JsonObject{{"grid_id", mark.grid_id}, {"job", mark.job}}) + "\n");
}

RecoveryMark ReadRecoveryMark(const std::string& folder) {
  const std::string path = folder + "/" + kMarkFile;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return {};
  const Json json = ParseJson(ReadWholeFile(NoLink(path)), kMarkFile);
  RecoveryMark mark{.grid_id = json.is_object() ? TextOf(json, "grid_id") : "",
                    .job = json.is_object() ? TextOf(json, "job") : ""};
  if (mark.grid_id.empty()) throw UserError("recovery.json: it names no grid");
  return mark;
}

void ClearRecovery(const GridEntry::Record& record, const TrainingOrder& order,
                   const std::string& folder) {
  const OrderReferences references = ReferencesOf(order);
  std::vector<std::string> files = {kMarkFile, record.grid_id + "_references", record.grid_id};
  for (const GridModel& model : record.models) files.push_back(model.model_id);
  files.insert(files.end(), references.models.begin(), references.models.end());
  for (const std::string& name : references.frames) {
    files.push_back(fs::path(SavedFramePath(folder, name)).filename().string());
  }
  std::error_code ignored;
  // The mark first: what stands without it is no search that goes on.
  for (const std::string& file : files) {
    // Names from memory may be "../x"; such were never written.
    if (IsFileName(file)) fs::remove(PathIn(folder, file), ignored);
  }
  // What a process that was killed had begun to write (base/file.h), and models that it had
  // written, but not into the record: their numbers need not have been given again.
  const std::set<std::string> ours(files.begin(), files.end());
  std::vector<fs::path> left;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    const std::string whole = name.substr(0, name.rfind(".tmp-"));
    if ((whole != name && ours.contains(whole)) || IsModelOf(record.grid_id, whole)) {
      left.push_back(entry.path());
    }
  }
  for (const fs::path& file : left) fs::remove(file, ignored);
}

}  // namespace thalweg
