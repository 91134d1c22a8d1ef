#include "learn/stopping_metric.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace thalweg {

StoppingMetric StoppingMetricByName(std::string_view name) {
  std::vector<std::string> names;
  for (size_t i = 0; i < kMetricsByName.size(); ++i) {
    if (EqualsIgnoreCase(name, kMetricsByName[i].name)) return static_cast<StoppingMetric>(i);
    names.emplace_back(kMetricsByName[i].name);
  }
  throw UserError(fmt::format("no metric '{}'; there are: {}", Printable(name), Join(names, ", ")));
}

}  // namespace thalweg
