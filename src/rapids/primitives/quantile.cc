// quantile: of every column, rows counting by weights if wanted.
#include "mapreduce/quantiles.h"

#include "base/text.h"
#include "mapreduce/weighted_quantiles.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"
#include "rapids/selection.h"

namespace thalweg::internal {
namespace {

QuantileMethod MethodAt(const Arguments& arguments, size_t i) {
  const std::string name = ToLower(arguments.Text(i));
  if (name == "interpolate") return QuantileMethod::kInterpolate;
  if (name == "average") return QuantileMethod::kAverage;
  if (name == "low") return QuantileMethod::kLow;
  if (name == "high") return QuantileMethod::kHigh;
  arguments.Fail(i, "must be 'interpolate', 'average', 'low' or 'high'");
}

}  // namespace

Value Quantiles(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const std::vector<double> probabilities = arguments.Numbers(1);
  const QuantileMethod method =
      arguments.Nothing(2) ? QuantileMethod::kInterpolate : MethodAt(arguments, 2);
  std::optional<size_t> weights;
  if (!arguments.Nothing(3) && arguments.Text(3) != "_") {
    weights = frame->IndexOf(arguments.Text(3));
  }
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(probabilities.size()));
  std::vector<std::string> names = {"Probs"};
  std::vector<ColumnPtr> columns = {NumbersColumn(*layout, probabilities, evaluator)};
  for (size_t c = 0; c < frame->columns(); ++c) {
    if (weights == c) continue;
    std::vector<double> cells(probabilities.size(), kMissingReal);
    const ColumnType type = frame->column(c).type();
    // Levels have no quantiles.
    if (type == ColumnType::kReal || type == ColumnType::kInteger || type == ColumnType::kTime) {
      Communicator* const ranks = &evaluator.context().ranks;
      cells = weights ? ComputeWeightedQuantiles(*frame, c, *weights, probabilities,
                                                 evaluator.pool(), method, ranks)
                      : ComputeQuantiles(*frame, c, probabilities, evaluator.pool(), method, ranks);
    }
    names.push_back(frame->name(c) + "Quantiles");
    columns.push_back(NumbersColumn(*layout, cells, evaluator));
  }
  return Frame(layout, std::move(names), std::move(columns));
}

}  // namespace thalweg::internal
