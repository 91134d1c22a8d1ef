// What is told of a net after training, beside its metrics.
#pragma once

#include "base/fields.h"

namespace thalweg {

struct ExplainParams {
  bool variable_importances = true;
};

template <>
inline constexpr auto kFields<ExplainParams> = std::tuple{
    Field<&ExplainParams::variable_importances>(
        {.name = "variable_importances",
         .help = "Importances of the inputs by Gedeon's method, from the weights of the first two "
                 "layers.",
         .gridable = true}),
};

}  // namespace thalweg
