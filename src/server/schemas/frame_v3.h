// Frames on the wire: FramesV3, FrameV3, ColV3.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "base/json.h"
#include "frame/frame.h"
#include "mapreduce/column_summary.h"

namespace thalweg {

// What the clients ask for of a frame; also what every FramesV3 repeats.
struct FrameRequest {
  std::string frame_id;
  std::string column;
  int64_t row_offset = 0;
  int64_t row_count = -1;
  int64_t column_offset = 0;
  int64_t full_column_count = -1;
  int64_t column_count = -1;
  bool find_compatible_models = false;
};
template <>
inline constexpr auto kFields<FrameRequest> = std::tuple{
    Field<&FrameRequest::frame_id>({.name = "frame_id", .help = "Name of the frame."}),
    Field<&FrameRequest::column>({.name = "column", .help = "Name of one column."}),
    Field<&FrameRequest::row_offset>(
        {.name = "row_offset", .help = "First row to send.", .min = 0}),
    Field<&FrameRequest::row_count>(
        {.name = "row_count", .help = "Rows to send; -1 means 100.", .min = -1}),
    Field<&FrameRequest::column_offset>(
        {.name = "column_offset", .help = "First column to send.", .min = 0}),
    Field<&FrameRequest::full_column_count>({.name = "full_column_count",
                                             .help = "Columns to send with their cells; the others "
                                                     "of column_count come without. -1 means all.",
                                             .min = -1}),
    Field<&FrameRequest::column_count>(
        {.name = "column_count", .help = "Columns to send; -1 means all.", .min = -1}),
    Field<&FrameRequest::find_compatible_models>(
        {.name = "find_compatible_models",
         .help = "Name the models whose predictors the frame has, too."}),
};

// The part of a frame that a request means, cut at the frame's ends.
struct FrameWindow {
  int64_t row_begin = 0;
  int64_t row_end = 0;
  size_t column_begin = 0;
  size_t column_end = 0;
  size_t full_end = 0;  // columns from here on come without their cells
};
FrameWindow WindowOf(const FrameRequest& request, const Frame& frame);

// "int", "real", "enum", "string", "time", "uuid": a column of reals that are all integers is an
// int one to the clients.
std::string_view WireColumnType(ColumnType type, bool integral);

// The percentiles that a summary has.
inline constexpr std::array<double, 17> kWirePercentiles = {0.001,   0.01, 0.1, 0.2,  0.25,    0.3,
                                                            1.0 / 3, 0.4,  0.5, 0.6,  2.0 / 3, 0.7,
                                                            0.75,    0.8,  0.9, 0.99, 0.999};

// Figures that cost more than the summary; sent only where they are asked for.
struct ColumnDetail {
  std::vector<double> percentiles;
  std::vector<int64_t> histogram;
  double histogram_base = 0;
  double histogram_stride = 0;
};

// One column: its cells as `page` holds them (an array, of text for string and UUID columns, else
// of numbers). `summary` may be null (nothing is told then); `detail`, too. Levels are written into
// the finished text (level_text.h).
JsonObject ColumnJson(std::string_view name, const Column& column, const ColumnSummary* summary,
                      Json page, const ColumnDetail* detail);

// A frame with the columns given; name empty: a part of a frame without a name of its own.
struct FrameHead {
  std::string name = {};
  int64_t rows = 0;
  size_t all_columns = 0;
  size_t bytes = 0;
  uint64_t checksum = 0;
};
JsonObject FrameJson(const FrameHead& head, const FrameRequest& request, const FrameWindow& window,
                     JsonArray columns);

// FramesV3 around `frames` (null where there are none to show).
JsonObject FramesJson(const FrameRequest& request, Json frames);

// FrameSynopsisV3: an element of GET /3/Frames.
JsonObject FrameSynopsisJson(std::string_view name, int64_t rows, size_t columns, size_t bytes,
                             bool is_text);

}  // namespace thalweg
