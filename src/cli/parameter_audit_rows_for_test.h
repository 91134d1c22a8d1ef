// The table of the parameter audit: for every declared parameter of deep learning how its effect is
// seen, or with which sentence it is refused. A parameter without a row fails the test.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "learn/cross_validation/cross_validation.h"
#include "learn/learners.h"
#include "models/deeplearning_model.h"

namespace thalweg {

// Values of parameters as text, by name.
using AuditSettings = std::map<std::string, std::string>;
std::string Text(const AuditSettings& settings);
// The model is the same to the bit in every run.
bool IsDeterministic(const AuditSettings& settings);

// What a training came to.
struct Seen {
  TrainingOutcome outcome;
  const DeepLearningModel* model = nullptr;
  std::string bytes;                  // of the model's file
  std::vector<std::string> progress;  // messages
  std::string folder;                 // where it may write
  std::string printed;                // by the command line; for SeePrinted alone
  // Where it was refused.
  std::string field;
  std::string error;
};

// One thing to look at.
using See = std::string (*)(const Seen&);
std::string SeeNet(const Seen& seen);
std::string SeeError(const Seen& seen);
// All that can be seen, but for what was given and readings of the clock.
std::string SeeEverything(const Seen& seen);
// Of what the command line prints: it is run, too.
std::string SeePrinted(const Seen& seen);

struct AuditRow {
  std::string name;
  std::string base;  // "name=value name=value", beside the usual settings
  std::vector<std::string> values = {};
  See see = nullptr;
  // Else: all values are refused, with this in the reason.
  const char* refusal = nullptr;
  // Else: all values give the same net, as the help text says in these words.
  const char* same = nullptr;
};
std::vector<AuditRow> AuditRows();

struct CommandLineRun {
  int code = 0;
  std::string printed;
  std::string errors;
  std::string model;  // the file; empty where none was written
};

// Small files in a folder of its own, and trainings on them.
class AuditBench {
 public:
  AuditBench();
  ~AuditBench();

  AuditSettings Parse(const std::string& text) const;
  // The usual ones with those of `text`.
  AuditSettings Settings(const std::string& text) const;
  // {} in a value stands for the folder.
  std::string Path(std::string value) const;

  Seen Train(const AuditSettings& settings, size_t threads = 2) const {
    return TrainOn(settings, training(), &validation(), threads);
  }
  Seen TrainOn(const AuditSettings& settings, const Frame& training, const Frame* validation,
               size_t threads = 2) const;
  CommandLineRun RunCommand(const AuditSettings& settings) const;

  const Frame& training() const { return *training_; }
  const Frame& validation() const { return *validation_; }

 private:
  void WriteFiles();

  std::string folder_;
  std::unique_ptr<Frame> training_;
  std::unique_ptr<Frame> validation_;
  std::map<std::string, Frame> named_;
};

}  // namespace thalweg
