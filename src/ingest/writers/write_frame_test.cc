#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "base/error.h"
#include "base/file.h"
#include "base/temporary_folder_for_test.h"
#include "ingest/parse.h"
#include "ingest/parse_on_test_ranks_for_test.h"
#include "ingest/random_frame_for_test.h"
#include "ingest/writers/csv_writer.h"

namespace thalweg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class WriteFrameTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_.Path(name); }
  size_t Files() const { return folder_.Files(); }

  ThreadPool pool_{2};

 private:
  TemporaryFolder folder_{"write"};
};

TEST_F(WriteFrameTest, TypedFormatsReadBackTheSame) {
  for (const char* name : {"x.parquet", "x.arrow"}) {
    for (uint64_t seed = 0; seed < 30; ++seed) {
      SCOPED_TRACE(std::string(name) + " " + std::to_string(seed));
      const Frame frame = RandomFrame(seed, seed < 5 ? static_cast<int64_t>(seed) + 1 : 3000);
      WriteFrame(frame, Path(name), pool_);
      const ParseResult result = ParseOnTestRanks({Path(name)}, {}, pool_);
      EXPECT_EQ(result.report.rows, frame.rows());
      EXPECT_TRUE(result.report.warnings.empty());
      ExpectSameFrame(frame, result.frame);
    }
  }
  EXPECT_EQ(Files(), 2);
}

TEST_F(WriteFrameTest, LargeFramesOfManyBatches) {
  const Frame frame = RandomFrame(1, 400'000, {.awkward_texts = false});
  for (const char* name : {"x.parquet", "x.arrow"}) {
    WriteFrame(frame, Path(name), pool_);
    ExpectSameFrame(frame, ParseOnTestRanks({Path(name)}, {}, pool_).frame);
  }
}

TEST_F(WriteFrameTest, FramesWithoutRowsOrColumns) {
  const Frame none = RandomFrame(1, 10).Slice(0, 0);
  for (const char* name : {"x.parquet", "x.arrow"}) {
    WriteFrame(none, Path(name), pool_);
    ExpectSameFrame(none, ParseOnTestRanks({Path(name)}, {}, pool_).frame);
  }
}

TEST_F(WriteFrameTest, CsvReadsBackTheSame) {
  for (const char* name : {"x.csv", "x.csv.gz"}) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
      SCOPED_TRACE(std::string(name) + " " + std::to_string(seed));
      // CSV says nothing of types and levels: the types are given, the levels come sorted.
      Frame frame = RandomFrame(seed, 500);
      WriteFrame(frame, Path(name), pool_);
      ParseOptions options;
      options.header = Toggle::kTrue;
      options.column_types = {"int", "int", "real", "enum", "time", "string", "uuid"};
      const Frame back = ParseOnTestRanks({Path(name)}, options, pool_).frame;
      const size_t position = frame.IndexOf("enum");
      const auto& levels = frame.column(position).domain()->levels();
      const auto& back_levels = back.column(position).domain()->levels();
      const auto codes = CellsOf<int64_t>(frame, position);
      const auto back_codes = CellsOf<int64_t>(back, position);
      ASSERT_EQ(codes.size(), back_codes.size());
      for (size_t row = 0; row < codes.size(); ++row) {
        ASSERT_EQ(codes[row] == kMissingInt, back_codes[row] == kMissingInt);
        if (codes[row] == kMissingInt) continue;
        ASSERT_EQ(levels[static_cast<size_t>(codes[row])],
                  back_levels[static_cast<size_t>(back_codes[row])]);
      }
      const std::vector<size_t> without = {position};
      ExpectSameFrame(frame.Without(without), back.Without(without));
    }
  }
}

TEST_F(WriteFrameTest, CsvText) {
  const auto column = [](std::vector<double> cells) {
    return std::make_shared<Column>(ColumnType::kReal, std::vector{EncodeReals(cells)});
  };
  const std::vector<std::string_view> texts = {"NA", {}, "", "a,\"b\"", "# x", " y"};
  const Frame frame(
      std::make_shared<Layout>(std::vector<int64_t>{0, 6}), {"x,y", "text"},
      {column({1, 0.1, -0.0, kMissingReal, 1e22, -1.5e-7}),
       std::make_shared<Column>(ColumnType::kString, std::vector{EncodeStrings(texts)})});
  WriteFrame(frame, Path("x.csv"), pool_);
  EXPECT_EQ(ReadWholeFile(Path("x.csv")),
            "\"x,y\",text\n1,\"NA\"\n0.1,\n-0,\"\"\n,\"a,\"\"b\"\"\"\n1e+22,\"# x\"\n"
            "-1.5e-07,\" y\"\n");
  const std::vector<size_t> first = {0};
  WriteFrame(frame.Select(first), Path("one.csv"), pool_);
  EXPECT_EQ(ReadWholeFile(Path("one.csv")), "\"x,y\"\n1\n0.1\n-0\nNA\n1e+22\n-1.5e-07\n");
}

