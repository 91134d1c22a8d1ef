// What is neither about rows nor about columns.
#include <string>
#include <utility>

#include "base/error.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {

Value InTurn(const Arguments& arguments, Evaluator& /*evaluator*/) {
  return arguments[arguments.size() - 1];
}

Value RowCount(const Arguments& arguments, Evaluator& /*evaluator*/) {
  return static_cast<double>(arguments.FrameAt(0)->rows());
}

Value ColumnCount(const Arguments& arguments, Evaluator& /*evaluator*/) {
  return static_cast<double>(arguments.FrameAt(0)->columns());
}

Value ListNames(const Arguments& /*arguments*/, Evaluator& evaluator) {
  std::vector<std::string> names;
  for (const auto& [name, entry] : evaluator.catalog().List()) names.push_back(name);
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(names.size()));
  return Frame(layout, {"key"}, {TextsColumn(*layout, names, evaluator)});
}

}  // namespace thalweg::internal
