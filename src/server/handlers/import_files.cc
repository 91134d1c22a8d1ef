#include "server/handlers/import_files.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/regex.h"
#include "base/text.h"
#include "ingest/sources/download.h"
#include "server/bundled_data.h"
#include "server/errors.h"
#include "server/file_entry.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"

namespace thalweg {
namespace fs = std::filesystem;

namespace {

struct Found {
  std::vector<std::string> files;
  std::vector<std::string> names;
  std::vector<std::string> fails;
};

// Of a service that there is no reader for.
bool IsRemote(std::string_view path) {
  const size_t colon = path.find("://");
  return colon != std::string_view::npos && colon > 1 && !path.starts_with("file://") &&
         !path.starts_with("nfs://");
}

// The name of a file in the catalog: "nfs:/" and its absolute path.
std::string NameOf(const std::string& path) { return "nfs:/" + path; }

// The regular files below a folder, those of its folders too, sorted; hidden ones (. and _) not.
std::vector<std::string> FilesBelow(const std::string& folder, const FileRoots& roots) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied,
                                         error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.') || name.starts_with('_')) {
      entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file(error)) continue;
    try {
      // A link may lead out of the roots.
      files.push_back(roots.Resolve(entry->path().string()));
    } catch (const OutsideRoots&) {
      continue;
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// A data set of the program, as an upload of its own.
bool ImportBundled(const std::string& given, Call& call, Found& found) {
  constexpr std::string_view kScheme = "h2o://";
  if (!given.starts_with(kScheme)) return false;
  const std::string_view text = BundledData(std::string_view(given).substr(kScheme.size()));
  if (text.empty()) return false;
  const std::string path =
      call.server.spool_folder + "/bundled-" + std::to_string(call.server.next_number++);
  auto file = std::make_shared<const SpoolFile>(path);
  WriteWholeFile(path, text);
  call.server.catalog().Put(given,
                            std::make_shared<FileEntry>(std::move(file), text.size(), false));
  found.files.push_back(given);
  found.names.push_back(given);
  return true;
}

// A file of a web server that was allowed at the start, kept like an upload.
void ImportFromWeb(const std::string& url, Call& call, Found& found) {
  constexpr uint64_t kMostBytes = uint64_t{1} << 40;
  const std::string path =
      call.server.spool_folder + "/web-" + std::to_string(call.server.next_number++);
  uint64_t bytes = 0;
  try {
    bytes =
        Download(url, path, {.hosts = call.server.options.import_host, .most_bytes = kMostBytes});
  } catch (const UserError& e) {
    // H2O answers a list of addresses; the clients show it to their users, so it says why.
    found.fails.emplace_back(e.what());
    return;
  }
  auto file = std::make_shared<const SpoolFile>(path);
  call.server.catalog().Put(url, std::make_shared<FileEntry>(std::move(file), bytes, false));
  found.files.push_back(url);
  found.names.push_back(url);
}

void Import(const std::string& given, const Regex* pattern, Call& call, Found& found) {
  if (ImportBundled(given, call, found)) return;
  if (IsWebUrl(given)) {
    ImportFromWeb(given, call, found);
    return;
  }
  if (IsRemote(given)) {
    found.fails.push_back(given);
    return;
  }
  std::string_view path = given;
  if (path.starts_with("file://")) path.remove_prefix(7);
  if (path.starts_with("nfs:/")) path.remove_prefix(5);
  const std::string resolved = call.server.import_roots.Resolve(path);
  std::error_code error;
  std::vector<std::string> files;
  if (fs::is_directory(resolved, error)) {
    files = FilesBelow(resolved, call.server.import_roots);
  } else if (fs::is_regular_file(resolved, error)) {
    files = {resolved};
  } else {
    throw NoSuchThing("File " + Printable(given, 1000) + " does not exist");
  }
  for (const std::string& file : files) {
    const std::string base = fs::path(file).filename().string();
    if (pattern != nullptr && !pattern->Contains(base)) continue;
    const std::string name = NameOf(file);
    const uint64_t bytes = fs::file_size(file, error);
    call.server.catalog().Put(name, std::make_shared<FileEntry>(file, bytes));
    found.files.push_back(file);
    found.names.push_back(name);
  }
}

std::unique_ptr<const Regex> CompilePattern(const std::string& pattern) {
  if (pattern.empty()) return nullptr;
  return std::make_unique<const Regex>(pattern);
}

Json TextOrNull(const std::string& text) {
  if (text.empty()) return nullptr;
  return Json(text);
}

void AddFound(const Found& found, JsonObject& json) {
  json["files"] = boost::json::value_from(found.files);
  json["destination_frames"] = boost::json::value_from(found.names);
  json["fails"] = boost::json::value_from(found.fails);
  json["dels"] = JsonArray();
}

}  // namespace

Json ImportFiles(const ImportFilesRequest& request, Call& call) {
  const auto pattern = CompilePattern(request.pattern);
  Found found;
  Import(request.path, pattern.get(), call, found);
  JsonObject json = SchemaObject("ImportFilesV3", "ImportFiles");
  json["_exclude_fields"] = "";
  json["path"] = request.path;
  json["pattern"] = TextOrNull(request.pattern);
  AddFound(found, json);
  return json;
}

Json ImportFilesMulti(const ImportFilesMultiRequest& request, Call& call) {
  const auto pattern = CompilePattern(request.pattern);
  if (request.paths.empty()) throw IllegalArgument("paths: no file is named");
  Found found;
  for (const std::string& path : request.paths) Import(path, pattern.get(), call, found);
  JsonObject json = SchemaObject("ImportFilesMultiV3", "ImportFilesMulti");
  json["_exclude_fields"] = "";
  json["paths"] = boost::json::value_from(request.paths);
  json["pattern"] = TextOrNull(request.pattern);
  AddFound(found, json);
  return json;
}

Json CompletePath(const TypeaheadRequest& request, Call& call) {
  constexpr int64_t kMost = 1000;
  const int64_t limit = request.limit < 0 ? kMost : std::min(request.limit, kMost);
  std::vector<std::string> matches;
  // What lies outside of the roots is as if it were not there.
  try {
    const size_t slash = request.src.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : request.src.substr(0, slash + 1);
    const std::string begin =
        slash == std::string::npos ? request.src : request.src.substr(slash + 1);
    const std::string resolved = call.server.import_roots.Resolve(folder);
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(resolved, error)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(begin)) matches.push_back(entry.path().string());
    }
  } catch (const OutsideRoots&) {
    matches.clear();
  }
  std::sort(matches.begin(), matches.end());
  if (matches.size() > static_cast<size_t>(limit)) matches.resize(static_cast<size_t>(limit));
  JsonObject json = SchemaObject("TypeaheadV3");
  json["_exclude_fields"] = "";
  json["src"] = request.src;
  json["limit"] = request.limit;
  json["matches"] = boost::json::value_from(matches);
  return json;
}

}  // namespace thalweg
