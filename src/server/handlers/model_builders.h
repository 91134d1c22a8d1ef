// Model builders: what their parameters are, and training.
#pragma once

#include <string>

#include "server/endpoint.h"

namespace thalweg {

// Any fields: "algo" of the path, and the parameters of that learner.
HttpResponse TrainModel(const FieldList& fields, Call& call);
// The same without training: only what would be said of the parameters.
Json ValidateParameters(const FieldList& fields, Call& call);

struct AlgoRequest {
  std::string algo;
};
template <>
inline constexpr auto kFields<AlgoRequest> =
    std::tuple{Field<&AlgoRequest::algo>({.name = "algo", .help = "Name of the algorithm."})};

Json ListModelBuilders(const NoFields& request, Call& call);
Json GetModelBuilder(const AlgoRequest& request, Call& call);

}  // namespace thalweg
