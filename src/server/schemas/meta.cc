#include "server/schemas/meta.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "server/http/url.h"

namespace thalweg {
namespace {

struct KeyNames {
  const char* schema;
  const char* type;
  const char* url;
};

KeyNames NamesOf(KeyKind kind) {
  switch (kind) {
    case KeyKind::kFrame:
      return {"FrameKeyV3", "Key<Frame>", "/3/Frames/"};
    case KeyKind::kModel:
      return {"ModelKeyV3", "Key<Model>", "/3/Models/"};
    case KeyKind::kJob:
      return {"JobKeyV3", "Key<Job>", "/3/Jobs/"};
    case KeyKind::kGrid:
      return {"GridKeyV3", "Key<Grid>", "/99/Grids/"};
    case KeyKind::kMetrics:
      return {"ModelMetricsKeyV3", "Key<ModelMetrics>", nullptr};
    case KeyKind::kPartialDependence:
      return {"PartialDependenceKeyV3", "Key<PartialDependence>", "/3/PartialDependence/"};
    case KeyKind::kOther:
      break;
  }
  return {"KeyV3", "Key<Keyed>", nullptr};
}

}  // namespace

JsonObject SchemaObject(std::string_view schema_name, std::string_view schema_type) {
  return {{"__meta",
           JsonObject{
               {"schema_version", 3}, {"schema_name", schema_name}, {"schema_type", schema_type}}}};
}

JsonObject KeyObject(KeyKind kind, std::string_view name) {
  const KeyNames names = NamesOf(kind);
  JsonObject key = SchemaObject(names.schema, names.type);
  key["name"] = name;
  key["type"] = names.type;
  if (names.url == nullptr) {
    key["URL"] = nullptr;
  } else {
    key["URL"] = names.url + PercentEncode(name);
  }
  return key;
}

Json KeyOrNull(KeyKind kind, std::string_view name) {
  if (name.empty()) return nullptr;
  return KeyObject(kind, name);
}

Json WireNumber(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

std::string FormatWireJson(const Json& json) { return ToValidUtf8(boost::json::serialize(json)); }

}  // namespace thalweg
