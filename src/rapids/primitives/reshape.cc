// Between long and wide frames: pivot and melt.
#include "mapreduce/reshape.h"

#include "rapids/primitives.h"
#include "rapids/selection.h"

namespace thalweg::internal {

Value PivotFrame(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  return Pivot(*frame, SelectColumn(arguments, 1, *frame), SelectColumn(arguments, 2, *frame),
               SelectColumn(arguments, 3, *frame), evaluator.pool());
}

Value MeltFrame(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  MeltOptions options;
  options.ids = SelectColumns(arguments, 1, *frame, NegativeColumns::kFromEnd);
  if (arguments.Nothing(2)) {
    // All that are no ids.
    for (size_t c = 0; c < frame->columns(); ++c) {
      if (std::find(options.ids.begin(), options.ids.end(), c) == options.ids.end()) {
        options.values.push_back(c);
      }
    }
  } else {
    options.values = SelectColumns(arguments, 2, *frame, NegativeColumns::kFromEnd);
  }
  if (!arguments.Nothing(3)) options.variable_name = arguments.Text(3);
  if (!arguments.Nothing(4)) options.value_name = arguments.Text(4);
  options.skip_missing = arguments.size() > 5 && arguments.Flag(5);
  return Melt(*frame, options, evaluator.pool());
}

}  // namespace thalweg::internal
