#include "cli/command_line.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>

#include "base/error.h"
#include "base/text.h"
#include "cluster/mpi/mpi_transport.h"

namespace thalweg {
namespace {

constexpr const char* kExamples = R"(
Examples:
  thalweg inspect data/prostate/prostate.csv
  thalweg train deeplearning --training_frame train.csv --response_column label \
      --hidden 200,200 --epochs 10 --model net.thalweg
  thalweg predict --model net.thalweg --frame new.csv --output predictions.csv
  thalweg params deeplearning

Every command has --help.)";

std::string Suggestion(const std::string& word, const std::vector<std::string>& known) {
  const std::string nearest = NearestWord(word, known);
  return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

// Once, where there are several ranks; and an exit code of another rank would make the launcher end
// rank 0 before it has told.
int PrintError(const std::string& message) {
  if (LauncherRank() > 0) return kExitOk;
  for (std::string_view line : Split(message, '\n')) fmt::print(stderr, "error: {}\n", line);
  return kExitUser;
}

int PrintUnknownCommands(const CLI::App& app,
                         const std::vector<std::unique_ptr<Command>>& commands) {
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const auto& command : commands) names.push_back(command->app->get_name());
  for (const std::string& word : app.remaining()) {
    PrintError(fmt::format("unknown command {}{}", word, Suggestion(word, names)));
  }
  return kExitUser;
}

// --import-root is --import_root: names of parameters have underscores, and many hands type dashes.
std::vector<std::string> WithUnderscores(int argc, const char* const* argv) {
  std::vector<std::string> words(argv, argv + argc);
  for (std::string& word : words) {
    if (!word.starts_with("--")) continue;
    const auto end = word.begin() + static_cast<ptrdiff_t>(std::min(word.find('='), word.size()));
    std::replace(word.begin() + 2, end, '-', '_');
  }
  return words;
}

int Dispatch(int argc, const char* const* argv) {
  CLI::App app("thalweg: in-memory machine learning. Data to compressed frames, frames to nets.",
               "thalweg");
  app.set_version_flag("--version", std::string("thalweg ") + kProgramVersion);
  app.footer(kExamples);
  app.require_subcommand(0, 1);
  app.allow_extras();
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(AddInspect(app));
  commands.push_back(AddTrain(app));
  commands.push_back(AddGrid(app));
  commands.push_back(AddPredict(app));
  commands.push_back(AddExplain(app));
  commands.push_back(AddReport(app));
  commands.push_back(AddServe(app));
  commands.push_back(AddCluster(app));
  commands.push_back(AddHashPassword(app));
  commands.push_back(AddParams(app));
  commands.push_back(AddExportWeights(app));
  const std::vector<std::string> words = WithUnderscores(argc, argv);
  std::vector<const char*> pointers;
  pointers.reserve(words.size());
  for (const std::string& word : words) pointers.push_back(word.c_str());
  try {
    app.parse(argc, pointers.data());
  } catch (const CLI::Success& request) {
    // A wish for help, or for the version.
    return LauncherRank() > 0 ? kExitOk : app.exit(request);
  } catch (const CLI::ParseError& error) {
    return PrintError(error.what());
  }
  for (const auto& command : commands) {
    if (!command->app->parsed()) continue;
    if (!command->OverRanks() && LauncherRank() > 0) return kExitOk;
    if (command->app->remaining_size() > 0) throw UnknownWords(*command->app);
    return command->Run();
  }
  if (app.remaining_size() > 0) return PrintUnknownCommands(app, commands);
  if (LauncherRank() == 0) fmt::print("{}", app.help());
  return kExitOk;
}

}  // namespace

int RunCommandLine(int argc, const char* const* argv) {
  try {
    return Dispatch(argc, argv);
  } catch (const UserError& error) {
    return PrintError(error.what());
  } catch (const Cancelled&) {
    fmt::print(stderr, "interrupted\n");
    return kExitInterrupted;
  } catch (const std::bad_alloc&) {
    return PrintError("out of memory; use a machine with more, or less data");
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\nThis is a bug of thalweg; please report it with the command line.\n",
               error.what());
    return kExitInternal;
  }
}

FieldFlags::FieldFlags(const ParamSchema& schema, CLI::App& app, const std::string& group,
                       std::string prefix)
    : schema_(schema), prefix_(std::move(prefix)), values_(schema.specs().size()) {
  for (size_t i = 0; i < schema.specs().size(); ++i) {
    const ParamSpec& spec = schema.specs()[i];
    values_[i].first = spec.name;
    std::string help = spec.help;
    if (!spec.access.levels.empty()) help += " One of " + Join(spec.access.levels, ", ") + ".";
    if (!spec.Range().empty()) help += " " + spec.Range() + ".";
    if (!spec.default_text.empty()) help += fmt::format(" [{}]", Printable(spec.default_text));
    std::string flags = "--" + prefix_ + spec.name;
    if (!prefix_.empty() && app.get_option_no_throw("--" + spec.name) == nullptr) {
      flags += ",--" + spec.name;
    }
    CLI::Option* option = app.add_option(flags, values_[i].second, help);
    option->group(group)->type_name(std::string(ParamTypeName(spec.type())));
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    // A bare --name means true, if the word behind it is no value.
    if (spec.type() == ParamType::kBool) option->expected(0, 1);
  }
}

void FieldFlags::Apply(void* params) const {
  std::vector<FieldError> errors;
  for (const auto& [name, texts] : values_) {
    if (texts.empty()) continue;
    const ParamSpec& spec = *schema_.Find(name);
    const bool list = spec.type() == ParamType::kIntList || spec.type() == ParamType::kRealList ||
                      spec.type() == ParamType::kStringList;
    try {
      if (!list && texts.size() > 1) throw UserError("given more than once");
      const bool bare = spec.type() == ParamType::kBool && texts[0].empty();
      spec.Parse(bare ? "true" : Join(texts, ","), params);
    } catch (const UserError& error) {
      errors.push_back({"--" + prefix_ + name, error.what()});
    }
  }
  if (!errors.empty()) throw FieldErrors(std::move(errors));
}

bool FieldFlags::Given(const std::string& name) const {
  return std::any_of(values_.begin(), values_.end(), [&](const auto& value) {
    return value.first == name && !value.second.empty();
  });
}

UserError UnknownWords(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  std::vector<std::string> lines;
  for (const std::string& word : app.remaining()) {
    const bool flag = word.starts_with("-");
    lines.push_back(fmt::format("{}: unknown {} {}{}", app.get_name(), flag ? "option" : "argument",
                                word, flag ? Suggestion(word, names) : ""));
  }
  return UserError(Join(lines, "\n"));
}

}  // namespace thalweg
