// `thalweg explain …`: what a model's predictions depend on.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "cli/data_flags.h"
#include "cli/importance_text.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/table.h"
#include "models/explain/column_changes.h"
#include "models/explain/partial_dependence.h"
#include "models/explain/permutation_importance.h"
#include "models/explain/shap.h"
#include "models/model.h"

namespace thalweg {
namespace {

constexpr size_t kShownVariables = 20;

// What every kind of explanation has: a model, rows, an output.
class Explanation {
 public:
  Explanation(CLI::App& parent, const std::string& name, const std::string& help, bool frame) {
    app = parent.add_subcommand(name, help);
    app->add_option("model", model_, "The saved model.")->required()->type_name("MODEL");
    if (frame) {
      app->add_option("frame", frame_, "Files of rows.")->required()->type_name("FRAME");
    }
    app->allow_extras();
    data_ = std::make_unique<DataFlags>(*app);
  }
  virtual ~Explanation() = default;
  virtual void Run() = 0;
  CLI::App* app;

 protected:
  // Rows that are read afterwards are taken for what the model was trained on.
  std::shared_ptr<const Model> TheModel() {
    std::shared_ptr<const Model> model = LoadModel(model_);
    expected_ = {.types = {}, .source = "the model"};
    for (const auto& [name, type] : model->TrainedTypes()) expected_.types.emplace(name, type);
    return model;
  }
  ThreadPool& pool() { return data_->pool(); }
  Frame Rows(const std::vector<std::string>& paths, const CancelToken& cancel) {
    const ParseResult rows = data_->Parse(paths, data_->Options(), pool(), cancel, expected_);
    PrintParseProblems(rows.report);
    return rows.frame;
  }
  Frame Rows(const CancelToken& cancel) { return Rows(frame_, cancel); }
  bool quiet() const { return data_->quiet(); }

 private:
  std::string model_;
  std::vector<std::string> frame_;
  ExpectedTypes expected_;
  std::unique_ptr<DataFlags> data_;
};

// Before long work: UserError where WriteEither could not write.
void RequireEither(const std::string& path) {
  path.ends_with(".json") ? RequireWritable(path) : RequireFrameFile(path);
}

// A .json file gets `json()`, any other what WriteFrame makes of `frame()`.
template <class MakeJson, class MakeFrame>
void WriteEither(const std::string& path, ThreadPool& pool, const MakeJson& json,
                 const MakeFrame& frame) {
  if (path.empty()) return;
  if (path.ends_with(".json")) {
    WriteWholeFile(path, FormatJson(json()) + "\n");
  } else {
    WriteFrame(frame(), path, pool);
  }
  fmt::print(stderr, "written to {}\n", path);
}

// Names of what models can read.
std::vector<std::string> NumericColumns(const Frame& frame) {
  std::vector<std::string> names;
  for (size_t i = 0; i < frame.columns(); ++i) {
    if (IsNumeric(frame.column(i).type())) names.push_back(frame.name(i));
  }
  return names;
}

Frame ImportanceFrame(const std::vector<VariableImportance>& table, ThreadPool& pool) {
  std::vector<std::string> levels;
  std::vector<std::vector<double>> cells(4);
  for (const VariableImportance& row : table) {
    cells[0].push_back(static_cast<double>(levels.size()));
    levels.push_back(row.variable);
    cells[1].push_back(row.relative);
    cells[2].push_back(row.scaled);
    cells[3].push_back(row.percentage);
  }
  const auto rows = static_cast<int64_t>(table.size());
  const auto layout = std::make_shared<Layout>(std::vector<int64_t>{0, rows});
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < cells.size(); ++c) {
    columns.push_back(
        ColumnOf(*layout, cells[c], c == 0 ? std::make_shared<Domain>(levels) : nullptr, pool));
  }
  return Frame(layout, {"variable", "relative_importance", "scaled_importance", "percentage"},
               columns);
}

class ImportanceExplanation : public Explanation {
 public:
  explicit ImportanceExplanation(CLI::App& parent)
      : Explanation(parent, "importance", "Variable importances as found at training.", false) {
    app->add_option("--output", output_, "Write them to this .json, .csv or .parquet.")
        ->type_name("FILE");
  }
  void Run() override {
    const std::vector<VariableImportance> table = TheModel()->variable_importances();
    if (table.empty()) {
      throw UserError(
          "the model has no variable importances: train with --variable_importances "
          "true, or use `thalweg explain permutation`");
    }
    fmt::print("{}", ImportancesText(table, table.size()));
    WriteEither(
        output_, pool(), [&] { return ImportancesToJson(table); },
        [&] { return ImportanceFrame(table, pool()); });
  }

