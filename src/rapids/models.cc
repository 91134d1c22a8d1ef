// What expressions can ask of models.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "frame/select_rows.h"
#include "mapreduce/exchange.h"
#include "mapreduce/value_ranges.h"
#include "models/adapt_frame.h"
#include "models/explain/permutation_importance.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

const NamedModel& ModelAt(const Arguments& arguments, size_t i) {
  const auto* model = arguments[i].As<NamedModel>();
  if (model == nullptr) arguments.Fail(i, "is no model");
  return *model;
}

// So many rows by chance; all where there are not more.
Frame SampleRows(const Frame& frame, int64_t wanted, uint64_t seed, ThreadPool& pool) {
  if (wanted < 0 || wanted >= frame.rows()) return frame;
  std::vector<uint8_t> keep(static_cast<size_t>(frame.rows()));
  std::fill_n(keep.begin(), wanted, uint8_t{1});
  Random(seed, {1}).Shuffle(std::span(keep));
  return SelectRows(frame, keep, pool);
}

// Names of predictors; that of the response counts for nothing.
std::vector<std::string> FeaturesAt(const Arguments& arguments, size_t i, const Model& model) {
  const std::vector<std::string> predictors = model.predictors();
  std::vector<std::string> features;
  for (const std::string& name : arguments.Texts(i)) {
    if (std::find(predictors.begin(), predictors.end(), name) != predictors.end()) {
      features.push_back(name);
    } else if (name != model.response()) {
      arguments.Fail(i, fmt::format("has {}: the model was not trained on it", Printable(name)));
    }
  }
  if (features.empty()) arguments.Fail(i, "names no predictor of the model");
  return features;
}

}  // namespace

Value PermutationImportances(const Arguments& arguments, Evaluator& evaluator) {
  const Model& model = *ModelAt(arguments, 0).model;
  const int64_t seed = arguments.size() > 6 ? arguments.Whole(6) : -1;
  // Ranks draw the same: they see the same frame.
  const uint64_t drawn =
      seed < 0 ? static_cast<uint64_t>(arguments.FrameAt(1)->rows()) : static_cast<uint64_t>(seed);
  std::vector<std::string> warnings;
  const Frame adapted = AdaptFrame(model, *arguments.FrameAt(1), evaluator.pool(), warnings);
  const Frame frame = SampleRows(adapted, arguments.Whole(3), drawn, evaluator.pool());
  PermutationOptions options;
  options.metric = arguments.Text(2);
  options.repeats = arguments.Whole(4);
  options.seed = drawn;
  if (!arguments.Nothing(5)) options.columns = FeaturesAt(arguments, 5, model);
  const PermutationImportance result =
      ComputePermutationImportance(model, frame, options, evaluator.pool());
  std::vector<std::string> names;
  for (const VariableImportance& v : result.table) names.push_back(v.variable);
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(names.size()));
  std::vector<std::string> titles = {"Variable"};
  std::vector<ColumnPtr> columns = {TextsColumn(*layout, names, evaluator)};
  const auto add = [&](const std::string& title, const auto& cell) {
    std::vector<double> cells;
    for (size_t i = 0; i < names.size(); ++i) cells.push_back(cell(i));
    titles.push_back(title);
    columns.push_back(NumbersColumn(*layout, cells, evaluator));
  };
  if (options.repeats == 1) {
    add("Relative Importance", [&](size_t i) { return result.table[i].relative; });
    add("Scaled Importance", [&](size_t i) { return result.table[i].scaled; });
    add("Percentage", [&](size_t i) { return result.table[i].percentage; });
  } else {
    for (size_t run = 0; run < static_cast<size_t>(options.repeats); ++run) {
      add(fmt::format("Run {}", run + 1), [&](size_t i) { return result.repeats[i][run]; });
    }
  }
  return Frame(layout, std::move(titles), std::move(columns));
}

