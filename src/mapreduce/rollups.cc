#include "mapreduce/rollups.h"

#include <cmath>
#include <utility>

#include "mapreduce/cell_moments.h"
#include "mapreduce/map_reduce.h"

namespace thalweg {
namespace {

// What one chunk adds.
struct Part {
  internal::CellMoments moments = {};
  int64_t missing = 0;
  bool integral = false;
};

Rollups Finish(const Part& whole, int64_t rows) {
  const internal::CellMoments& moments = whole.moments;
  const bool any = moments.count > 0;
  return {.rows = rows,
          .missing = whole.missing,
          .zeros = moments.zeros,
          .integral = whole.integral,
          .min = any ? moments.min : kMissingReal,
          .max = any ? moments.max : kMissingReal,
          .mean = any ? moments.mean : kMissingReal,
          .sd = moments.count > 1
                    ? std::sqrt(moments.squares / static_cast<double>(moments.count - 1))
                    : kMissingReal};
}

}  // namespace

std::vector<Rollups> ComputeRollups(const Frame& frame, ThreadPool& pool) {
  // All chunks of all columns are tasks, so that frames of one long column and of many short ones
  // keep all threads busy alike.
  const size_t chunks = frame.layout().chunks();
  std::vector<Part> columns(frame.columns());
  for (size_t i = 0; i < columns.size(); ++i) {
    columns[i].integral = IsNumeric(frame.column(i).type());
  }
  columns = MapReduce(
      frame.columns() * chunks, pool, std::move(columns),
      [&](size_t task) {
        const Column& column = frame.column(task / chunks);
        const Chunk& chunk = column.chunk(task % chunks);
        Part part{.missing = chunk.missing()};
        if (IsNumeric(column.type())) {
          part.integral = chunk.integral();
          part.moments = internal::MeasureChunk(chunk);
        }
        return part;
      },
      [&](size_t task, const Part& part, std::vector<Part>* wholes) {
        Part& whole = (*wholes)[task / chunks];
        whole.missing += part.missing;
        whole.integral = whole.integral && part.integral;
        internal::Join(part.moments, &whole.moments);
      });
  std::vector<Rollups> rollups;
  rollups.reserve(columns.size());
  for (const Part& whole : columns) rollups.push_back(Finish(whole, frame.rows()));
  return rollups;
}

}  // namespace thalweg