 private:
  std::string output_;
};

class PermutationExplanation : public Explanation {
 public:
  explicit PermutationExplanation(CLI::App& parent)
      : Explanation(parent, "permutation",
                    "How much worse the model gets when one column is shuffled.", true) {
    app->add_option("--metric", options_.metric,
                    "Metric, as in reports; AUTO is logloss or rmse. [AUTO]");
    app->add_option("--repeats", options_.repeats, "Shuffles per column. [1]")
        ->check(CLI::Range(1, 100000));
    app->add_option("--seed", options_.seed, "Seed of the shuffles. [0]");
    app->add_option("--columns", options_.columns, "Columns to shuffle. [all predictors]")
        ->delimiter(',');
    app->add_option("--output", output_, "Write the table to this .json, .csv or .parquet.")
        ->type_name("FILE");
  }
  void Run() override {
    RequireEither(output_);
    const auto model = TheModel();
    CancelToken cancel;
    InterruptScope interrupt(cancel);
    const Frame rows = Rows(cancel);
    const PermutationImportance result = [&] {
      ProgressBar bar("shuffling", quiet());
      return ComputePermutationImportance(*model, rows, options_, pool(),
                                          {.progress = &bar, .cancel = &cancel});
    }();
    fmt::print("{} of the model: {:.6g}; how much worse with a column shuffled:\n{}", result.metric,
               result.baseline, ImportancesText(result.table, kShownVariables));
    WriteEither(
        output_, pool(), [&] { return result.ToJson(); },
        [&] { return ImportanceFrame(result.table, pool()); });
  }

 private:
  PermutationOptions options_;
  std::string output_;
};

// Flags of the values that columns are set to.
struct GridFlags {
  explicit GridFlags(CLI::App& app) {
    app.add_option("--points", options.points, "Grid points of numeric columns. [20]");
    app.add_flag("--quantiles", quantiles, "Grid at quantiles instead of evenly over the range.");
    app.add_flag("--missing", options.missing, "One more grid point: missing.");
    app.add_option("--target", target, "The class whose probability is explained. [the second]");
  }
  GridOptions Options() const {
    GridOptions result = options;
    result.kind = quantiles ? GridKind::kQuantiles : GridKind::kRange;
    return result;
  }
  GridOptions options;
  bool quantiles = false;
  std::string target;
};

class PartialDependenceExplanation : public Explanation {
 public:
  explicit PartialDependenceExplanation(CLI::App& parent)
      : Explanation(parent, "pdp", "Partial dependence: mean predictions over a grid.", true),
        grid_(*app) {
    app->add_option("--columns", columns_, "Columns, one grid each.")->delimiter(',');
    app->add_option("--pairs", pairs_, "Pairs of columns as A:B, one grid of two axes each.")
        ->delimiter(',');
    app->add_option("--weights", weights_, "Column of row weights.");
    app->add_option("--output", output_,
                    "Write to this .json (all), or .csv or .parquet (one column or pair).")
        ->type_name("FILE");
  }
  void Run() override {
    std::vector<std::vector<std::string>> wanted;
    for (const std::string& column : columns_) wanted.push_back({column});
    for (const std::string& pair : pairs_) {
      const auto parts = Split(pair, ':');
      if (parts.size() != 2) {
        throw UserError(fmt::format("--pairs: {} is not of the form A:B", pair));
      }
      wanted.push_back({std::string(parts[0]), std::string(parts[1])});
    }
    if (wanted.empty()) throw UserError("name columns with --columns or --pairs");
    if (wanted.size() > 1 && !output_.empty() && !output_.ends_with(".json")) {
      throw UserError("--output: several grids go into a .json only");
    }
    RequireEither(output_);
    const auto model = TheModel();
    CancelToken cancel;
    InterruptScope interrupt(cancel);
    const Frame rows = Rows(cancel);
    std::vector<PartialDependence> results;
    for (const std::vector<std::string>& columns : wanted) {
      std::vector<GridAxis> axes;
      for (const std::string& column : columns) {
        axes.push_back(MakeGridAxis(rows, column, grid_.Options(), pool()));
      }
      ProgressBar bar("predicting", quiet());
      results.push_back(ComputePartialDependence(*model, rows, axes, grid_.target, weights_, pool(),
                                                 {.progress = &bar, .cancel = &cancel}));
    }
    for (const PartialDependence& result : results) Print(result);
    JsonArray all;
    for (const PartialDependence& result : results) all.push_back(result.ToJson());
    WriteEither(
        output_, pool(), [&] { return Json(all); }, [&] { return results[0].ToFrame(pool()); });
  }

