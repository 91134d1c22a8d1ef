// How long to train, in which order, and how the work is spread.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/fields.h"

namespace thalweg {

struct RunParams {
  double epochs = 10;
  int64_t mini_batch_size = 0;
  int64_t train_samples_per_iteration = -2;
  int64_t seed = -1;
  bool reproducible = false;
  bool shuffle_training_data = true;
  double max_runtime_secs = 0;
  bool fast_mode = true;
  std::string checkpoint;
  std::string export_checkpoints_dir;
};

template <>
inline constexpr auto kFields<RunParams> = std::tuple{
    Field<&RunParams::epochs>(
        {.name = "epochs",
         .help = "How many times to go through the training rows; may be fractional. 0 leaves the "
                 "net as it starts.",
         .gridable = true,
         .min = 0}),
    Field<&RunParams::mini_batch_size>(
        {.name = "mini_batch_size",
         .help = "Rows per update of the weights; 1 means updates by single rows (on all threads "
                 "without locks, unless reproducible), 0 lets the engine choose.",
         .level = ParamLevel::kExpert,
         .min = 0,
         .max = 1 << 20}),
    Field<&RunParams::train_samples_per_iteration>(
        {.name = "train_samples_per_iteration",
         .help = "Samples between two chances to score; 0 or -1 means one epoch, -2 is chosen by "
                 "the speed measured (one epoch if reproducible).",
         .level = ParamLevel::kSecondary,
         .gridable = true,
         .min = -2}),
    Field<&RunParams::seed>({.name = "seed",
                             .help = "Seed of all random numbers; -1 draws one, and reports it.",
                             .gridable = true,
                             .min = -1}),
    Field<&RunParams::reproducible>(
        {.name = "reproducible",
         .help = "The same model to the bit for every run with the same seed, whatever the number "
                 "of threads.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&RunParams::shuffle_training_data>(
        {.name = "shuffle_training_data",
         .help =
             "Draw a new order of the training rows for every epoch; else one is drawn for all.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&RunParams::max_runtime_secs>({.name = "max_runtime_secs",
                                         .help = "Stop after so many seconds; 0 means no limit.",
                                         .level = ParamLevel::kSecondary,
                                         .gridable = true,
                                         .min = 0}),
    Field<&RunParams::fast_mode>(
        {.name = "fast_mode",
         .help = "Weights into which no row of a batch sends anything stay as they are, penalties "
                 "and momentum included; the only mode there is.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&RunParams::checkpoint>(
        {.name = "checkpoint",
         .help = "Saved model to go on with; epochs then counts in total. On the command line its "
                 "parameters stand for those that are not given.",
         .level = ParamLevel::kSecondary}),
    Field<&RunParams::export_checkpoints_dir>(
        {.name = "export_checkpoints_dir",
         .help = "Folder in which <model_id>.thalweg (deeplearning.thalweg without model_id), "
                 "a model to go on with, is replaced at every scoring.",
         .level = ParamLevel::kSecondary}),
};

}  // namespace thalweg
