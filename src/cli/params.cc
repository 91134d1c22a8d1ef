// `thalweg params <learner>`: the parameters of a learner, for people or as JSON.
#include <fmt/format.h>

#include <CLI/App.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "learn/learners.h"

namespace thalweg {
namespace {

class ParamsCommand : public Command {
 public:
  explicit ParamsCommand(CLI::App& parent) {
    app = parent.add_subcommand("params", "Show the parameters of a learner.");
    app->add_option("learner", learner_, "Name of the learner: " + Join(LearnerNames(), ", ") + ".")
        ->required();
    app->add_flag("--json", json_, "As JSON.");
    app->allow_extras();
    app->footer("\nExamples:\n  thalweg params deeplearning\n  thalweg params deeplearning --json");
  }

  int Run() override {
    const ParamSchema& schema = FindLearner(learner_).schema();
    if (json_) {
      fmt::print("{}\n", FormatJson(schema.Describe()));
      return kExitOk;
    }
    for (const ParamSpec& spec : schema.specs()) {
      fmt::print("--{} {} [{}]\n    {}\n", spec.name, ParamTypeName(spec.type()),
                 Printable(spec.default_text), spec.help);
      if (!spec.access.levels.empty()) {
        fmt::print("    One of {}.\n", Join(spec.access.levels, ", "));
      }
      if (!spec.Range().empty()) fmt::print("    Allowed: {}.\n", spec.Range());
    }
    return kExitOk;
  }

 private:
  std::string learner_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> AddParams(CLI::App& app) { return std::make_unique<ParamsCommand>(app); }

}  // namespace thalweg