 private:
  static void Print(const PartialDependence& result) {
    std::string names;
    for (const GridAxis& axis : result.axes) {
      names += (names.empty() ? "" : " and ") + Printable(axis.column);
    }
    fmt::print("\npartial dependence of {} on {}\n", Printable(result.target), names);
    const size_t inner = result.axes.size() > 1 ? result.axes[1].values.size() : 1;
    double largest = 0;
    double least = 0;
    for (const GridPoint& point : result.points) {
      largest = std::max(largest, point.mean);
      least = std::min(least, point.mean);
    }
    std::vector<TableColumn> columns;
    for (const GridAxis& axis : result.axes) columns.push_back({axis.column, !axis.domain});
    for (const char* title : {"mean", "sd", "se"}) columns.push_back({title, true});
    columns.push_back({""});
    std::vector<std::vector<std::string>> rows;
    for (size_t i = 0; i < result.points.size(); ++i) {
      const GridPoint& point = result.points[i];
      std::vector<std::string> row = {CellText(result.axes[0], i / inner)};
      if (result.axes.size() > 1) row.push_back(CellText(result.axes[1], i % inner));
      for (double x : {point.mean, point.sd, point.standard_error}) {
        row.push_back(fmt::format("{:.6g}", x));
      }
      // Bars begin at 0; means of both signs have none.
      row.push_back(least < 0 || !(largest > 0) ? "" : Bar(point.mean / largest));
      rows.push_back(std::move(row));
    }
    fmt::print("{}", FormatTable(columns, rows, 64));
  }
  // Grids of even steps have cells such as 5.3999999999999995.
  static std::string CellText(const GridAxis& axis, size_t point) {
    const bool number = !axis.domain && !std::isnan(axis.values[point]);
    return number ? fmt::format("{:.10g}", axis.values[point]) : axis.Text(point);
  }

  GridFlags grid_;
  std::vector<std::string> columns_;
  std::vector<std::string> pairs_;
  std::string weights_;
  std::string output_;
};

class ConditionalExplanation : public Explanation {
 public:
  explicit ConditionalExplanation(CLI::App& parent)
      : Explanation(parent, "ice", "Individual conditional expectation: one curve per row.", true),
        grid_(*app) {
    app->add_option("--column", column_, "The column that changes.")->required();
    app->add_option("--rows", rows_, "Rows to draw at random; 0 means all. [100]")
        ->check(CLI::NonNegativeNumber);
    app->add_option("--seed", seed_, "Seed of that draw. [0]");
    app->add_flag("--centered", centered_, "Curves start at 0.");
    app->add_option("--output", output_, "Write the curves to this .csv or .parquet.")
        ->required()
        ->type_name("FILE");
  }
  void Run() override {
    RequireFrameFile(output_);
    const auto model = TheModel();
    CancelToken cancel;
    InterruptScope interrupt(cancel);
    const Frame all = Rows(cancel);
    const GridAxis axis = MakeGridAxis(all, column_, grid_.Options(), pool());
    const std::vector<int64_t> drawn = DrawRows(all.rows(), rows_ == 0 ? all.rows() : rows_, seed_);
    const Frame rows = TakeRows(all, NumericColumns(all), drawn, pool());
    ProgressBar bar("predicting", quiet());
    ConditionalCurves curves = ComputeConditionalCurves(*model, rows, axis, grid_.target, pool(),
                                                        {.progress = &bar, .cancel = &cancel});
    if (centered_) curves.Center();
    // Rows are named by their place in the input.
    Frame table = curves.ToFrame(pool());
    std::vector<double> numbers;
    for (int64_t row : drawn) {
      numbers.insert(numbers.end(), axis.values.size(), static_cast<double>(row));
    }
    table = table.WithReplaced(0, ColumnOf(table.layout(), numbers, nullptr, pool()));
    WriteFrame(table, output_, pool(), {.cancel = &cancel});
    fmt::print(stderr, "{} curves of {} points written to {}\n", drawn.size(), axis.values.size(),
               output_);
  }

