// Files as the ranks of a test read them (cluster/local/test_ranks_for_test.h).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ingest/parse.h"
#include "mapreduce/gathered_for_test.h"

namespace thalweg {

// As ParseFiles; the frame is whole, the report rank 0's.
inline ParseResult ParseOnTestRanks(const std::vector<std::string>& paths,
                                    const ParseOptions& options, ThreadPool& pool,
                                    const WorkContext& context = {},
                                    const ExpectedTypes& expected = {}) {
  if (TestRanks() == 1) return ParseFiles(paths, options, pool, context, expected);
  ParseReport report;
  Frame frame = Gathered(TestRanks(), pool.size(), [&](Communicator& ranks, ThreadPool& own) {
    ParseResult result = ParseFiles(paths, options, own,
                                    ranks.rank() == 0 ? context : WorkContext(), expected, &ranks);
    if (ranks.rank() == 0) report = std::move(result.report);
    return result.frame;
  });
  return {std::move(frame), std::move(report)};
}

}  // namespace thalweg
