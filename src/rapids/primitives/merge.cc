// merge: joins of two frames.
#include "base/text.h"
#include "mapreduce/join.h"
#include "rapids/primitives.h"
#include "rapids/selection.h"

namespace thalweg::internal {

Value MergeFrames(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr left = arguments.FrameAt(0);
  const FramePtr right = arguments.FrameAt(1);
  const bool all_left = arguments.Flag(2);
  const bool all_right = arguments.Flag(3);
  JoinOptions options;
  options.kind = all_left ? (all_right ? JoinKind::kOuter : JoinKind::kLeft)
                          : (all_right ? JoinKind::kRight : JoinKind::kInner);
  const auto keys = [&](size_t i, const Frame& frame) {
    return SelectColumns(arguments, i, frame, NegativeColumns::kFromEnd);
  };
  if (arguments.Nothing(4) && arguments.Nothing(5)) {
    // All names that both have.
    for (size_t c = 0; c < left->columns(); ++c) {
      const auto found = right->Find(left->name(c));
      if (!found) continue;
      options.left_keys.push_back(c);
      options.right_keys.push_back(*found);
    }
    if (options.left_keys.empty()) arguments.Fail(1, "has no column name in common with the first");
  } else {
    options.left_keys = keys(4, *left);
    options.right_keys = keys(5, *right);
  }
  if (arguments.size() > 6) {
    // They name ways to find the same rows.
    const std::string method = ToLower(arguments.Text(6));
    if (method != "auto" && method != "radix" && method != "hash") {
      arguments.Fail(6, "must be 'auto', 'radix' or 'hash'");
    }
  }
  return JoinFrames(*left, *right, options, evaluator.context().ranks, evaluator.pool());
}

}  // namespace thalweg::internal
