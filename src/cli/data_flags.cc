#include "cli/data_flags.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>

#include "base/text.h"
#include "cli/progress_bar.h"

namespace thalweg {
namespace {

constexpr size_t kShownProblems = 5;

}  // namespace

DataFlags::DataFlags(CLI::App& app) : parse_(SchemaOf<ParseOptions>(), app, "Reading data") {
  app.add_option("--threads", threads_, "Threads to work with. [all processors]")
      ->type_name("int")
      ->check(CLI::Range(1, 1024));
  app.add_flag("--quiet", quiet_, "No progress bar, only results and errors.");
}

ParseOptions DataFlags::Options() const {
  ParseOptions options;
  parse_.Apply(&options);
  return options;
}

ParseResult DataFlags::Parse(const std::vector<std::string>& paths, const ParseOptions& options,
                             ThreadPool& pool, const CancelToken& cancel,
                             const ExpectedTypes& expected, Communicator* ranks) const {
  const std::string name = paths[0].substr(paths[0].rfind('/') + 1);
  ProgressBar bar("parsing " + (paths.size() == 1 ? name : name + ", …"), quiet_);
  return ParseFiles(paths, options, pool, {.progress = &bar, .cancel = &cancel}, expected, ranks);
}

ThreadPool& DataFlags::pool() {
  if (!pool_) pool_ = std::make_unique<ThreadPool>(threads_);
  return *pool_;
}

void PrintParseProblems(const ParseReport& report) {
  for (const std::string& warning : report.warnings) {
    fmt::print(stderr, "warning: {}\n", warning);
  }
  for (const std::string& hint : report.hints) fmt::print(stderr, "hint: {}\n", hint);
  int64_t rejected = 0;
  for (const ColumnReport& column : report.columns) rejected += column.rejected;
  if (rejected == 0) return;
  fmt::print(stderr, "warning: {} cells do not fit their column's type and are missing:\n",
             WithThousands(rejected));
  for (size_t i = 0; i < report.rejected.size() && i < kShownProblems; ++i) {
    const RejectedCell& cell = report.rejected[i];
    fmt::print(stderr, "  {}:{}: column {}: '{}' {}\n", cell.file,
               cell.line > 0 ? cell.line : cell.row, cell.column, Printable(cell.text),
               cell.reason);
  }
  if (rejected > static_cast<int64_t>(kShownProblems)) {
    fmt::print(stderr, "  … (thalweg inspect --json lists more)\n");
  }
}

}  // namespace thalweg
