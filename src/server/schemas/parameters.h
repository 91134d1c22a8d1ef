// Declared parameters of a learner as the clients know them: ModelParameterSchemaV3, and how they
// come in from a form. The parameters are those of kFields; what H2O calls or defaults otherwise
// stands in one table (parameters.cc).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "learn/learners.h"
#include "server/endpoint.h"

namespace thalweg {

// A learner as the clients name it.
struct BuilderNames {
  std::string_view algo;       // "deeplearning"
  std::string_view full_name;  // "Deep Learning"
  std::string_view schema;     // "DeepLearning": of schema names, of ids of models
  std::vector<const char*> can_build;
};
// UserError that says what there is where there is none of this name.
const BuilderNames& BuilderNamesOf(std::string_view algo);

// What a client asks of a model builder.
struct BuildRequest {
  std::string model_id;
  std::string training_frame;
  std::string validation_frame;
  // The learner's: what was sent, else H2O's defaults.
  std::shared_ptr<void> params;
  FieldList fields;                // of the learner, as sent
  std::vector<FieldError> errors;  // values that cannot be taken
  std::vector<FieldError> warnings;
};

// The learner's parameters with H2O's defaults.
std::shared_ptr<void> WireDefaults(const Learner& learner);
// HttpError (412) on a name that is not known; where `newer_client`, unless it is near to one that
// is, it becomes a warning.
BuildRequest ParseBuildRequest(const Learner& learner, const FieldList& fields, bool newer_client);
// Takes one more field. UserError whose message does not repeat the name.
void SetWireField(const ParamSpec& spec, std::string_view text, void* params);

// The values to show of one set of parameters.
struct ParameterValues {
  std::string model_id = {};
  std::string training_frame = {};
  std::string validation_frame = {};
  const void* params = nullptr;
  // Of names in it, shown instead of what `params` says.
  JsonObject instead = {};
};

// ModelParameterSchemaV3 of all parameters. A null `input` is written as nulls.
JsonArray ParametersToWire(const Learner& learner, const ParameterValues& actual,
                           const ParameterValues* input);
// One value, as in actual_value.
Json ParameterValueToWire(const ParamSpec& spec, const void* params);

}  // namespace thalweg
