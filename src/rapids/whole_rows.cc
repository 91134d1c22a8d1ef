#include "rapids/whole_rows.h"

#include <utility>

#include "mapreduce/gather_frame.h"

namespace thalweg::internal {
namespace {

// Of the frame that an argument is or stands for; null where it is none.
const FramePtr* FrameOf(const Value& value) {
  if (const auto* named = value.As<NamedFrame>()) return &named->frame;
  if (const auto* rows = value.As<EachRow>()) return &rows->frame;
  return nullptr;
}

Value Whole(Value value, Communicator& ranks) {
  const FramePtr* frame = FrameOf(value);
  if (frame == nullptr || (*frame)->layout().ranks() == 1) return value;
  auto whole = std::make_shared<const Frame>(GatherFrame(**frame, ranks));
  if (value.Is<EachRow>()) return EachRow{std::move(whole)};
  return NamedFrame{std::move(whole), value.As<NamedFrame>()->name};
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

Value WithWholeRows(std::vector<Value> arguments, Evaluator& evaluator,
                    const std::function<Value(std::vector<Value>)>& run) {
  Communicator& ranks = evaluator.context().ranks;
  if (ranks.size() > 1) {
    for (Value& argument : arguments) argument = Whole(std::move(argument), ranks);
  }
  return run(std::move(arguments));
}

}  // namespace thalweg::internal
