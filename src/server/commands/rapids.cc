#include "server/commands/rapids.h"

#include "base/cancel_scope.h"
#include "base/json.h"
#include "jobs/remove_with_parts.h"
#include "rapids/rapids.h"
#include "server/commands/arguments.h"
#include "server/schemas/meta.h"

namespace thalweg {
namespace {

JsonObject Result(const char* schema) {
  JsonObject json = SchemaObject(schema);
  json["ast"] = nullptr;
  json["session_id"] = nullptr;
  json["id"] = nullptr;
  return json;
}

Json FrameKeyOrUnnamed(const std::string& name) {
  if (!name.empty()) return KeyObject(KeyKind::kFrame, name);
  JsonObject key = KeyObject(KeyKind::kFrame, "");
  key["name"] = nullptr;
  return key;
}

struct ToJson {
  Json operator()(double value) const {
    JsonObject json = Result("RapidsNumberV3");
    json["scalar"] = WireNumber(value);
    return json;
  }
  Json operator()(const std::vector<double>& values) const {
    JsonArray list;
    for (const double value : values) list.push_back(WireNumber(value));
    JsonObject json = Result("RapidsNumbersV3");
    json["scalar"] = std::move(list);
    return json;
  }
  Json operator()(const std::string& value) const {
    JsonObject json = Result("RapidsStringV3");
    json["string"] = value;
    return json;
  }
  Json operator()(const std::vector<std::string>& values) const {
    JsonObject json = Result("RapidsStringsV3");
    json["string"] = boost::json::value_from(values);
    return json;
  }
  Json operator()(const RapidsFrameResult& result) const {
    JsonObject json = Result("RapidsFrameV3");
    json["key"] = FrameKeyOrUnnamed(result.name);
    json["num_rows"] = result.frame->rows();
    json["num_cols"] = result.frame->columns();
    return json;
  }
  Json operator()(const RapidsFunctionResult& result) const {
    JsonObject json = Result("RapidsFunctionV3");
    json["funstr"] = result.text;
    return json;
  }
  Json operator()(const RapidsMapResult& result) const {
    JsonArray frames;
    for (const RapidsFrameResult& frame : result.frames) frames.push_back((*this)(frame));
    JsonObject map = SchemaObject("RapidsMapKeysV3");
    map["string"] = boost::json::value_from(result.keys);
    JsonObject json = Result("RapidsMapFrameV3");
    json["map_keys"] = std::move(map);
    json["frames"] = std::move(frames);
    return json;
  }
};

}  // namespace

Json RapidsCommand(const Json& arguments, CommandContext& context) {
  const CancelScope cancel(context.work.cancel);
  RapidsResult result =
      EvaluateRapids(arguments.at("ast").as_string(), TextOf(arguments, "session"), context);
  const std::string id = TextOf(arguments, "id");
  if (auto* frame = std::get_if<RapidsFrameResult>(&result); frame != nullptr && !id.empty()) {
    context.catalog.Put(id, std::make_shared<FrameEntry>(frame->frame));
    frame->name = id;
  }
  return std::visit(ToJson(), result);
}

Json EndSessionCommand(const Json& arguments, CommandContext& context) {
  EndRapidsSession(TextOf(arguments, "session"), context.catalog);
  return nullptr;
}

Json RemoveCommand(const Json& arguments, CommandContext& context) {
  const std::string name = TextOf(arguments, "name");
  const Json* cascade = arguments.as_object().if_contains("cascade");
  if (cascade != nullptr && cascade->as_bool()) return RemoveWithParts(name, context.catalog);
  return context.catalog.Remove(name);
}

Json RemoveAllCommand(const Json& arguments, CommandContext& context) {
  context.catalog.RemoveAllBut(
      boost::json::value_to<std::vector<std::string>>(arguments.at("kept")));
  return nullptr;
}

}  // namespace thalweg
