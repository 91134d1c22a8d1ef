// A frame as it was when a command was asked for.
#pragma once

#include <memory>

#include "base/json.h"
#include "frame/frame.h"
#include "jobs/catalog.h"

namespace thalweg {

// The frame named "frame" in the arguments, if it is still the one that was put by the command
// "command" as its put number "nth" (EntryVersion); null if it was replaced or removed since.
std::shared_ptr<const Frame> VersionedFrame(const Json& arguments, const Catalog& catalog);

}  // namespace thalweg
