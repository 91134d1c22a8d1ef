#include "server/commands/describe_cluster.h"

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "frame/layout.h"

namespace thalweg {
namespace {

constexpr size_t kMostFrames = 1000;

// Bytes of this rank's parts of the frames, in the order of rank 0's list.
Json BytesHere(const std::vector<std::string>& names, const Catalog& catalog) {
  JsonArray bytes;
  for (const std::string& name : names) {
    const EntryPtr entry = catalog.Find(name);
    bytes.emplace_back(entry ? entry->ByteSize() : 0);
  }
  return bytes;
}

Json TimesHere(const CommandTimes& times) {
  JsonArray list;
  for (const CommandTime& time : times.List()) {
    if (time.command == "describe_cluster") continue;
    JsonArray stretches;
    for (const double seconds : time.in_calls.stretches()) stretches.emplace_back(seconds);
    list.push_back(JsonObject{{"number", time.number},
                              {"command", time.command},
                              {"running", time.running},
                              {"seconds", time.seconds},
                              {"calls", time.in_calls.calls()},
                              {"calls_per_stretch", time.in_calls.calls_per_stretch()},
                              {"stretches", std::move(stretches)}});
  }
  return list;
}

CommandTime TimeFrom(const Json& json) {
  std::vector<double> stretches;
  for (const Json& seconds : json.at("stretches").as_array()) {
    stretches.push_back(seconds.to_number<double>());
  }
  return {.number = json.at("number").to_number<uint64_t>(),
          .command = std::string(json.at("command").as_string()),
          .running = json.at("running").as_bool(),
          .seconds = json.at("seconds").to_number<double>(),
          .in_calls =
              CallTimes(json.at("calls").to_number<uint64_t>(),
                        json.at("calls_per_stretch").to_number<uint64_t>(), std::move(stretches))};
}

// Commands that all ranks tell of: others began on one rank a moment ago, or were too short on one.
JsonArray Commands(const std::vector<Json>& ranks) {
  std::map<uint64_t, std::vector<CommandTime>> by_number;
  for (const Json& rank : ranks) {
    for (const Json& json : rank.at("commands").as_array()) {
      CommandTime time = TimeFrom(json);
      by_number[time.number].push_back(std::move(time));
    }
  }
  JsonArray commands;
  for (const auto& [number, times] : by_number) {
    if (times.size() != ranks.size()) continue;
    JsonArray split;
    for (const RankTime& time : SplitTimes(times)) {
      split.push_back(JsonObject{{"computing", time.computing},
                                 {"communicating", time.communicating},
                                 {"waiting", time.waiting}});
    }
    commands.push_back(JsonObject{{"number", number},
                                  {"command", times[0].command},
                                  {"running", times[0].running},
                                  {"ranks", std::move(split)}});
  }
  return commands;
}

int64_t RowsOf(const Layout& layout, size_t rank) {
  if (rank >= layout.ranks()) return 0;
  return layout.ChunkStart(layout.FirstChunkOf(rank + 1)) -
         layout.ChunkStart(layout.FirstChunkOf(rank));
}

JsonArray Frames(const std::vector<std::string>& names, const std::vector<Json>& ranks,
                 const Catalog& catalog) {
  JsonArray frames;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto entry = catalog.FindAs<FrameEntry>(names[i]);
    if (!entry) continue;  // removed meanwhile
    const Frame& frame = *entry->frame();
    JsonArray parts;
    for (size_t r = 0; r < ranks.size(); ++r) {
      parts.push_back(
          JsonObject{{"rows", RowsOf(frame.layout(), r)}, {"bytes", ranks[r].at("bytes").at(i)}});
    }
    frames.push_back(JsonObject{{"name", names[i]},
                                {"rows", frame.rows()},
                                {"columns", frame.columns()},
                                {"ranks", std::move(parts)}});
  }
  return frames;
}

}  // namespace

Json DescribeClusterCommand(const Json&, CommandContext& context) {
  // Other commands may put and remove frames meanwhile: all ranks look for those of rank 0's list.
  JsonArray listed;
  if (context.ranks.rank() == 0) {
    for (const auto& [name, entry] : context.catalog.List(EntryKind::kFrame)) {
      if (listed.size() < kMostFrames) listed.emplace_back(name);
    }
  }
  const Json all = ParseJson(context.ranks.Broadcast(FormatJson(listed), 0), "rank 0's frames");
  std::vector<std::string> names;
  for (const Json& name : all.as_array()) names.emplace_back(name.as_string());
  const Json mine{{"bytes", BytesHere(names, context.catalog)},
                  {"commands", TimesHere(context.times)}};
  std::vector<Json> ranks;
  for (const std::string& text : context.ranks.AllGather(FormatJson(mine))) {
    ranks.push_back(ParseJson(text, "a rank's description"));
  }
  return JsonObject{{"frames", Frames(names, ranks, context.catalog)},
                    {"commands", Commands(ranks)}};
}

}  // namespace thalweg
