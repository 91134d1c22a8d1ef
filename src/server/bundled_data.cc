#include "server/bundled_data.h"

namespace thalweg {

extern const std::string_view kBundledIris;
extern const std::string_view kBundledProstate;

std::string_view BundledData(std::string_view name) {
  if (name == "iris") return kBundledIris;
  if (name == "prostate") return kBundledProstate;
  return {};
}

}  // namespace thalweg
