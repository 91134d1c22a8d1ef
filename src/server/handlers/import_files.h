// Files below the import roots, by path.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/endpoint.h"

namespace thalweg {

struct ImportFilesRequest {
  std::string path;
  std::string pattern;
};
template <>
inline constexpr auto kFields<ImportFilesRequest> = std::tuple{
    Field<&ImportFilesRequest::path>({.name = "path", .help = "A file or a folder."}),
    Field<&ImportFilesRequest::pattern>(
        {.name = "pattern", .help = "Regular expression found in the names of a folder's files."})};

struct ImportFilesMultiRequest {
  std::vector<std::string> paths;
  std::string pattern;
};
template <>
inline constexpr auto kFields<ImportFilesMultiRequest> = std::tuple{
    Field<&ImportFilesMultiRequest::paths>({.name = "paths", .help = "Files or folders."}),
    Field<&ImportFilesMultiRequest::pattern>(
        {.name = "pattern", .help = "Regular expression found in the names of a folder's files."})};

struct TypeaheadRequest {
  std::string src;
  int64_t limit = -1;
};
template <>
inline constexpr auto kFields<TypeaheadRequest> =
    std::tuple{Field<&TypeaheadRequest::src>({.name = "src", .help = "Begin of a path."}),
               Field<&TypeaheadRequest::limit>(
                   {.name = "limit", .help = "Most paths to answer; -1: 1000.", .min = -1})};

Json ImportFiles(const ImportFilesRequest& request, Call& call);
Json ImportFilesMulti(const ImportFilesMultiRequest& request, Call& call);
Json CompletePath(const TypeaheadRequest& request, Call& call);

}  // namespace thalweg
