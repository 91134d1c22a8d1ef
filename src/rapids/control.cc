// What is neither about rows nor about columns.
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

}  // namespace thalweg::internal
