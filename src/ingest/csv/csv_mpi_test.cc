// Files parsed by processes.
#include <gtest/gtest.h>

#include "base/json.h"
#include "cluster/mpi/mpi_ranks_for_test.h"
#include "ingest/csv/frame_text_for_test.h"
#include "ingest/parse.h"
#include "mapreduce/gather_frame.h"

namespace thalweg {
namespace {

class ParsedByProcesses : public testing::TestWithParam<const char*> {};

TEST_P(ParsedByProcesses, IsWhatOneProcessParses) {
  const std::string path = std::string(THALWEG_SOURCE_DIR) + "/data/" + GetParam();
  ParseOptions options;
  options.chunk_bytes = 20000;
  ThreadPool pool(1);
  ParseResult whole = ParseFiles({path}, options, pool);
  RunMpiRanks(
      [&](Communicator& ranks) {
        ParseResult result = ParseFiles({path}, options, pool, {}, {}, &ranks);
        EXPECT_EQ(result.frame.layout().ranks(), static_cast<size_t>(ranks.size()));
        const Frame gathered = GatherFrame(result.frame, ranks);
        EXPECT_TRUE(gathered.layout().SameCuts(whole.frame.layout()));
        EXPECT_EQ(internal::FrameText(gathered), internal::FrameText(whole.frame));
        result.report.seconds = whole.report.seconds;
        EXPECT_EQ(FormatJson(result.report.ToJson()), FormatJson(whole.report.ToJson()));
      },
      std::chrono::minutes(1));
}

INSTANTIATE_TEST_SUITE_P(Data, ParsedByProcesses,
                         testing::Values("prostate/prostate.csv",
                                         "airlines/allyears2k_headers.zip"));

}  // namespace
}  // namespace thalweg
