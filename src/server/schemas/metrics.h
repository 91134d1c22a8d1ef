// Metrics as ModelMetrics*V3 objects.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "models/metrics.h"
#include "models/model.h"

namespace thalweg {

// What kind of problem a model solves, in the clients' words.
enum class ModelCategory { kBinomial, kMultinomial, kRegression, kAutoEncoder };
std::string_view Name(ModelCategory category);  // "Binomial", …
ModelCategory CategoryOf(const Model& model);
// By the number of levels of the response and whether there is one.
ModelCategory CategoryOf(size_t levels, bool has_response);

// What metrics are of. Empty names are written as null.
struct MetricsOrigin {
  std::string model = {};
  std::string frame = {};
  std::string description = {};
  std::vector<std::string> domain = {};  // of the response
  int64_t scoring_time_ms = 0;           // since 1970
  Json predictions = nullptr;            // a FrameV3 object
};

Json MetricsToWire(const Metrics& metrics, ModelCategory category, const MetricsOrigin& origin);
Json ConfusionMatrixToWire(const ConfusionMatrix& matrix);

}  // namespace thalweg
