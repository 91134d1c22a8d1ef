// Between long and wide frames: pivot and melt.
#include "mapreduce/reshape.h"
#include "mapreduce/frame_parts.h"

#include <algorithm>

#include "mapreduce/gather_frame.h"
#include "mapreduce/gather_rows.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"
#include "rapids/selection.h"

namespace thalweg::internal {
namespace {

// A column of numbers as reals; its chunks stay.
ColumnPtr AsReals(const Column& column) {
  std::vector<ChunkPtr> chunks;
  for (size_t c = 0; c < column.chunks(); ++c) chunks.push_back(column.chunk_ptr(c));
  return std::make_shared<const Column>(ColumnType::kReal, std::move(chunks));
}

}  // namespace

Value PivotFrame(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const size_t index = SelectColumn(arguments, 1, *frame);
  const size_t column = SelectColumn(arguments, 2, *frame);
  const size_t value = SelectColumn(arguments, 3, *frame);
  const Layout& layout = frame->layout();
  if (layout.ranks() == 1) return Pivot(*frame, index, column, value, evaluator.pool());
  // Each rank gives the rows that decide, in these columns.
  std::vector<size_t> positions = {index, column, value};
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  const auto place = [&](size_t position) {
    return static_cast<size_t>(std::find(positions.begin(), positions.end(), position) -
                               positions.begin());
  };
  const Frame narrow = frame->Select(positions);
  const auto own = RowsForPivot(OwnPart(*frame, evaluator.context().ranks), index, column, value,
                                evaluator.pool());
  std::vector<uint8_t> keep(static_cast<size_t>(layout.rows()));
  std::copy(own.begin(), own.end(),
            keep.begin() + layout.ChunkStart(OwnChunks(layout, evaluator).begin));
  const Frame deciding = GatherFrame(KeepRows(narrow, keep, evaluator), evaluator.context().ranks);
  return Pivot(deciding, place(index), place(column), place(value), evaluator.pool());
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
  if (frame->layout().ranks() == 1) return Melt(*frame, options, evaluator.pool());
  // The ranks may share one machine.
  RequireMeltMemory(frame->rows(), options.values.size());
  // Each rank its rows; whether all values are whole numbers only all ranks know.
  const Frame mine = Melt(OwnPart(*frame, evaluator.context().ranks), options, evaluator.pool());
  const size_t last = mine.columns() - 1;
  const Frame all =
      PlaceParts(mine.WithReplaced(last, AsReals(mine.column(last))), evaluator.context().ranks);
  const Frame cut = CutAnew(all, *ResultLayout(all.rows()), evaluator);
  return cut.WithReplaced(last, AsNumericColumn(cut.column(last), evaluator));
}

}  // namespace thalweg::internal