 private:
  GridFlags grid_;
  std::string column_;
  int64_t rows_ = 100;
  uint64_t seed_ = 0;
  bool centered_ = false;
  std::string output_;
};

class ShapExplanation : public Explanation {
 public:
  explicit ShapExplanation(CLI::App& parent)
      : Explanation(parent, "shap",
                    "SHAP values: what each column of a row adds to its prediction (log-odds of a "
                    "class, logarithm of a mean with a log link; offsets left out).",
                    true) {
    app->add_option("--background", background_,
                    "Files of rows to compare with; the mean prediction on them is BiasTerm.")
        ->required()
        ->type_name("FRAME");
    app->add_option("--background_rows", background_rows_,
                    "Background rows to draw at random; 0 means all. [100]")
        ->check(CLI::NonNegativeNumber);
    app->add_option("--method", method_,
                    "Auto, Exact (up to 20 columns), Rescale (nets) or Permutation. [Auto]");
    app->add_option("--permutations", options_.permutations,
                    "Permutation: orders per row and background row. [1]")
        ->check(CLI::Range(1, 1000000));
    app->add_option("--target", options_.target, "The class that is explained. [the second]");
    app->add_option("--seed", options_.seed, "Seed of what is drawn at random. [0]");
    app->add_option("--output", output_, "Write contributions to this .csv or .parquet.")
        ->required()
        ->type_name("FILE");
  }
  void Run() override {
    const auto& names = kEnumNames<ShapMethod>;
    const auto found = std::find_if(names.begin(), names.end(), [&](const char* name) {
      return EqualsIgnoreCase(name, method_);
    });
    if (found == names.end()) {
      throw UserError(
          fmt::format("--method: {} is none of Auto, Exact, Rescale, Permutation", method_));
    }
    options_.method = static_cast<ShapMethod>(found - names.begin());
    RequireFrameFile(output_);
    const auto model = TheModel();
    CancelToken cancel;
    InterruptScope interrupt(cancel);
    const Frame rows = Rows(cancel);
    const Frame all = Rows(background_, cancel);
    const int64_t count = background_rows_ == 0 ? all.rows() : background_rows_;
    const Frame background =
        TakeRows(all, NumericColumns(all), DrawRows(all.rows(), count, options_.seed), pool());
    if (options_.method == ShapMethod::kAuto) {
      options_.method = ChooseShapMethod(*model, rows.rows(), background.rows());
    }
    const Frame contributions = [&] {
      ProgressBar bar("explaining", quiet());
      return ComputeShap(*model, rows, background, options_, pool(),
                         {.progress = &bar, .cancel = &cancel});
    }();
    WriteFrame(contributions, output_, pool(), {.cancel = &cancel});
    fmt::print(stderr, "{} rows against {} background rows ({}) written to {}\n",
               WithThousands(rows.rows()), WithThousands(background.rows()),
               names[static_cast<size_t>(options_.method)], output_);
  }

 private:
  std::vector<std::string> background_;
  int64_t background_rows_ = 100;
  std::string method_ = "Auto";
  ShapOptions options_;
  std::string output_;
};

class ExplainCommand : public Command {
 public:
  explicit ExplainCommand(CLI::App& parent) {
    app = parent.add_subcommand("explain", "Show what a model's predictions depend on.");
    app->require_subcommand(0, 1);
    app->allow_extras();
    app->footer(R"(
Examples:
  thalweg explain importance net.thalweg
  thalweg explain permutation net.thalweg test.csv --metric rmse --repeats 5
  thalweg explain pdp net.thalweg test.csv --columns age,weight --pairs age:weight
  thalweg explain ice net.thalweg test.csv --column age --centered --output curves.csv
  thalweg explain shap net.thalweg test.csv --background train.csv --output shap.csv)");
    kinds_.push_back(std::make_unique<ImportanceExplanation>(*app));
    kinds_.push_back(std::make_unique<PermutationExplanation>(*app));
    kinds_.push_back(std::make_unique<PartialDependenceExplanation>(*app));
    kinds_.push_back(std::make_unique<ConditionalExplanation>(*app));
    kinds_.push_back(std::make_unique<ShapExplanation>(*app));
  }

  int Run() override {
    std::vector<std::string> names;
    for (const auto& kind : kinds_) {
      names.push_back(kind->app->get_name());
      if (!kind->app->parsed()) continue;
      if (kind->app->remaining_size() > 0) {
        throw UserError(fmt::format("explain {}: unknown option {}", kind->app->get_name(),
                                    kind->app->remaining()[0]));
      }
      kind->Run();
      return kExitOk;
    }
    if (app->remaining_size() > 0) {
      throw UserError(
          fmt::format("no explanation {}; there are: {}", app->remaining()[0], Join(names, ", ")));
    }
    fmt::print("{}", app->help("thalweg"));
    return kExitOk;
  }

 private:
  std::vector<std::unique_ptr<Explanation>> kinds_;
};

}  // namespace

std::unique_ptr<Command> AddExplain(CLI::App& app) { return std::make_unique<ExplainCommand>(app); }

}  // namespace thalweg
