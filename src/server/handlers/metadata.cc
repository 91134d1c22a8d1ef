#include "server/handlers/metadata.h"

#include <string>

#include "server/errors.h"
#include "server/routes.h"
#include "server/schemas/meta.h"
#include "server/schemas/records.h"

namespace thalweg {
namespace {

JsonObject FieldJson(std::string_view name, std::string_view type, std::string_view help,
                     std::string_view direction) {
  JsonObject field = SchemaObject("FieldMetadataV3", "FieldMetadata");
  field["name"] = name;
  field["type"] = type;
  field["is_schema"] = false;
  field["schema_name"] = nullptr;
  field["value"] = nullptr;
  field["help"] = help;
  field["label"] = name;
  field["required"] = false;
  field["level"] = "critical";
  field["direction"] = direction;
  field["is_inherited"] = false;
  field["inherited_from"] = nullptr;
  field["is_gridable"] = false;
  field["values"] = JsonArray();
  field["json"] = true;
  field["is_member_of_frames"] = JsonArray();
  field["is_mutually_exclusive_with"] = JsonArray();
  return field;
}

JsonObject Metadata() {
  JsonObject json = SchemaObject("MetadataV3");
  json["routes"] = nullptr;
  json["schemas"] = nullptr;
  json["markdown"] = nullptr;
  return json;
}

}  // namespace

Json GetMetadataEndpoints(const NoFields&, Call&) {
  JsonArray routes;
  for (const Endpoint& endpoint : Routes()) {
    JsonObject route = SchemaObject("RouteV3");
    route["http_method"] = HttpMethodName(endpoint.method);
    route["url_pattern"] = endpoint.pattern;
    route["summary"] = endpoint.summary;
    route["api_name"] = endpoint.pattern;
    route["handler_class"] = "";
    route["handler_method"] = "";
    JsonArray fields;
    if (endpoint.schema != nullptr) {
      for (const ParamSpec& spec : endpoint.schema().specs()) fields.emplace_back(spec.name);
    }
    route["input_params"] = std::move(fields);
    route["input_schema"] = "";
    route["output_schema"] = "";
    routes.push_back(std::move(route));
  }
  JsonObject json = Metadata();
  json["routes"] = std::move(routes);
  return json;
}

Json GetMetadataSchema(const SchemaRequest& request, Call&) {
  const auto record = FindRecord(request.schemaname);
  if (!record) throw NoSuchThing("there is no record " + request.schemaname);
  JsonArray fields;
  for (const RecordField& field : *record) {
    fields.push_back(FieldJson(field.name, field.type, field.help, "OUTPUT"));
  }
  fields.push_back(FieldJson("_exclude_fields", "string",
                             "Fields to leave out of the reply, separated by commas.", "INPUT"));
  fields.push_back(FieldJson("__meta", "Schema.Meta", "Name of the record.", "OUTPUT"));
  JsonObject schema = SchemaObject("SchemaMetadataV3", "SchemaMetadata");
  schema["version"] = 3;
  schema["name"] = request.schemaname;
  schema["superclass"] = "SchemaV3";
  schema["type"] = "Iced";
  schema["fields"] = std::move(fields);
  JsonObject json = Metadata();
  json["schemas"] = JsonArray{std::move(schema)};
  return json;
}

}  // namespace thalweg
