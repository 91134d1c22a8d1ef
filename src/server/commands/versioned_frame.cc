#include "server/commands/versioned_frame.h"

#include "server/commands/arguments.h"

namespace thalweg {

std::shared_ptr<const Frame> VersionedFrame(const Json& arguments, const Catalog& catalog) {
  const auto item = catalog.FindItem(TextOf(arguments, "frame"));
  const EntryVersion wanted{arguments.at("command").to_number<uint64_t>(),
                            arguments.at("nth").to_number<uint64_t>()};
  if (!item || !(item->version == wanted)) return nullptr;
  const auto* entry = dynamic_cast<const FrameEntry*>(item->entry.get());
  return entry == nullptr ? nullptr : entry->frame();
}

}  // namespace thalweg
