// `thalweg train <learner>`: from files to a saved model and a report.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "cli/importance_text.h"
#include "cli/interrupt.h"
#include "cli/metrics_text.h"
#include "cli/progress_bar.h"
#include "cli/report.h"
#include "cli/run_on_ranks.h"
#include "cli/training_flags.h"
#include "cluster/mpi/mpi_transport.h"
#include "cluster/processors.h"
#include "learn/cross_validation/cross_validation.h"
#include "learn/learners.h"
#include "mapreduce/gather_frame.h"
#include "models/model.h"

namespace thalweg {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kShownImportances = 10;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Of a confusion matrix on the terminal, where the learner has no parameter for it.
constexpr size_t kMostClasses = 20;

// One subcommand of `train`: a learner with its flags.
struct LearnerFlags {
  CLI::App* app;
  std::unique_ptr<TrainingFlags> training;
  std::string model;
  std::string report;
  double rank_timeout = 10;
};

class TrainCommand : public Command {
 public:
  explicit TrainCommand(CLI::App& parent) {
    app = parent.add_subcommand("train", "Train a model on the rows of a file.");
    app->require_subcommand(0, 1);
    app->allow_extras();
    app->footer("\nExample:\n  thalweg train deeplearning --help");
    for (const std::string& name : LearnerNames()) AddLearner(FindLearner(name));
  }

  bool OverRanks() const override { return true; }

  int Run() override {
    for (const auto& flags : flags_) {
      if (!flags->app->parsed()) continue;
      if (flags->app->remaining_size() > 0) throw UnknownWords(*flags->app);
      BegunTraining begun;
      return RunOnRanks(flags->rank_timeout,
                        [&](Communicator* ranks) { return Train(*flags, begun, ranks); });
    }
    if (app->remaining_size() > 0) {
      const std::string word = app->remaining()[0];
      throw UserError(
          fmt::format("no learner {}; there are: {}", word, Join(LearnerNames(), ", ")));
    }
    if (LauncherRank() == 0) fmt::print("{}", app->help("thalweg"));
    return kExitOk;
  }

 private:
  void AddLearner(const Learner& learner) {
    auto flags = std::make_unique<LearnerFlags>();
    CLI::App& sub = *app->add_subcommand(learner.name(), "Train with " + learner.name() + ".");
    flags->app = &sub;
    sub.allow_extras();
    sub.add_option("--model", flags->model, "Where to save the model.")->type_name("FILE");
    sub.add_option("--report", flags->report, "Where to save the report (JSON).")
        ->type_name("FILE");
    AddRankTimeout(sub, flags->rank_timeout);
    flags->training = std::make_unique<TrainingFlags>(learner, sub);
    sub.footer(R"(
Examples:
  thalweg train deeplearning --training_frame data/mnist/train.csv.gz --header false \
      --validation_frame data/mnist/test.csv.gz --response_column C785 --response_type enum \
      --hidden 200,200 --epochs 10 --model digits.thalweg --report digits.json
  thalweg train deeplearning --training_frame data/prostate/prostate.csv \
      --response_column CAPSULE --response_type enum --ignored_columns ID
  mpirun -n 4 thalweg train deeplearning --training_frame train.csv --response_column label)");
    flags_.push_back(std::move(flags));
  }

  // Before the work, not after it.
  static void RequireModelForWhatIsKept(const LearnerFlags& flags, void* params) {
    if (!flags.model.empty()) return;
    for (const char* name :
         {"keep_cross_validation_predictions", "keep_cross_validation_fold_assignment",
          "export_weights_and_biases"}) {
      const ParamSpec* spec = flags.training->learner().schema().Find(name);
      if (spec == nullptr || spec->Format(params) != "true") continue;
      throw FieldErrors(
          std::vector<FieldError>{{name, "needs --model: what is kept is written beside it"}});
    }
  }

  static bool IsAutoencoder(const TrainingFlags& training, const void* params) {
    const ParamSpec* spec = training.learner().schema().Find("autoencoder");
    return spec != nullptr && spec->Format(params) == "true";
  }

