// `thalweg export-weights`: the weights and biases of a saved net as files, one pair per layer.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <filesystem>

#include "base/error.h"
#include "cli/command_line.h"
#include "ingest/parse.h"
#include "models/weight_frames.h"

namespace thalweg {
namespace {

class ExportWeightsCommand : public Command {
 public:
  explicit ExportWeightsCommand(CLI::App& parent) {
    app = parent.add_subcommand("export-weights",
                                "Write the weights and biases of a saved net, layer by layer.");
    app->add_option("model", model_, "The saved model.")->required()->type_name("FILE");
    app->add_option("--output", output_, "Folder to write to; made if it is not there.")
        ->required()
        ->type_name("DIR");
    app->add_option("--format", format_, "Kind of the files.")
        ->check(CLI::IsMember({"csv", "parquet"}))
        ->capture_default_str();
    app->add_flag("--quiet", quiet_, "Only errors.");
    app->allow_extras();
    app->footer(R"(
Writes weights_1.csv, biases_1.csv, … : rows are units of the layer, columns its inputs.
thalweg train takes them back as --initial_weights and --initial_biases.

Example:
  thalweg export-weights digits.thalweg --output weights --format parquet)");
  }

  int Run() override {
    const auto model = std::dynamic_pointer_cast<const DeepLearningModel>(LoadModel(model_));
    if (model == nullptr) throw UserError(model_ + ": not a deep-learning model");
    std::error_code error;
    std::filesystem::create_directories(output_, error);
    if (error) throw UserError(fmt::format("{}: {}", output_, error.message()));
    ThreadPool pool;
    const size_t layers = model->network().layers.size();
    for (size_t l = 0; l < layers; ++l) {
      const auto path = [&](const char* what) {
        return (std::filesystem::path(output_) / fmt::format("{}_{}.{}", what, l + 1, format_))
            .string();
      };
      WriteFrame(WeightsFrame(*model, l), path("weights"), pool);
      WriteFrame(BiasesFrame(*model, l), path("biases"), pool);
    }
    if (!quiet_) {
      fmt::print(stderr, "weights and biases of {} layers written to {}\n", layers, output_);
    }
    return kExitOk;
  }

 private:
  std::string model_;
  std::string output_;
  std::string format_ = "csv";
  bool quiet_ = false;
};

}  // namespace

std::unique_ptr<Command> AddExportWeights(CLI::App& app) {
  return std::make_unique<ExportWeightsCommand>(app);
}

}  // namespace thalweg
