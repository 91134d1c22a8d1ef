// Frames to files below the export roots: for others to read, or to be loaded again.
#pragma once

#include <cstdint>
#include <string>

#include "server/endpoint.h"

namespace thalweg {

struct ExportFrameRequest {
  std::string frame_id;
  std::string path;
  bool force = false;
  int64_t num_parts = 1;
  std::string compression;
  std::string format = "csv";
  int64_t separator = ',';
  bool header = true;
  bool quote_header = true;
  bool parallel = false;
  bool write_checksum = true;
  bool tz_adjust_from_local = false;
};
template <>
inline constexpr auto kFields<ExportFrameRequest> = std::tuple{
    Field<&ExportFrameRequest::frame_id>({.name = "frame_id", .help = "Name of the frame."}),
    Field<&ExportFrameRequest::path>(
        {.name = "path", .help = "The file, or the folder where there are parts."}),
    Field<&ExportFrameRequest::force>({.name = "force", .help = "What is there is replaced."}),
    Field<&ExportFrameRequest::num_parts>(
        {.name = "num_parts",
         .help = "Files to cut the rows into, in a folder; -1 chooses.",
         .min = -1,
         .max = 10000}),
    Field<&ExportFrameRequest::compression>(
        {.name = "compression", .help = "gzip or none, of CSV."}),
    Field<&ExportFrameRequest::format>({.name = "format", .help = "csv or parquet."}),
    Field<&ExportFrameRequest::separator>({.name = "separator",
                                           .help = "Of CSV: code of the character between cells.",
                                           .min = 1,
                                           .max = 127}),
    Field<&ExportFrameRequest::header>(
        {.name = "header", .help = "Of CSV: the first line holds the names."}),
    Field<&ExportFrameRequest::quote_header>(
        {.name = "quote_header", .help = "Of CSV: all names are quoted."}),
    Field<&ExportFrameRequest::parallel>(
        {.name = "parallel", .help = "Has no effect: files are always written by all threads."}),
    Field<&ExportFrameRequest::write_checksum>(
        {.name = "write_checksum",
         .help = "Has no effect: pages of Parquet files always carry their checksums; no file "
                 "beside."}),
    Field<&ExportFrameRequest::tz_adjust_from_local>(
        {.name = "tz_adjust_from_local",
         .help = "Not supported: times of typed files are moved from the server's zone to UTC."}),
};

struct SaveFrameRequest {
  std::string frame_id;
  std::string dir;
  bool force = true;
};
template <>
inline constexpr auto kFields<SaveFrameRequest> = std::tuple{
    Field<&SaveFrameRequest::frame_id>({.name = "frame_id", .help = "Name of the frame."}),
    Field<&SaveFrameRequest::dir>({.name = "dir", .help = "The folder."}),
    Field<&SaveFrameRequest::force>({.name = "force", .help = "What is there is replaced."})};

Json ExportFrame(const ExportFrameRequest& request, Call& call);
Json SaveFrame(const SaveFrameRequest& request, Call& call);
Json LoadFrame(const SaveFrameRequest& request, Call& call);

}  // namespace thalweg
