#include "server/commands/stored_entries.h"

#include <fmt/format.h>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "server/commands/arguments.h"
#include "server/commands/publish.h"
#include "server/commands/versioned_frame.h"
#include "server/grid_entry.h"
#include "server/model_archive.h"
#include "server/store/frame_file.h"
#include "server/store/sealed_record.h"

namespace thalweg {
namespace {

void RestoreFrame(const Json& arguments, CommandContext& context) {
  const FrameFile file(TextOf(arguments, "path"), TextOf(arguments, "shown"));
  // Rank 0 speaks for all: each asks before any has taken its part.
  OnFirstRank(context, [&] {
    const auto free = AvailableMemory();
    if (!free || file.bytes() < *free) return;
    throw MemoryError(fmt::format(
        "{}: the frame needs {} of memory, but only {} are free", TextOf(arguments, "shown"),
        HumanBytes(static_cast<double>(file.bytes())), HumanBytes(static_cast<double>(*free))));
  });
  context.ranks.Barrier();
  Frame part = file.Read(context.ranks);
  context.ranks.Barrier();  // all have read their parts, or none puts it
  context.catalog.PutFrame(TextOf(arguments, "name"), std::move(part));
}

SealedRecord ReadRecord(const Json& arguments) {
  const std::string shown = TextOf(arguments, "shown");
  SealedRecord record = ReadSealed(ReadWholeFile(TextOf(arguments, "path")), shown);
  if (record.kind != TextOf(arguments, "kind")) {
    throw UserError(fmt::format("{}: it is a {}, not a {}", shown, Printable(record.kind),
                                TextOf(arguments, "kind")));
  }
  return record;
}

}  // namespace

Json SaveFrameCommand(const Json& arguments, CommandContext& context) {
  const std::shared_ptr<const Frame> frame = VersionedFrame(arguments, context.catalog);
  int64_t there = frame ? 1 : 0;
  context.ranks.AllReduceSum(std::span<int64_t>(&there, 1));
  if (there != context.ranks.size()) return JsonObject{{"saved", false}};
  WriteFrameFile(*frame, TextOf(arguments, "frame"), TextOf(arguments, "path"), context.ranks);
  return JsonObject{{"saved", true}};
}

Json RestoreEntryCommand(const Json& arguments, CommandContext& context) {
  const std::string name = TextOf(arguments, "name");
  const std::string kind = TextOf(arguments, "kind");
  if (kind == "frame") {
    RestoreFrame(arguments, context);
    return nullptr;
  }
  if (kind == "model") {
    Publication out;
    OnFirstRank(context, [&] {
      const ArchivedModel archived =
          ReadArchive(ReadRecord(arguments).content, TextOf(arguments, "shown"), name);
      out.AddModel(name, archived.model->model(), archived.model->WireJson(),
                   archived.model->parts());
    });
    out.Publish(context);
    return nullptr;
  }
  std::string content;
  OnFirstRank(context, [&] { content = ReadRecord(arguments).content; });
  content = context.ranks.Broadcast(content, 0);
  const std::string shown = TextOf(arguments, "shown");
  context.catalog.Put(
      name, std::make_shared<GridEntry>(GridRecordFromJson(ParseJson(content, shown), shown)));
  return nullptr;
}

}  // namespace thalweg
