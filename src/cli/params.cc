// `thalweg params <learner>`: the parameters of a learner, for people or as JSON.
#include <fmt/format.h>

#include <CLI/App.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "learn/grid/search_criteria.h"
#include "learn/learners.h"

namespace thalweg {
namespace {

constexpr const char* kGrid = "grid";

std::vector<std::string> Names() {
  std::vector<std::string> names = LearnerNames();
  names.emplace_back(kGrid);
  return names;
}

std::vector<const ParamSchema*> Schemas(const std::string& name) {
  if (name == kGrid) return {&SchemaOf<GridOptions>(), &SchemaOf<SearchCriteria>()};
  return {&FindLearner(name).schema()};
}

class ParamsCommand : public Command {
 public:
  explicit ParamsCommand(CLI::App& parent) {
    app = parent.add_subcommand("params", "Show the parameters of a learner, or of a grid search.");
    app->add_option("learner", learner_, "Whose: " + Join(Names(), ", ") + ".")->required();
    app->add_flag("--json", json_, "As JSON.");
    app->allow_extras();
    app->footer("\nExamples:\n  thalweg params deeplearning\n  thalweg params deeplearning --json");
  }

  int Run() override {
    JsonArray all;
    for (const ParamSchema* schema : Schemas(learner_)) {
      const Json fields = schema->Describe();
      for (const Json& field : fields.as_array()) all.push_back(field);
      if (!json_) Print(*schema);
    }
    if (json_) fmt::print("{}\n", FormatJson(all));
    return kExitOk;
  }

 private:
  void Print(const ParamSchema& schema) const {
    const bool search = &schema == &SchemaOf<SearchCriteria>();
    for (const ParamSpec& spec : schema.specs()) {
      fmt::print("--{}{} {} [{}]\n    {}\n", search ? "search_" : "", spec.name,
                 ParamTypeName(spec.type()), Printable(spec.default_text), spec.help);
      if (!spec.access.levels.empty()) {
        fmt::print("    One of {}.\n", Join(spec.access.levels, ", "));
      }
      if (!spec.Range().empty()) fmt::print("    Allowed: {}.\n", spec.Range());
    }
  }

  std::string learner_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> AddParams(CLI::App& app) { return std::make_unique<ParamsCommand>(app); }

}  // namespace thalweg
