#include "server/schemas/exclude_fields.h"

#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "server/schemas/meta.h"

namespace thalweg {
namespace {

void TakeOut(Json& value, const std::vector<std::string_view>& path, size_t depth) {
  if (auto* list = value.if_array()) {
    for (Json& element : *list) TakeOut(element, path, depth);
  } else if (auto* object = value.if_object()) {
    const auto found = object->find(path[depth]);
    if (found == object->end()) return;
    if (depth + 1 == path.size()) {
      object->erase(found);
    } else {
      TakeOut(found->value(), path, depth + 1);
    }
  }
}

}  // namespace

void ExcludeFields(std::string_view paths, std::string& json) {
  Json value = ParseJson(json, "the answer");
  for (const std::string_view path : Split(paths, ',')) {
    if (!Trim(path).empty()) TakeOut(value, Split(Trim(path), '/'), 0);
  }
  json = FormatWireJson(value);
}

}  // namespace thalweg