TEST_F(WriteFrameTest, CsvInTheStyleOfJava) {
  const auto column = [](std::vector<double> cells) {
    return std::make_shared<Column>(ColumnType::kReal, std::vector{EncodeReals(cells)});
  };
  const std::vector<std::string_view> texts = {"NA", {}, "", "a,\"b\"", "# x", "y", "z"};
  const std::vector<int64_t> times = {0, -1, kMissingInt, 1577836800000, 1, 2, 3};
  const Frame frame(
      std::make_shared<Layout>(std::vector<int64_t>{0, 7}), {"r", "n", "t", "when"},
      {column({0.1, 20, -0.0, 1e7, 1.5e-5, 1e-300, 9999999.5}),
       column({1, 2, 3, kMissingReal, 5, 1e15, 7}),
       std::make_shared<Column>(ColumnType::kString, std::vector{EncodeStrings(texts)}),
       std::make_shared<Column>(ColumnType::kTime, std::vector{EncodeIntegers(times)})});
  std::string text;
  internal::WriteCsv(frame, false, [&](std::string_view bytes) { text += bytes; }, pool_, {},
                     {.quote_names = true,
                      .quote_texts = true,
                      .java_reals = true,
                      .times_as_milliseconds = true,
                      .lonely_missing = ""});
  EXPECT_EQ(text,
            "\"r\",\"n\",\"t\",\"when\"\n0.1,1,\"NA\",0\n20.0,2,,-1\n-0.0,3,\"\",\n"
            "1.0E7,,\"a,\"\"b\"\"\",1577836800000\n1.5E-5,5,\"# x\",1\n"
            "1.0E-300,1000000000000000,\"y\",2\n9999999.5,7,\"z\",3\n");
}

TEST_F(WriteFrameTest, OutputDoesNotDependOnThreads) {
  const Frame frame = RandomFrame(3, 100'000);
  for (const char* name : {"x.csv", "x.csv.gz", "x.arrow", "x.parquet"}) {
    ThreadPool one(1);
    ThreadPool five(5);
    WriteFrame(frame, Path(name), one);
    const std::string bytes = ReadWholeFile(Path(name));
    WriteFrame(frame, Path(name), five);
    EXPECT_TRUE(bytes == ReadWholeFile(Path(name))) << name;
  }
}

TEST_F(WriteFrameTest, NamesWithoutFormatAreRefused) {
  const Frame frame = RandomFrame(3, 10);
  for (const char* name : {"x.txt", "x", "x.parquet.gz"}) {
    try {
      WriteFrame(frame, Path(name), pool_);
      ADD_FAILURE() << name;
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr(name), HasSubstr(".parquet")));
    }
  }
  EXPECT_THROW(WriteFrame(frame, Path("no/such/folder.csv"), pool_), UserError);
  EXPECT_EQ(Files(), 0);
}

// A limit on the size of files stands in for a full disk: both make write() fail part of the way.
TEST_F(WriteFrameTest, FailedWritesLeaveNothing) {
  const Frame frame = RandomFrame(3, 100'000);
  for (const char* name : {"x.csv", "x.csv.gz", "x.arrow", "x.parquet"}) {
    WriteWholeFile(Path(name), "what was there before");
    rlimit before = {};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 500'000;
    setrlimit(RLIMIT_FSIZE, &small);
    std::string message;
    try {
      WriteFrame(frame, Path(name), pool_);
    } catch (const UserError& error) {
      message = error.what();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    EXPECT_THAT(message, AllOf(StartsWith(Path(name)), HasSubstr("cannot write"),
                               HasSubstr("File too large")));
    EXPECT_EQ(ReadWholeFile(Path(name)), "what was there before");
  }
  EXPECT_EQ(Files(), 4);
}

TEST_F(WriteFrameTest, CancelledWritesLeaveNothing) {
  const Frame frame = RandomFrame(3, 1000);
  CancelToken cancel;
  cancel.Cancel();
  for (const char* name : {"x.csv", "x.arrow", "x.parquet"}) {
    EXPECT_THROW(WriteFrame(frame, Path(name), pool_, {.cancel = &cancel}), Cancelled);
  }
  EXPECT_EQ(Files(), 0);
}

}  // namespace
}  // namespace thalweg
