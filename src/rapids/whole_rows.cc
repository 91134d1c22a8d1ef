#include "rapids/whole_rows.h"

#include <utility>

#include "mapreduce/gather_frame.h"
#include "mapreduce/recut_over_ranks.h"

namespace thalweg::internal {
namespace {

// Of the frame that an argument is or stands for; null where it is none.
const FramePtr* FrameOf(const Value& value) {
  if (const auto* named = value.As<NamedFrame>()) return &named->frame;
  if (const auto* rows = value.As<EachRow>()) return &rows->frame;
  return nullptr;
}

// The same kind of value with another frame.
Value WithFrame(const Value& value, Frame frame) {
  auto shared = std::make_shared<const Frame>(std::move(frame));
  if (value.Is<EachRow>()) return EachRow{std::move(shared)};
  return NamedFrame{std::move(shared), value.As<NamedFrame>()->name};
}

Value Whole(Value value, Communicator& ranks) {
  const FramePtr* frame = FrameOf(value);
  if (frame == nullptr || (*frame)->layout().ranks() == 1) return value;
  return WithFrame(value, GatherFrame(**frame, ranks));
}

}  // namespace

bool FitTogether(const std::vector<Value>& arguments) {
  const Layout* layout = nullptr;
  for (const Value& argument : arguments) {
    const FramePtr* frame = FrameOf(argument);
    if (frame == nullptr) continue;
    if (layout != nullptr && !(*layout == (*frame)->layout())) return false;
    layout = &(*frame)->layout();
  }
  // The cell of a single row is read by every rank.
  return layout == nullptr || layout->ranks() == 1 || layout->rows() > 1;
}

bool MakeFit(std::vector<Value>& arguments, Evaluator& evaluator) {
  Communicator& ranks = evaluator.context().ranks;
  const Frame* first = nullptr;
  bool over_ranks = false;
  for (const Value& argument : arguments) {
    const FramePtr* frame = FrameOf(argument);
    if (frame == nullptr) continue;
    over_ranks = over_ranks || (*frame)->layout().ranks() > 1;
    if (first == nullptr && (*frame)->rows() > 1) first = frame->get();
  }
  if (first == nullptr || !over_ranks) return false;
  for (const Value& argument : arguments) {
    const FramePtr* frame = FrameOf(argument);
    if (frame == nullptr) continue;
    if ((*frame)->rows() != first->rows() && (*frame)->rows() != 1) return false;
  }
  const LayoutPtr layout =
      first->layout().ranks() > 1 ? first->layout_ptr() : SharedOut(first->layout(), ranks);
  for (Value& argument : arguments) {
    const FramePtr* frame = FrameOf(argument);
    if (frame == nullptr) continue;
    if ((*frame)->rows() == 1) {
      argument = Whole(std::move(argument), ranks);
    } else if (!((*frame)->layout() == *layout)) {
      argument = WithFrame(argument, RecutOverRanks(**frame, layout, ranks));
    }
  }
  return true;
}

void MakeSingleRowsWhole(std::vector<Value>& arguments, Evaluator& evaluator) {
  for (Value& argument : arguments) {
    const FramePtr* frame = FrameOf(argument);
    if (frame == nullptr || (*frame)->rows() > 1) continue;
    argument = Whole(std::move(argument), evaluator.context().ranks);
  }
}

Value WithWholeRows(std::vector<Value> arguments, Evaluator& evaluator,
                    const std::function<Value(std::vector<Value>)>& run) {
  Communicator& ranks = evaluator.context().ranks;
  if (ranks.size() > 1) {
    for (Value& argument : arguments) argument = Whole(std::move(argument), ranks);
  }
  return run(std::move(arguments));
}

}  // namespace thalweg::internal
