// Summary statistics of a column.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

struct Rollups {
  int64_t rows = 0;
  int64_t missing = 0;
  int64_t zeros = 0;
  bool integral = false;
  // NaN where no cell is present (sd: fewer than 2), and for string and UUID columns.
  double min = 0;
  double max = 0;
  double mean = 0;
  double sd = 0;  // with n - 1
};

// One per column. Sums are formed per chunk and joined in chunk order (Chan et al. 1983), so that
// the result does not depend on the number of threads.
std::vector<Rollups> ComputeRollups(const Frame& frame, ThreadPool& pool);

// The same of the rows of all ranks, `part` having this rank's (frame_parts.h): on every rank, with
// the bits of one that has all chunks. A collective.
std::vector<Rollups> ComputeRollups(const Frame& part, Communicator& ranks, ThreadPool& pool);

}  // namespace thalweg