Value ResetThreshold(const Arguments& arguments, Evaluator& evaluator) {
  const NamedModel& model = ModelAt(arguments, 0);
  const double threshold = arguments.Number(1);
  if (!(threshold >= 0 && threshold <= 1)) arguments.Fail(1, "is not between 0 and 1");
  const auto entry = evaluator.catalog().FindAs<ModelEntry>(model.name);
  if (!entry) arguments.Fail(0, "has no name");
  const double before = entry->threshold();
  evaluator.catalog().Put(model.name, entry->WithThreshold(threshold));
  const LayoutPtr layout = NewLayout(1);
  return Frame(layout, {"threshold"}, {NumbersColumn(*layout, std::vector{before}, evaluator)});
}

// (perfectAUC probabilities actuals)
Value ExactAuc(const Arguments& arguments, Evaluator& evaluator) {
  struct Row {
    double probability;
    double actual;
    bool operator<(const Row& other) const { return probability < other.probability; }
  };
  for (size_t i = 0; i < 2; ++i) {
    if (!IsNumeric(arguments.ColumnAt(i)->type())) arguments.Fail(i, "must be numbers");
  }
  const FramePtr frame = arguments.FrameAt(0);
  if (arguments.FrameAt(1)->rows() != frame->rows()) arguments.Fail(1, "must have as many rows");
  const Layout& layout = frame->layout();
  const Frame second = Frame(frame->layout_ptr(), {}, {}).Bind(*arguments.FrameAt(1));
  std::vector<Row> rows;
  bool right[2] = {true, true};
  const ChunkRange own = OwnChunks(layout, evaluator);
  for (size_t chunk = own.begin; chunk < own.end; ++chunk) {
    const auto probabilities = ChunkCells<double>(frame->column(0), chunk);
    const auto actuals = ChunkCells<double>(second.column(0), chunk);
    for (size_t r = 0; r < actuals.size(); ++r) {
      right[0] = right[0] && probabilities[r] >= 0 && probabilities[r] <= 1;
      right[1] = right[1] && (actuals[r] == 0 || actuals[r] == 1);
      rows.push_back({probabilities[r], actuals[r]});
    }
  }
  if (!OnAllRanks(right[1], evaluator)) arguments.Fail(1, "must be 0 or 1 in every row");
  if (!OnAllRanks(right[0], evaluator)) arguments.Fail(0, "must be probabilities");
  if (layout.ranks() > 1) {
    // Each rank orders a range of the probabilities.
    Communicator& ranks = evaluator.context().ranks;
    const ValueRanges ranges(*frame, 0, evaluator.pool(), ranks);
    std::vector<std::vector<Row>> to_each(static_cast<size_t>(ranks.size()));
    for (const Row& row : rows) to_each[ranges.RankOf(row.probability)].push_back(row);
    rows.clear();
    for (const auto& part : Exchange(std::move(to_each), ranks)) {
      rows.insert(rows.end(), part.begin(), part.end());
    }
  }
  std::sort(rows.begin(), rows.end());
  // Pairs of a 1 and a 0 whose 1 has the larger probability, equal ones as halves; zeros and ones.
  double sums[] = {0, 0, 0};
  SumInTurn(layout, evaluator, std::span<double>(sums), [&] {
    for (size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
      double here[2] = {0, 0};
      for (; end < rows.size() && rows[end].probability == rows[begin].probability; ++end) {
        ++here[rows[end].actual == 1 ? 1 : 0];
      }
      sums[0] += here[1] * (sums[1] + here[0] / 2);
      sums[1] += here[0];
      sums[2] += here[1];
    }
  });
  const LayoutPtr one = NewLayout(1);
  const double area = sums[0] / (sums[2] * sums[1]);
  return Frame(one, {"C1"}, {NumbersColumn(*one, std::vector{area}, evaluator)});
}

