// Missing cells: finding and filling them.
#include <cmath>
#include <string>
#include <utility>

#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

ColumnPtr MissingMarks(const Layout& layout, Evaluator& evaluator, const Column& column) {
  return MakeIntegers(layout, evaluator, ColumnType::kInteger, nullptr,
                      [&](size_t chunk, std::span<int64_t> out) {
                        if (column.chunk(chunk).missing() == 0) return;
                        if (column.type() == ColumnType::kString) {
                          const auto cells = ChunkCells<std::string_view>(column, chunk);
                          for (size_t i = 0; i < out.size(); ++i)
                            out[i] = cells[i].data() == nullptr ? 1 : 0;
                        } else if (column.type() == ColumnType::kUuid) {
                          const auto cells = ChunkCells<Uuid>(column, chunk);
                          for (size_t i = 0; i < out.size(); ++i)
                            out[i] = cells[i] == kMissingUuid ? 1 : 0;
                        } else {
                          const auto cells = ChunkCells<double>(column, chunk);
                          for (size_t i = 0; i < out.size(); ++i)
                            out[i] = std::isnan(cells[i]) ? 1 : 0;
                        }
                      });
}

}  // namespace

Value IsMissing(const Arguments& arguments, Evaluator& evaluator) {
  if (const auto* number = arguments[0].As<double>()) return std::isnan(*number) ? 1.0 : 0.0;
  if (arguments[0].Is<std::string>()) return 0.0;
  const FramePtr frame = arguments.FrameAt(0);
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame->columns(); ++c) {
    names.push_back("isNA(" + frame->name(c) + ")");
    columns.push_back(MissingMarks(frame->layout(), evaluator, frame->column(c)));
  }
  auto marks =
      std::make_shared<const Frame>(frame->layout_ptr(), std::move(names), std::move(columns));
  if (arguments.EachRowAt(0)) return EachRow{std::move(marks)};
  return NamedFrame{std::move(marks), {}};
}

}  // namespace thalweg::internal
