// `thalweg predict`: a saved model's predictions for the rows of a file.
#include <fmt/format.h>

#include <CLI/App.hpp>

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
    data_ = std::make_unique<DataFlags>(*app);
    app->allow_extras();
    app->footer(R"(
Example:
  thalweg predict --model digits.thalweg --frame data/mnist/test.csv.gz --header false \
      --output predictions.csv)");
  }

  int Run() override {
    const std::shared_ptr<const Model> model = LoadModel(model_);
    CancelToken cancel;
    InterruptScope interrupt(cancel);
    ThreadPool& pool = data_->pool();
    ExpectedTypes expected{.types = {}, .source = "the model"};
    for (const auto& [name, type] : model->TrainedTypes()) expected.types.emplace(name, type);
    const ParseResult rows = data_->Parse(frame_, data_->Options(), pool, cancel, expected);
    PrintParseProblems(rows.report);
    const Frame predictions = model->Predict(rows.frame, pool);
    WriteFrame(predictions, output_, pool, {.cancel = &cancel});
    if (metrics_) fmt::print("{}\n", FormatJson(model->Score(rows.frame, pool).ToJson()));
    fmt::print(stderr, "{} predictions written to {}\n", WithThousands(predictions.rows()),
               output_);
    return kExitOk;
  }

 private:
  std::string model_;
  std::vector<std::string> frame_;
  std::string output_;
  bool metrics_ = false;
  std::unique_ptr<DataFlags> data_;
};

}  // namespace

std::unique_ptr<Command> AddPredict(CLI::App& app) { return std::make_unique<PredictCommand>(app); }

}  // namespace thalweg
