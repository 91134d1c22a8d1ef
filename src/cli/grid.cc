// `thalweg grid <learner>`: a model for each combination of values, the best first.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <chrono>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "cli/grid_text.h"
#include "cli/hyper_flags.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/run_on_ranks.h"
#include "cli/training_flags.h"
#include "cluster/mpi/mpi_transport.h"
#include "cluster/processors.h"
#include "learn/grid/grid_search.h"
#include "models/model.h"

namespace thalweg {
namespace {

constexpr const char* kFooter = R"(
Every parameter of the learner that is marked (g) in docs/reference can be varied; others are given
once, for all models. --max_runtime_secs, --seed and --stopping_… are those of each model; those of
the search have search_ before their names.

Examples:
  thalweg grid deeplearning --training_frame data/prostate/prostate.csv --response_column CAPSULE \
      --response_type enum --ignored_columns ID --nfolds 5 \
      --hyper 'hidden=[20,20];[50]' --hyper l1=0,1e-4 --hyper activation=Tanh,Rectifier
  thalweg grid deeplearning --training_frame train.csv --validation_frame valid.csv \
      --response_column y --hyper_parameters values.json --strategy RandomDiscrete \
      --max_models 50 --search_seed 1 --sort_by AUC --recovery_dir runs --model best.thalweg
  with values.json: {"hidden": [[200,200],[50,50,50]], "rate": [0.01,0.003], "l2": [0,1e-4]}
  mpirun -n 4 thalweg grid deeplearning --training_frame train.csv --response_column label \
      --hyper l1=0,1e-5,1e-4,1e-3
The second, given again after it was broken off, goes on where it was.)";

// One subcommand of `grid`: a learner with its flags.
struct GridFlags {
  CLI::App* app;
  std::unique_ptr<TrainingFlags> training;
  std::unique_ptr<FieldFlags> options;
  std::unique_ptr<FieldFlags> criteria;
  std::vector<std::string> hyper;
  std::string hyper_parameters;
  std::string model;
  std::string report;
  double rank_timeout = 10;
};

class GridCommand : public Command {
 public:
  explicit GridCommand(CLI::App& parent) {
    app = parent.add_subcommand("grid", "Train models with many combinations of parameters.");
    app->require_subcommand(0, 1);
    app->allow_extras();
    app->footer("\nExample:\n  thalweg grid deeplearning --help");
    for (const std::string& name : LearnerNames()) AddLearner(FindLearner(name));
  }

  bool OverRanks() const override { return true; }

  int Run() override {
    for (const auto& flags : flags_) {
      if (!flags->app->parsed()) continue;
      if (flags->app->remaining_size() > 0) throw UnknownWords(*flags->app);
      BegunTraining begun;
      return RunOnRanks(flags->rank_timeout,
                        [&](Communicator* ranks) { return Search(*flags, begun, ranks); });
    }
    if (app->remaining_size() > 0) {
      throw UserError(fmt::format("no learner {}; there are: {}", app->remaining()[0],
                                  Join(LearnerNames(), ", ")));
    }
    if (LauncherRank() == 0) fmt::print("{}", app->help("thalweg"));
    return kExitOk;
  }

 private:
  void AddLearner(const Learner& learner) {
    auto flags = std::make_unique<GridFlags>();
    CLI::App& sub =
        *app->add_subcommand(learner.name(), "Search parameters of " + learner.name() + ".");
    flags->app = &sub;
    sub.allow_extras();
    sub.add_option("--hyper", flags->hyper,
                   "A parameter and its values: rate=0.01,0.02, or hidden=[200,200];[50] where a "
                   "value is a list itself. Once for each parameter to vary.")
        ->type_name("NAME=VALUES");
    sub.add_option("--hyper_parameters", flags->hyper_parameters,
                   "The same as a JSON file: {\"rate\": [0.01, 0.02], \"hidden\": [[200, 200], "
                   "[50]]}.")
        ->type_name("FILE");
    sub.add_option("--model", flags->model, "Where to save the best model.")->type_name("FILE");
    sub.add_option("--report", flags->report, "Where to save all of the outcome (JSON).")
        ->type_name("FILE");
    AddRankTimeout(sub, flags->rank_timeout);
    flags->training = std::make_unique<TrainingFlags>(learner, sub);
    flags->options = std::make_unique<FieldFlags>(SchemaOf<GridOptions>(), sub, "Grid");
    flags->criteria =
        std::make_unique<FieldFlags>(SchemaOf<SearchCriteria>(), sub, "Search", "search_");
    sub.footer(kFooter);
    flags_.push_back(std::move(flags));
  }

