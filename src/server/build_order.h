// From the fields of a model builder's form to a training that can be started.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "server/endpoint.h"
#include "server/schemas/parameters.h"

namespace thalweg {

// One sentence about a parameter: ERRR keeps the training from starting, WARN is shown.
struct BuildMessage {
  std::string_view type;
  std::string field;
  std::string text;
};

struct BuildOrder {
  const Learner* learner = nullptr;
  BuildRequest request;
  std::vector<BuildMessage> messages;

  size_t errors() const;
};

// Takes the fields ("algo" among them) apart and looks at what they say. HttpError where names are
// unknown or objects are not there.
BuildOrder ReadBuildOrder(const FieldList& fields, Call& call);

// Arguments of the command "train" (commands/train.h).
JsonObject TrainArguments(const BuildOrder& order, Call& call);
// "DeepLearning_model_python_1763760000000_1": after the client that asks.
std::string NewModelId(const BuildOrder& order, Call& call);

// ValidationMessageV3 of each.
JsonArray MessagesToWire(const std::vector<BuildMessage>& messages);
// The H2OModelBuilderErrorV3 of an order with errors.
HttpResponse RefuseOrder(const BuildOrder& order, Call& call);

}  // namespace thalweg
