#include "server/http/request_head.h"

#include "base/text.h"

namespace thalweg::internal {

std::string_view FindField(const std::vector<std::pair<std::string, std::string>>& fields,
                           std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key.size() == name.size() && EqualsIgnoreCase(key, name)) return value;
  }
  return {};
}

}  // namespace thalweg::internal