  static HyperSpace Space(const GridFlags& flags, const SearchCriteria& criteria) {
    const Learner& learner = flags.training->learner();
    if (flags.hyper.empty() && flags.hyper_parameters.empty()) {
      throw UserError(
          "nothing to vary: give --hyper NAME=VALUE,VALUE once or more, or --hyper_parameters "
          "FILE.json; for a single model there is thalweg train");
    }
    const Json hyper = ReadHyperParameters(flags.hyper, flags.hyper_parameters, learner.schema());
    HyperSpace space(learner, hyper, BadValues::kRefuse, ShapeOf(criteria));
    std::vector<FieldError> errors;
    for (const std::string& name : space.names()) {
      if (flags.training->Given(name)) {
        errors.push_back({"--" + name, "is given for all models, and varied; leave out one"});
      }
    }
    if (!errors.empty()) throw FieldErrors(std::move(errors));
    return space;
  }

  // Beside models a grid keeps metrics alone, and it names the models itself.
  static std::shared_ptr<void> Params(const GridFlags& flags) {
    std::shared_ptr<void> params = flags.training->Params();
    std::vector<FieldError> errors;
    for (const char* name :
         {"keep_cross_validation_models", "keep_cross_validation_predictions",
          "keep_cross_validation_fold_assignment", "export_weights_and_biases"}) {
      const ParamSpec* spec = flags.training->learner().schema().Find(name);
      if (spec == nullptr) continue;
      if (flags.training->Given(name) && spec->Format(params.get()) == "true") {
        errors.push_back({std::string("--") + name,
                          "a grid keeps models and their metrics alone; train the model of your "
                          "choice with thalweg train"});
      }
      spec->Parse("false", params.get());
    }
    if (flags.training->Given("model_id")) {
      errors.push_back({"--model_id", "a grid names its models after itself; give --grid_id"});
    }
    if (!errors.empty()) throw FieldErrors(std::move(errors));
    return params;
  }

  // Those of all models; what is varied may name frames, too.
  static std::vector<std::pair<std::string, std::string>> AllNamedFrames(const Learner& learner,
                                                                         const HyperSpace& space,
                                                                         const void* params) {
    auto named = NamedFrames(learner.schema(), params);
    const Json hyper = space.ToJson();
    for (const auto& [name, values] : hyper.as_object()) {
      const std::shared_ptr<void> copy = learner.CopyParams(params);
      for (const Json& value : values.as_array()) {
        if (!value.is_array()) break;
        learner.schema().Find(std::string(name))->FromJson(value, copy.get());
        for (auto& frame : NamedFrames(learner.schema(), copy.get())) {
          if (frame.first == name) named.push_back(std::move(frame));
        }
      }
    }
    return named;
  }

