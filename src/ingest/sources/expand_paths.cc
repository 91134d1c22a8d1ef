// Paths, folders and globs to a list of files.
#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "ingest/source.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

// The scheme of a URL, or empty.
std::string_view SchemeOf(std::string_view path) {
  const size_t end = path.find("://");
  if (end == std::string_view::npos || end == 0) return {};
  const bool letters =
      std::all_of(path.begin(), path.begin() + static_cast<ptrdiff_t>(end),
                  [](char c) { return std::isalnum(static_cast<unsigned char>(c)); });
  return letters ? path.substr(0, end) : std::string_view();
}

// Names that begin with a dot are hidden; Hadoop's tools mark theirs (_SUCCESS) with an underscore.
bool Hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.empty() || name[0] == '.' || name[0] == '_';
}

// Appends the files below a folder. Linked folders are not entered, so that there are no cycles.
void AppendFolder(const std::string& folder, std::vector<std::string>& files) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  fs::directory_iterator it(folder, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error)) entries.push_back(*it);
  if (error) throw UserError("cannot read folder " + folder + ": " + error.message());
  std::sort(entries.begin(), entries.end());
  for (const fs::directory_entry& entry : entries) {
    if (Hidden(entry.path())) continue;
    if (entry.is_directory(error) && !entry.is_symlink(error)) {
      AppendFolder(entry.path().string(), files);
    } else if (!entry.is_directory(error)) {
      files.push_back(entry.path().string());
    }
  }
}

// What stopped a glob; glob calls back without a way to pass an object along.
thread_local std::string glob_problem;

int StopOnError(const char* path, int code) {
  glob_problem = "cannot read folder " + std::string(path) + ": " + std::strerror(code);
  return 1;
}

std::vector<std::string> Glob(const std::string& pattern) {
  glob_t found = {};
  struct Free {
    glob_t* g;
    ~Free() { globfree(g); }
  } free{&found};
  glob_problem.clear();
  const int status = glob(pattern.c_str(), GLOB_BRACE | GLOB_TILDE, StopOnError, &found);
  if (!glob_problem.empty()) throw UserError(glob_problem);
  if (status != 0 && status != GLOB_NOMATCH) throw UserError("cannot expand " + pattern);
  return {found.gl_pathv, found.gl_pathv + found.gl_pathc};
}

void AppendPath(const std::string& path, std::vector<std::string>& files) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    files.push_back(path);
    return;
  }
  const size_t before = files.size();
  AppendFolder(path, files);
  if (files.size() == before) throw UserError("folder " + path + " holds no files");
}

}  // namespace

std::vector<std::string> ExpandPaths(const std::vector<std::string>& patterns) {
  std::vector<std::string> files;
  for (std::string pattern : patterns) {
    if (pattern.empty()) throw UserError("an empty file name was given");
    const std::string_view scheme = SchemeOf(pattern);
    if (scheme == "file") {
      pattern = pattern.substr(7);
    } else if (!scheme.empty()) {
      throw UserError(pattern + ": files are read from local paths; fetch it first (" +
                      std::string(scheme) + ":// is not supported yet)");
    }
    std::error_code error;
    // A name that exists is taken as it is, even if it has a * in it.
    if (fs::exists(fs::status(pattern, error))) {
      AppendPath(pattern, files);
      continue;
    }
    if (error && error != std::errc::no_such_file_or_directory) {
      throw UserError("cannot read " + pattern + ": " + error.message());
    }
    if (pattern.find_first_of("*?[{~") == std::string::npos) {
      throw UserError("no such file or folder: " + pattern);
    }
    const std::vector<std::string> matches = Glob(pattern);
    if (matches.empty()) throw UserError("no file matches " + pattern);
    for (const std::string& match : matches) AppendPath(match, files);
  }
  return files;
}

}  // namespace thalweg