// (predicted.vs.actual.by.var model frame variable predictions)
Value ActualsByLevel(const Arguments& arguments, Evaluator& evaluator) {
  const Model& model = *ModelAt(arguments, 0).model;
  const FramePtr frame = arguments.FrameAt(1);
  const size_t variable = frame->IndexOf(arguments.Text(2));
  const FramePtr predictions = arguments.FrameAt(3);
  if (model.response().empty()) arguments.Fail(0, "has no response");
  if (frame->column(variable).type() != ColumnType::kCategorical) {
    arguments.Fail(2, "must be a categorical column");
  }
  if (predictions->rows() != frame->rows()) arguments.Fail(3, "must have as many rows");
  const Column& level = frame->column(variable);
  const Column& response = frame->column(frame->IndexOf(model.response()));
  const size_t predict[] = {predictions->IndexOf("predict")};
  const Frame prediction =
      Frame(frame->layout_ptr(), {}, {}).Bind(predictions->Select(std::span(predict)));
  const Column* weight = nullptr;
  const Json* name = model.parameters().as_object().if_contains("weights_column");
  if (name != nullptr && name->is_string() && !name->as_string().empty()) {
    weight = &frame->column(frame->IndexOf(std::string(name->as_string())));
  }
  struct Sums {
    double weight = 0, predicted = 0, actual = 0;
  };
  // The first is of rows without a level.
  const DomainPtr domain = level.domain();
  std::vector<Sums> sums(domain->levels().size() + 1);
  const ChunkRange own = OwnChunks(frame->layout(), evaluator);
  const std::span<double> numbers(&sums[0].weight, 3 * sums.size());
  SumInTurn(frame->layout(), evaluator, numbers, [&] {
    for (size_t chunk = own.begin; chunk < own.end; ++chunk) {
      const auto levels = ChunkCells<double>(level, chunk);
      const auto actual = ChunkCells<double>(response, chunk);
      const auto predicted = ChunkCells<double>(prediction.column(0), chunk);
      const auto weights = weight == nullptr ? std::vector<double>(levels.size(), 1)
                                             : ChunkCells<double>(*weight, chunk);
      for (size_t r = 0; r < levels.size(); ++r) {
        if (std::isnan(actual[r]) || std::isnan(weights[r])) continue;
        Sums& group = sums[std::isnan(levels[r]) ? 0 : static_cast<size_t>(levels[r]) + 1];
        group.weight += weights[r];
        group.predicted += weights[r] * predicted[r];
        group.actual += weights[r] * actual[r];
      }
    }
  });
  std::vector<int64_t> codes;
  std::vector<double> cells[2];
  for (size_t g = 0; g < sums.size(); ++g) {
    if (sums[g].weight == 0) continue;
    codes.push_back(g == 0 ? kMissingInt : static_cast<int64_t>(g) - 1);
    cells[0].push_back(sums[g].predicted / sums[g].weight);
    cells[1].push_back(sums[g].actual / sums[g].weight);
  }
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(codes.size()));
  return Frame(
      layout, {frame->name(variable), "predict", "actual"},
      {IntegersColumn(*layout, codes, ColumnType::kCategorical, domain, evaluator),
       NumbersColumn(*layout, cells[0], evaluator), NumbersColumn(*layout, cells[1], evaluator)});
}

Value SetProperty(const Arguments& arguments, Evaluator& evaluator) {
  // The properties that there are; their values are texts.
  constexpr std::string_view kKnown[] = {"sys.ai.h2o.algos.evaluate_auto_model_parameters"};
  const std::string& name = arguments.Text(0);
  if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown)) {
    arguments.Fail(0, fmt::format("is no property that can be set; there is: {}", kKnown[0]));
  }
  const std::string before = evaluator.catalog().Property(name);
  evaluator.catalog().SetProperty(name, arguments.Text(1));
  return "Old values of " + name + ": " + (before.empty() ? "null" : before);
}

}  // namespace thalweg::internal
