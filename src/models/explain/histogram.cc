#include "models/explain/histogram.h"

#include <algorithm>

#include "base/json.h"

namespace thalweg {

void Histogram::Add(double value) {
  const double place = (value - min) / (max - min) * static_cast<double>(counts.size());
  ++counts[std::min(counts.size() - 1, static_cast<size_t>(place))];
}

Json Histogram::ToJson() const {
  return JsonObject{{"min", JsonNumber(min)},
                    {"max", JsonNumber(max)},
                    {"counts", boost::json::value_from(counts)}};
}

}  // namespace thalweg
