// A trained model as bytes: in a file, or sent to another server. Model files of the command line
// are read, too.
//
//   bytes 0-7    "THALWEGM"
//   bytes 8-15   length of the record (little-endian)
//   bytes 16-23  XXH3 checksum of the record
//   from 24      record: JSON {"wire": ModelV3 object, "parts": […]} and, where frames come with
//                the model, {"frames": […], "cells_length": …, "cells_checksum": …}
//   then         the cells of these frames (server/archived_frames.h)
//   then         the model file (models/model_file.h), which checks itself
#pragma once

#include <memory>
#include <string>

#include "server/archived_frames.h"
#include "server/trained_model.h"

namespace thalweg {

std::string ArchiveBytes(const TrainedModel& model, const NamedFrames& frames = {});

struct ArchivedModel {
  std::string name;
  std::shared_ptr<const TrainedModel> model;
  NamedFrames frames = {};
};
// UserError (with `source`) where it is something else, or damaged. What the command line saved is
// known by the name in it, or by `otherwise`.
ArchivedModel ReadArchive(std::string bytes, const std::string& source,
                          const std::string& otherwise);

}  // namespace thalweg
