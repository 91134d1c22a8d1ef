// What every command that trains shares: a learner's flags, and the frames that it learns from.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/command_line.h"
#include "cli/data_flags.h"
#include "learn/learners.h"

namespace thalweg {

// As parsed; the frames of a training point into it.
struct TrainingInputs {
  ParseResult training;
  std::optional<ParseResult> validation;
  std::map<std::string, Frame> named;
  double parse_seconds = 0;

  TrainingFrames frames() const;
  // Of how many ranks each has a part; 1: this one has all rows.
  size_t ranks() const { return training.frame.layout().ranks(); }
};

// What is there already where ranks were lost and the others begin again.
struct BegunTraining {
  std::optional<TrainingInputs> inputs;
  KeptModel kept{.on_all_ranks = true};
};

// The frames that parameters name, on the command line files: field and name. None where a model
// goes on, which has its weights.
std::vector<std::pair<std::string, std::string>> NamedFrames(const ParamSchema& schema,
                                                             const void* params);

class TrainingFlags {
 public:
  TrainingFlags(const Learner& learner, CLI::App& app);

  const Learner& learner() const { return learner_; }
  // Whether a parameter of the learner is on the command line.
  bool Given(const std::string& name) const { return fields_.Given(name); }
  // As given; where a model goes on (checkpoint), its own stand for what is not given.
  std::shared_ptr<void> Params() const;
  // Parses all files, and prints problems and a line about the training frame. FieldErrors where a
  // named one cannot be read. `sharing`: a collective of ranks that each keep a part of training
  // and validation frame; null: all of them.
  TrainingInputs Read(const void* params,
                      const std::vector<std::pair<std::string, std::string>>& named,
                      const CancelToken& cancel, Communicator* sharing = nullptr);
  void set_default_threads(size_t threads) { data_.set_default_threads(threads); }
  ThreadPool& pool() { return data_.pool(); }
  bool quiet() const { return data_.quiet(); }

 private:
  const Learner& learner_;
  std::vector<std::string> training_frame_;
  std::vector<std::string> validation_frame_;
  std::string response_type_;
  DataFlags data_;
  FieldFlags fields_;
};

}  // namespace thalweg