  // `ranks`: those that all run this; null: there is one.
  static int Train(LearnerFlags& flags, BegunTraining& begun, Communicator* ranks) {
    const Clock::time_point start = Clock::now();
    TrainingFlags& training = *flags.training;
    if (ranks != nullptr) training.set_default_threads(ShareOfProcessors(*ranks));
    const Learner& learner = training.learner();
    const std::shared_ptr<void> params = training.Params();
    RequireModelForWhatIsKept(flags, params.get());
    if (ranks == nullptr || ranks->rank() == 0) {
      RequireWritable(flags.model);
      RequireWritable(flags.report);
    }
    CancelToken cancel;
    InterruptScope interrupt(cancel);
    ThreadPool& pool = training.pool();
    Communicator* const sharing = learner.SharesRows(params.get(), ranks) ? ranks : nullptr;
    // Parts of a lost rank are to be read again.
    const size_t parts = sharing == nullptr ? 1 : static_cast<size_t>(sharing->size());
    if (!begun.inputs || begun.inputs->ranks() != parts) {
      begun.inputs.reset();
      begun.inputs =
          training.Read(params.get(), NamedFrames(learner.schema(), params.get()), cancel, sharing);
    }
    const TrainingInputs& inputs = *begun.inputs;
    TrainingFrames frames = inputs.frames();
    if (ranks != nullptr) frames.kept = &begun.kept;
    TrainingOutcome outcome;
    {
      ProgressBar bar("training", training.quiet());
      outcome =
          learner.Train(params.get(), frames, pool, {.progress = &bar, .cancel = &cancel}, ranks);
    }
    std::optional<Frame> whole;  // for the report
    if (sharing != nullptr && !flags.report.empty() && IsAutoencoder(training, params.get())) {
      whole = GatherFrame(*(frames.validation == nullptr ? frames.training : frames.validation),
                          *sharing);
      (frames.validation == nullptr ? frames.training : frames.validation) = &*whole;
    }
    if (ranks != nullptr && ranks->rank() != 0) return kExitOk;
    Print(outcome);
    if (outcome.cross_validation) SaveCrossValidation(*outcome.cross_validation, flags.model, pool);
    SaveWeights(outcome, flags.model, pool);
    if (!flags.model.empty()) {
      outcome.model->Save(flags.model);
      fmt::print("\nmodel saved to {}\n", flags.model);
    }
    if (!flags.report.empty()) {
      Json report = TrainingReport(
          learner.name(), outcome,
          {.parse_seconds = inputs.parse_seconds, .total_seconds = SecondsSince(start)});
      AddReconstructionErrors(*outcome.model, *frames.training, frames.validation, pool, report);
      WriteWholeFile(flags.report, FormatJson(report) + "\n");
      fmt::print("report saved to {}\n", flags.report);
    }
    return outcome.interrupted ? kExitInterrupted : kExitOk;
  }

  // a/b.thalweg -> a/b
  static std::string StemOf(const std::string& model) {
    const std::filesystem::path path(model);
    return (path.parent_path() / path.stem()).string();
  }

  // Beside the model: model_weights_1.csv, model_biases_1.csv, …
  static void SaveWeights(const TrainingOutcome& outcome, const std::string& model,
                          ThreadPool& pool) {
    for (size_t l = 0; l < outcome.weights.size(); ++l) {
      const std::string stem = StemOf(model);
      WriteFrame(*outcome.weights[l], fmt::format("{}_weights_{}.csv", stem, l + 1), pool, {});
      WriteFrame(*outcome.biases[l], fmt::format("{}_biases_{}.csv", stem, l + 1), pool, {});
    }
  }

  // What was asked to be kept stands beside the model: model_cv_1.thalweg,
  // model_cv_predictions.csv.
  static void SaveCrossValidation(const CrossValidationOutcome& cv, const std::string& model,
                                  ThreadPool& pool) {
    if (model.empty()) return;
    const std::string stem = StemOf(model);
    const std::string extension = std::filesystem::path(model).extension().string();
    for (size_t i = 0; i < cv.models.size(); ++i) {
      cv.models[i]->Save(fmt::format("{}_cv_{}{}", stem, i + 1, extension));
    }
    if (cv.predictions) WriteFrame(*cv.predictions, stem + "_cv_predictions.csv", pool, {});
    if (cv.fold_assignment) {
      WriteFrame(*cv.fold_assignment, stem + "_cv_fold_assignment.csv", pool, {});
    }
  }

  static void Print(const TrainingOutcome& outcome) {
    for (const std::string& warning : outcome.warnings) {
      fmt::print(stderr, "warning: {}\n", warning);
    }
    fmt::print(
        "trained {:.2f} epochs ({} samples) in {} ({:.1f} % of it scoring), {} samples/s; "
        "ended as {}\n",
        outcome.epochs, WithThousands(outcome.samples), HumanDuration(outcome.seconds),
        100 * outcome.scoring_seconds / outcome.seconds,
        WithThousands(static_cast<int64_t>(outcome.samples_per_second)),
        outcome.interrupted ? "it was interrupted" : outcome.stop_reason);
    fmt::print("\n{}", MetricsText("training", outcome.training_metrics));
    if (outcome.validation_metrics) {
      fmt::print("\n{}", MetricsText("validation", *outcome.validation_metrics));
    }
    if (outcome.cross_validation) {
      fmt::print("\n{}", MetricsText("cross-validation", outcome.cross_validation->pooled));
    }
    const Metrics& last =
        outcome.validation_metrics ? *outcome.validation_metrics : outcome.training_metrics;
    const Json* size = outcome.parameters->as_object().if_contains("max_confusion_matrix_size");
    const size_t most = size == nullptr ? kMostClasses : size->to_number<size_t>();
    if (last.confusion_matrix && last.confusion_matrix->levels.size() <= most) {
      const std::string at =
          last.threshold ? fmt::format("; at threshold {:.6g}", *last.threshold) : "";
      fmt::print("\nconfusion matrix ({}; rows: actual, columns: predicted{})\n{}",
                 outcome.validation_metrics ? "validation" : "training", at,
                 last.confusion_matrix->ToText());
    }
    const std::vector<VariableImportance> importances = outcome.model->variable_importances();
    if (!importances.empty()) {
      fmt::print("\nvariable importances\n{}", ImportancesText(importances, kShownImportances));
    }
  }

  std::vector<std::unique_ptr<LearnerFlags>> flags_;
};

}  // namespace

std::unique_ptr<Command> AddTrain(CLI::App& app) { return std::make_unique<TrainCommand>(app); }

}  // namespace thalweg
