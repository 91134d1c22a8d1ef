#include "rapids/whole_rows.h"

#include <utility>

#include "base/error.h"

namespace thalweg::internal {

Value WithWholeRows(std::vector<Value> arguments, Evaluator& evaluator,
                    const std::function<Value(std::vector<Value>)>& run) {
  Check(evaluator.context().ranks.size() == 1, "one rank holds all rows");
  return run(std::move(arguments));
}

}  // namespace thalweg::internal
