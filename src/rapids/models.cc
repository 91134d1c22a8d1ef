// What expressions can ask of models.
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/error.h"
#include "base/random.h"
#include "frame/select_rows.h"
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
  if (!arguments.Nothing(5)) options.columns = arguments.Texts(5);
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
