#include "cli/training_flags.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "models/model.h"

namespace thalweg {
namespace {

// What the validation frame's columns should be. Columns without any value have no type.
ExpectedTypes TypesOf(const ParseResult& training) {
  ExpectedTypes expected{.types = {}, .source = "the training frame"};
  for (const ColumnReport& column : training.report.columns) {
    if (column.missing < training.frame.rows()) expected.types.emplace(column.name, column.type);
  }
  return expected;
}

std::shared_ptr<const Model> LoadCheckpoint(const std::string& path) {
  try {
    return LoadModel(path);
  } catch (const UserError& error) {
    throw FieldErrors(std::vector<FieldError>{{"checkpoint", error.what()}});
  }
}

}  // namespace

TrainingFrames TrainingInputs::frames() const {
  TrainingFrames frames{&training.frame, validation ? &validation->frame : nullptr};
  for (const auto& [name, frame] : named) frames.named[name] = &frame;
  return frames;
}

std::vector<std::pair<std::string, std::string>> NamedFrames(const ParamSchema& schema,
                                                             const void* params) {
  std::vector<std::pair<std::string, std::string>> names;
  const ParamSpec* checkpoint = schema.Find("checkpoint");
  if (checkpoint != nullptr && !checkpoint->Format(params).empty()) return names;
  for (const char* field : {"initial_weights", "initial_biases"}) {
    const ParamSpec* spec = schema.Find(field);
    if (spec == nullptr) continue;
    const Json list = spec->ToJson(params);
    for (const Json& item : list.as_array()) names.emplace_back(field, item.as_string());
  }
  return names;
}

TrainingFlags::TrainingFlags(const Learner& learner, CLI::App& app)
    : learner_(learner), data_(app), fields_(learner.schema(), app, "Learner") {
  app.add_option("--training_frame", training_frame_, "Files of the training rows.")
      ->required()
      ->type_name("FILE");
  app.add_option("--validation_frame", validation_frame_,
                 "Files of rows to measure the error on, not to train on.")
      ->type_name("FILE");
  app.add_option("--response_type", response_type_,
                 "Take the response as enum (classification) or real (regression).")
      ->check(CLI::IsMember({"enum", "real"}));
}

std::shared_ptr<void> TrainingFlags::Params() const {
  const ParamSchema& schema = learner_.schema();
  const std::shared_ptr<void> params = learner_.NewParams();
  fields_.Apply(params.get());
  const ParamSpec* checkpoint = schema.Find("checkpoint");
  const std::string path = checkpoint == nullptr ? "" : checkpoint->Format(params.get());
  if (path.empty()) return params;
  const std::shared_ptr<const Model> model = LoadCheckpoint(path);
  const std::shared_ptr<void> before = learner_.NewParams();
  for (const auto& [name, value] : model->parameters().as_object()) {
    const ParamSpec* spec = schema.Find(name);
    if (spec != nullptr && !value.is_null()) spec->FromJson(value, before.get());
  }
  fields_.Apply(before.get());
  return before;
}

TrainingInputs TrainingFlags::Read(const void* params,
                                   const std::vector<std::pair<std::string, std::string>>& named,
                                   const CancelToken& cancel, Communicator* sharing) {
  const auto start = std::chrono::steady_clock::now();
  ParseOptions options = data_.Options();
  const ParamSpec* response = learner_.schema().Find("response_column");
  if (!response_type_.empty() && response != nullptr) {
    options.column_types.push_back(response->Format(params) + "=" + response_type_);
  }
  ThreadPool& pool = data_.pool();
  TrainingInputs inputs{
      .training = data_.Parse(training_frame_, options, pool, cancel, {}, sharing),
      .validation = {},
      .named = {}};
  PrintParseProblems(inputs.training.report);
  if (!validation_frame_.empty()) {
    inputs.validation =
        data_.Parse(validation_frame_, options, pool, cancel, TypesOf(inputs.training), sharing);
    PrintParseProblems(inputs.validation->report);
  }
  const Frame& frame = inputs.training.frame;
  inputs.parse_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("training frame: {} rows, {} columns, {} in memory{}; parsed in {:.2f} s\n",
             WithThousands(frame.rows()), frame.columns(),
             HumanBytes(static_cast<double>(frame.ByteSize())),
             sharing == nullptr ? "" : fmt::format(" on the first of {} ranks", sharing->size()),
             inputs.parse_seconds);
  for (const auto& [field, path] : named) {
    if (path.empty() || inputs.named.contains(path)) continue;
    try {
      inputs.named.emplace(path, ParseFiles({path}, {}, pool).frame);
    } catch (const UserError& error) {
      throw FieldErrors(std::vector<FieldError>{{field, error.what()}});
    }
  }
  return inputs;
}

}  // namespace thalweg
