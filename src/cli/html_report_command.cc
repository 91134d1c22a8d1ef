// `thalweg report MODEL`: a model and its training as one HTML page.
#include <fmt/format.h>

#include <CLI/App.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/command_line.h"
#include "cli/html_report/html_report.h"
#include "cli/html_report/report_shape.h"
#include "models/model.h"

namespace thalweg {
namespace {

class ReportCommand : public Command {
 public:
  explicit ReportCommand(CLI::App& parent) {
    app = parent.add_subcommand("report", "Write a model and its training as one HTML page.");
    app->add_option("model", model_, "The saved model.")->required()->type_name("MODEL");
    app->add_option("--report", report_, "The report of its training (train --report).")
        ->type_name("FILE");
    app->add_option("--output", output_, "The page to write.")->required()->type_name("FILE");
    app->add_flag("--quiet", quiet_, "Only errors.");
    app->allow_extras();
    app->footer(R"(
Example:
  thalweg report net.thalweg --report net.json --output net.html

The page needs no network. Without --report it shows what the model file holds.)");
  }

  int Run() override {
    const std::shared_ptr<const Model> model = LoadModel(model_);
    Json report;
    if (!report_.empty()) {
      report = ParseJson(ReadWholeFile(report_), report_);
      CheckReportShape(report, report_);
      const Json* trained = report.as_object().if_contains("model");
      if (trained != nullptr && *trained != model->Summary()) {
        fmt::print(stderr, "warning: {} is the report of another model than {}\n", report_, model_);
      }
    }
    const std::string file = model_.substr(model_.rfind('/') + 1);
    WriteWholeFile(output_, HtmlReport(HtmlReportData(*model, report, file)));
    if (!quiet_) fmt::print(stderr, "page written to {}\n", output_);
    return kExitOk;
  }

 private:
  std::string model_;
  std::string report_;
  std::string output_;
  bool quiet_ = false;
};

}  // namespace

std::unique_ptr<Command> AddReport(CLI::App& app) { return std::make_unique<ReportCommand>(app); }

}  // namespace thalweg