  // `ranks`: those that all run this; null: there is one.
  static int Search(GridFlags& flags, BegunTraining& begun, Communicator* ranks) {
    const auto start = std::chrono::steady_clock::now();
    TrainingFlags& training = *flags.training;
    if (ranks != nullptr) training.set_default_threads(ShareOfProcessors(*ranks));
    SearchCriteria criteria;
    flags.criteria->Apply(&criteria);
    const HyperSpace space = Space(flags, criteria);
    const std::shared_ptr<void> params = Params(flags);
    GridRequest request{.learner = &training.learner(), .params = params.get(), .space = &space};
    flags.options->Apply(&request.options);
    request.criteria = criteria;
    if (ranks == nullptr || ranks->rank() == 0) {
      RequireWritable(flags.model);
      RequireWritable(flags.report);
    }
    CancelToken cancel;
    InterruptScope interrupt(cancel);
    if (!begun.inputs) {
      begun.inputs = training.Read(params.get(),
                                   AllNamedFrames(training.learner(), space, params.get()), cancel);
    }
    const TrainingInputs& inputs = *begun.inputs;
    TrainingFrames frames = inputs.frames();
    if (ranks != nullptr) frames.kept = &begun.kept;
    if (ranks != nullptr && ranks->rank() != 0) {
      ServeGrid(request, frames, training.pool(), {.cancel = &cancel}, *ranks);
      return kExitOk;
    }
    fmt::print("grid: {} {} of {}\n", WithThousands(static_cast<int64_t>(space.size())),
               space.size() == 1 ? "combination" : "combinations", Join(space.names(), ", "));
    std::fflush(stdout);
    GridOutcome outcome;
    {
      ProgressBar bar("grid", training.quiet());
      outcome = SearchGrid(request, frames, training.pool(), {.progress = &bar, .cancel = &cancel},
                           ranks);
    }
    Print(outcome, SeedCounts(request));
    if (!flags.model.empty() && !outcome.models.empty()) {
      const std::shared_ptr<const Model> best =
          outcome.best ? outcome.best->model : LoadModel(outcome.best_file);
      best->Save(flags.model);
      fmt::print("best model ({}) saved to {}\n", outcome.models[0].model_id, flags.model);
    }
    if (!flags.report.empty()) {
      Json report = ToJson(outcome);
      JsonObject& object = report.as_object();
      object["algo"] = training.learner().name();
      object["parameters"] = training.learner().schema().ToJson(params.get());
      object["search_criteria"] = SchemaOf<SearchCriteria>().ToJson(&request.criteria);
      object["hyper_parameters"] = space.ToJson();
      object["parse_time_ms"] = static_cast<int64_t>(1000 * inputs.parse_seconds);
      const std::chrono::duration<double, std::milli> total =
          std::chrono::steady_clock::now() - start;
      object["total_time_ms"] = static_cast<int64_t>(total.count());
      WriteWholeFile(flags.report, FormatJson(report) + "\n");
      fmt::print("report saved to {}\n", flags.report);
    }
    return Ended(outcome);
  }

  // Whether anything depends on the seed of the search.
  static bool SeedCounts(const GridRequest& request) {
    if (request.criteria.strategy == SearchStrategy::kRandomDiscrete) return true;
    const ParamSpec* seed = request.learner->schema().Find("seed");
    return seed != nullptr && !request.space->Has("seed") && seed->Format(request.params) == "-1";
  }

  static void Print(const GridOutcome& outcome, bool with_seed) {
    for (const std::string& warning : outcome.warnings) {
      fmt::print(stderr, "warning: {}\n", warning);
    }
    std::string text = fmt::format(
        "{} {} trained in {}", WithThousands(static_cast<int64_t>(outcome.models.size())),
        outcome.models.size() == 1 ? "model" : "models", HumanDuration(outcome.seconds));
    if (outcome.parallelism > 1) text += fmt::format(", {} at a time", outcome.parallelism);
    if (outcome.recovered > 0) {
      text += fmt::format(", {} of them in earlier runs", outcome.recovered);
    }
    if (!outcome.failures.empty()) text += fmt::format("; {} failed", outcome.failures.size());
    if (with_seed) text += fmt::format("; search_seed {}", outcome.seed);
    fmt::print("{}; ended as {}\n", text,
               outcome.interrupted ? "it was interrupted" : outcome.stop_reason);
    fmt::print("\n{}\n", GridText(outcome));
  }

  static int Ended(const GridOutcome& outcome) {
    if (!outcome.recovery_error.empty()) {
      throw UserError(outcome.recovery_error +
                      "; the grid has ended here. Make room, and give the same command again: it "
                      "goes on with what is saved");
    }
    if (outcome.interrupted) return kExitInterrupted;
    if (outcome.models.empty()) {
      throw UserError(outcome.failures.empty() ? "no model was trained: " + outcome.stop_reason
                                               : fmt::format("no model was trained: all {} failed",
                                                             outcome.failures.size()));
    }
    return kExitOk;
  }

  std::vector<std::unique_ptr<GridFlags>> flags_;
};

}  // namespace

std::unique_ptr<Command> AddGrid(CLI::App& app) { return std::make_unique<GridCommand>(app); }

}  // namespace thalweg
