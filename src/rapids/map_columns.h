// Column-by-column work.
#pragma once

#include <utility>
#include <vector>

#include "rapids/primitive.h"

namespace thalweg::internal {

// The frame of argument 0 with map(layout, column) for every column, names as they are.
template <class Map>
Value MapColumns(const Arguments& arguments, Evaluator& /*evaluator*/, Map map) {
  const FramePtr frame = arguments.FrameAt(0);
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame->columns(); ++c) {
    columns.push_back(map(frame->layout(), frame->column_ptr(c)));
  }
  auto mapped =
      std::make_shared<const Frame>(frame->layout_ptr(), frame->names(), std::move(columns));
  if (arguments.EachRowAt(0)) return EachRow{std::move(mapped)};
  return NamedFrame{std::move(mapped), {}};
}

}  // namespace thalweg::internal
