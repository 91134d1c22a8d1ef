// A CSV parse on several ranks of this process (tests).
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "cluster/local/local_ranks.h"
#include "ingest/csv/frame_text_for_test.h"
#include "ingest/csv/plan.h"
#include "ingest/csv/read_planned.h"
#include "mapreduce/gather_frame.h"

namespace thalweg::internal {

struct OverRanks {
  int ranks = 1;
  size_t threads = 1;  // of each
  // CsvPlan::look_back_bytes; the less, the more often ranks begin at wrong places.
  size_t look_back_bytes = 8;
};

// What came of it on rank 0, the frame gathered; all other ranks must have got the same. Throws
// what rank 0 threw.
inline ParseResult ParseOverRanks(const std::vector<CsvInput>& inputs, const ParseOptions& options,
                                  const OverRanks& how) {
  std::mutex mutex;
  std::vector<std::optional<ParseResult>> results(static_cast<size_t>(how.ranks));
  RunLocalRanks(how.ranks, [&](Communicator& ranks) {
    ThreadPool pool(how.threads);
    CsvPlan plan = MakePlan(inputs, options, {});
    plan.look_back_bytes = how.look_back_bytes;
    ParseResult result = ReadPlanned(std::move(plan), pool, {}, &ranks);
    const size_t owners = result.frame.layout().ranks();
    result.frame = GatherFrame(result.frame, ranks);
    const std::lock_guard lock(mutex);
    Check(owners == static_cast<size_t>(how.ranks), "every rank has its part");
    results[static_cast<size_t>(ranks.rank())] = std::move(result);
  });
  for (const auto& other : results) {
    Check(FrameText(other->frame) == FrameText(results[0]->frame), "all ranks get one frame");
    Check(FormatJson(other->report.ToJson()) == FormatJson(results[0]->report.ToJson()),
          "all ranks get one report");
  }
  return *std::move(results[0]);
}

}  // namespace thalweg::internal
