#include "mapreduce/rollups.h"

#include <cmath>
#include <cstring>
#include <span>
#include <string>

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

void Join(const Part& part, Part* whole) {
  whole->missing += part.missing;
  whole->integral = whole->integral && part.integral;
  internal::Join(part.moments, &whole->moments);
}

// What joining begins with, for each column.
std::vector<Part> NoRows(const Frame& frame) {
  std::vector<Part> columns(frame.columns());
  for (size_t i = 0; i < columns.size(); ++i) {
    columns[i].integral = IsNumeric(frame.column(i).type());
  }
  return columns;
}

Part Measure(const Column& column, size_t c) {
  const Chunk& chunk = column.chunk(c);
  Part part{.missing = chunk.missing()};
  if (IsNumeric(column.type())) {
    part.integral = chunk.integral();
    part.moments = internal::MeasureChunk(chunk);
  }
  return part;
}

std::vector<Rollups> Finish(const std::vector<Part>& columns, int64_t rows) {
  std::vector<Rollups> rollups;
  rollups.reserve(columns.size());
  for (const Part& whole : columns) rollups.push_back(Finish(whole, rows));
  return rollups;
}

}  // namespace

std::vector<Rollups> ComputeRollups(const Frame& frame, ThreadPool& pool) {
  // All chunks of all columns are tasks, so that frames of one long column and of many short ones
  // keep all threads busy alike.
  const size_t chunks = frame.layout().chunks();
  const std::vector<Part> columns = MapReduce(
      frame.columns() * chunks, pool, NoRows(frame),
      [&](size_t task) { return Measure(frame.column(task / chunks), task % chunks); },
      [&](size_t task, const Part& part, std::vector<Part>* wholes) {
        Join(part, &(*wholes)[task / chunks]);
      });
  return Finish(columns, frame.rows());
}

std::vector<Rollups> ComputeRollups(const Frame& part, Communicator& ranks, ThreadPool& pool) {
  // A rank without rows has a chunk that is none of the whole frame.
  const size_t chunks = part.rows() == 0 ? 0 : part.layout().chunks();
  std::vector<Part> own(part.columns() * chunks);
  pool.Run(own.size(), [&](size_t task, size_t /*thread*/) {
    own[task] = Measure(part.column(task / chunks), task % chunks);
  });
  std::vector<Part> columns = NoRows(part);
  for (const std::string& bytes :
       ranks.AllGather({reinterpret_cast<const char*>(own.data()), own.size() * sizeof(Part)})) {
    std::vector<Part> theirs(bytes.size() / sizeof(Part));
    if (!theirs.empty()) std::memcpy(theirs.data(), bytes.data(), bytes.size());
    const size_t count = columns.empty() ? 0 : theirs.size() / columns.size();
    for (size_t i = 0; i < columns.size(); ++i) {
      for (size_t c = 0; c < count; ++c) Join(theirs[i * count + c], &columns[i]);
    }
  }
  int64_t rows = part.rows();
  ranks.AllReduceSum(std::span<int64_t>(&rows, 1));
  return Finish(columns, rows);
}

}  // namespace thalweg
