// `thalweg predict`: a saved model's predictions for the rows of a file.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <optional>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "cli/data_flags.h"
#include "cli/interrupt.h"
#include "models/model.h"

namespace thalweg {
namespace {

class PredictCommand : public Command {
 public:
  explicit PredictCommand(CLI::App& parent) {
    app = parent.add_subcommand("predict", "Predict with a saved model.");
    app->add_option("--model", model_, "The saved model.")->required()->type_name("FILE");
    app->add_option("--frame", frame_, "Files of the rows to predict.")
        ->required()
        ->type_name("FILE");
    app->add_option("--output", output_,
                    "Write predictions to this .csv, .csv.gz, .parquet or .arrow.")
        ->required()
        ->type_name("FILE");
    app->add_flag("--metrics", metrics_,
                  "The rows have the response: print the metrics as JSON, too.");
    app->add_option("--reconstruction_error", reconstruction_error_,
                    "Autoencoders: write how far each row is from its reconstruction.")
        ->type_name("BOOL");
    app->add_option("--per_feature", per_feature_,
                    "With --reconstruction_error: of each input, too.")
        ->type_name("BOOL");
    app->add_option("--deep_features_layer", deep_features_layer_,
                    "Write the values of this hidden layer, counted from 1, instead.")
        ->type_name("N");
    data_ = std::make_unique<DataFlags>(*app);
    app->allow_extras();
    app->footer(R"(
Example:
  thalweg predict --model digits.thalweg --frame data/mnist/test.csv.gz --header false \
      --output predictions.csv)");
  }

  int Run() override {
    if (per_feature_ && !reconstruction_error_) {
      throw UserError("--per_feature needs --reconstruction_error true");
    }
    if (reconstruction_error_ && deep_features_layer_) {
      throw UserError("give --reconstruction_error or --deep_features_layer, not both");
    }
    RequireFrameFile(output_);
    const std::shared_ptr<const Model> model = LoadModel(model_);
    CancelToken cancel;
    InterruptScope interrupt(cancel);
    ThreadPool& pool = data_->pool();
    ExpectedTypes expected{.types = {}, .source = "the model"};
    for (const auto& [name, type] : model->TrainedTypes()) expected.types.emplace(name, type);
    const ParseResult rows = data_->Parse(frame_, data_->Options(), pool, cancel, expected);
    PrintParseProblems(rows.report);
    const Frame predictions = Predict(*model, rows.frame, pool);
    WriteFrame(predictions, output_, pool, {.cancel = &cancel});
    if (metrics_) fmt::print("{}\n", FormatJson(model->Score(rows.frame, pool).ToJson()));
    fmt::print(stderr, "{} predictions written to {}\n", WithThousands(predictions.rows()),
               output_);
    return kExitOk;
  }

 private:
  Frame Predict(const Model& model, const Frame& rows, ThreadPool& pool) const {
    if (reconstruction_error_) return model.ReconstructionErrors(rows, per_feature_, pool);
    if (deep_features_layer_) return model.DeepFeatures(rows, *deep_features_layer_, pool);
    return model.Predict(rows, pool);
  }

  std::string model_;
  std::vector<std::string> frame_;
  std::string output_;
  bool metrics_ = false;
  bool reconstruction_error_ = false;
  bool per_feature_ = false;
  std::optional<int64_t> deep_features_layer_;
  std::unique_ptr<DataFlags> data_;
};

}  // namespace

std::unique_ptr<Command> AddPredict(CLI::App& app) { return std::make_unique<PredictCommand>(app); }

}  // namespace thalweg
