#include "server/handlers/export_frame.h"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "jobs/catalog.h"
#include "server/commands/frame_files.h"
#include "server/errors.h"
#include "server/schemas/frame_v3.h"
#include "server/schemas/job.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"

namespace thalweg {
namespace fs = std::filesystem;

namespace {

constexpr int64_t kPartsChosen = 8;

HttpError AlreadyThere(const std::string& path) {
  return IllegalArgument(fmt::format(
      "Illegal argument: {0} of function: exportFrame: File {0} already exists!", path));
}

bool IsGzip(const ExportFrameRequest& request) {
  const std::string name = ToLower(request.compression);
  if (name.empty() || name == "none") return false;
  if (name == "gzip") return true;
  throw IllegalArgument("compression: " + Printable(request.compression) +
                        " cannot be written; there are gzip and none");
}

// The files to write; makes their folder.
std::vector<std::string> FilesOf(const ExportFrameRequest& request, const std::string& path,
                                 bool parquet, bool gzip) {
  std::error_code error;
  const int64_t parts = request.num_parts == -1 ? kPartsChosen : request.num_parts;
  if (parts == 0) throw IllegalArgument("num_parts: at least 1, or -1");
  // Parquet comes in a folder, as readers of many files expect it, unless a file is named.
  const bool folder = parts > 1 || (parquet && !ToLower(path).ends_with(".parquet"));
  if (!folder) {
    if (fs::is_directory(path, error)) {
      throw IllegalArgument("path: " + Printable(request.path, 1000) + " is a folder");
    }
    if (!request.force && fs::exists(path, error)) throw AlreadyThere(request.path);
    return {path};
  }
  if (fs::exists(path, error) && !fs::is_directory(path, error)) {
    throw IllegalArgument("path: " + Printable(request.path, 1000) + " is a file, not a folder");
  }
  if (fs::exists(path, error) && !fs::is_empty(path, error)) {
    if (!request.force) throw AlreadyThere(request.path);
    // Parts of an earlier export would be read with the new ones.
    for (const auto& entry : fs::directory_iterator(path, error)) {
      if (entry.path().filename().string().starts_with("part-m-")) {
        fs::remove(entry.path(), error);
      }
    }
  }
  fs::create_directories(path, error);
  if (error) {
    throw IllegalArgument("path: the folder " + Printable(request.path, 1000) +
                          " cannot be made: " + error.message());
  }
  std::vector<std::string> files;
  const char* ending = parquet ? ".parquet" : gzip ? ".csv.gz" : ".csv";
  for (int64_t i = 0; i < parts; ++i) {
    files.push_back(fmt::format("{}/part-m-{:05}{}", path, i, ending));
  }
  return files;
}

Json SavedJson(const char* schema, const SaveFrameRequest& request, const Job& job) {
  JsonObject json = SchemaObject(schema);
  json["_exclude_fields"] = "";
  json["dir"] = request.dir;
  json["force"] = request.force;
  json["job"] = JobJsonSoon(job);
  return json;
}

// A saved frame below the roots of either kind; the file itself may be a link, too.
std::string ResolveForLoad(const SaveFrameRequest& request, ServerContext& server) {
  const std::string path = SavedFramePath(request.dir, request.frame_id);
  try {
    return server.export_roots.Resolve(path);
  } catch (const OutsideRoots&) {
    return server.import_roots.Resolve(path);
  }
}

}  // namespace

Json ExportFrame(const ExportFrameRequest& request, Call& call) {
  call.server.catalog().GetFrame(request.frame_id);
  const std::string format = ToLower(request.format);
  if (format != "csv" && format != "parquet") {
    throw IllegalArgument("format: " + Printable(request.format) +
                          " cannot be written; there are csv and parquet");
  }
  const bool parquet = format == "parquet";
  const bool gzip = IsGzip(request);
  if (parquet && !request.compression.empty()) {
    throw IllegalArgument("compression: Parquet files are always compressed with zstd");
  }
  if (parquet && (request.separator != ',' || !request.header || !request.quote_header)) {
    throw IllegalArgument(
        "separator, header, quote_header: of CSV alone; a Parquet file always has its names");
  }
  if (request.path.empty()) throw IllegalArgument("path: no file is named");
  if (request.tz_adjust_from_local) {
    throw IllegalArgument(
        "tz_adjust_from_local: times are written in UTC, and cannot be moved yet");
  }
  const std::string path = call.server.export_roots.Resolve(request.path);
  const std::vector<std::string> files = FilesOf(request, path, parquet, gzip);
  JsonObject arguments{{"frame", request.frame_id},
                       {"files", boost::json::value_from(files)},
                       {"format", format},
                       {"gzip", gzip},
                       {"separator", std::string(1, static_cast<char>(request.separator))},
                       {"header", request.header},
                       {"quote_header", request.quote_header}};
  const JobPtr job = call.server.jobs.Start(
      "Export dataset", {request.frame_id, "Frame"},
      [&server = call.server, arguments = Json(std::move(arguments))](Job& running) {
        server.ranks.Run("write_frame", arguments,
                         {.progress = &running, .cancel = &running.cancel()});
      });
  JsonObject json = FramesJson({}, nullptr);
  json["compression"] = nullptr;
  if (!request.compression.empty()) json["compression"] = request.compression;
  json["write_checksum"] = request.write_checksum;
  json["tz_adjust_from_local"] = request.tz_adjust_from_local;
  json["separator"] = request.separator;
  json["header"] = request.header;
  json["quote_header"] = request.quote_header;
  json["job"] = JobJsonSoon(*job);
  return json;
}

Json SaveFrame(const SaveFrameRequest& request, Call& call) {
  call.server.catalog().GetFrame(request.frame_id);
  const std::string folder = call.server.export_roots.Resolve(request.dir);
  const std::string file = SavedFramePath(folder, request.frame_id);
  std::error_code error;
  if (!request.force && fs::exists(file, error)) {
    throw UserError("File already exists at " + Printable(request.dir, 1000));
  }
  fs::create_directories(folder, error);
  if (error) {
    throw IllegalArgument("dir: the folder " + Printable(request.dir, 1000) +
                          " cannot be made: " + error.message());
  }
  JsonObject arguments{
      {"frame", request.frame_id}, {"files", JsonArray{Json(file)}}, {"format", "parquet"}};
  const JobPtr job = call.server.jobs.Start(
      "Save frame", {request.frame_id, "Frame"},
      [&server = call.server, arguments = Json(std::move(arguments))](Job& running) {
        server.ranks.Run("write_frame", arguments,
                         {.progress = &running, .cancel = &running.cancel()});
      });
  return SavedJson("FrameSaveV3", request, *job);
}

Json LoadFrame(const SaveFrameRequest& request, Call& call) {
  const std::string file = ResolveForLoad(request, call.server);
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    throw NoSuchThing("There is no saved frame " + Printable(request.frame_id, 1000) + " in " +
                      Printable(request.dir, 1000));
  }
  if (!request.force && call.server.catalog().Find(request.frame_id) != nullptr) {
    throw UserError("Frame Key<Frame> " + Printable(request.frame_id, 1000) + " already exists.");
  }
  JsonObject arguments{{"frame", request.frame_id}, {"file", file}};
  const JobPtr job = call.server.jobs.Start(
      "Load frame", {request.frame_id, "Frame"},
      [&server = call.server, arguments = Json(std::move(arguments))](Job& running) {
        server.ranks.Run("read_frame", arguments,
                         {.progress = &running, .cancel = &running.cancel()});
      });
  return SavedJson("FrameLoadV3", request, *job);
}

}  // namespace thalweg
