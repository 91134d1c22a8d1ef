// What comes out of a training beside its metrics: the model's name, and what is kept of the net.
#pragma once

#include <string>

#include "base/fields.h"

namespace thalweg {

struct ResultParams {
  std::string model_id;
  bool export_weights_and_biases = false;
  bool keep_training_state = true;
};

template <>
inline constexpr auto kFields<ResultParams> = std::tuple{
    Field<&ResultParams::model_id>(
        {.name = "model_id",
         .help = "Name of the model, in its file, in reports, and of the file in "
                 "export_checkpoints_dir."}),
    Field<&ResultParams::export_weights_and_biases>(
        {.name = "export_weights_and_biases",
         .help = "Give out the weights and biases of each layer as frames; on the command line, as "
                 "files beside --model.",
         .level = ParamLevel::kExpert}),
    Field<&ResultParams::keep_training_state>(
        {.name = "keep_training_state",
         .help = "Save with the model what it takes to go on training: the latest weights and the "
                 "optimizer's state, one to three times the size of the net. A model without is "
                 "for predictions alone; those in export_checkpoints_dir always have it.",
         .level = ParamLevel::kExpert}),
};

}  // namespace thalweg
