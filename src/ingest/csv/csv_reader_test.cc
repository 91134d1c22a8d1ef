#include "ingest/csv/csv_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "cluster/local/test_ranks_for_test.h"
#include "ingest/csv/frame_text_for_test.h"
#include "ingest/csv/memory_input_for_test.h"
#include "ingest/csv/parse_over_ranks_for_test.h"

namespace thalweg {
namespace {

using internal::FrameText;
using internal::MemoryInput;
using ::testing::HasSubstr;

ParseResult Parse(const std::string& text, const ParseOptions& options = {}, size_t threads = 2,
                  size_t read_bytes = 0) {
  const CsvInput input = MemoryInput("text", text, read_bytes);
  if (TestRanks() > 1) {
    return internal::ParseOverRanks({input}, options, {.ranks = TestRanks(), .threads = threads});
  }
  ThreadPool pool(threads);
  return ReadCsvInputs({input}, options, pool);
}

// A table with every type, longer than what is sampled.
std::string LongTable(size_t rows, uint64_t seed) {
  Random random(seed);
  std::string text = "id,price,city,day,note,uuid\n";
  for (size_t r = 0; r < rows; ++r) {
    text += fmt::format(
        "{},{:.{}f},city{},2020-{:02}-{:02},\"n{} \"\"q\"\"\",00000000-0000-0000-0000-{:012x}\n",
        random.Below(100000), random.Normal() * 100, 1 + random.Below(3), random.Below(50),
        1 + random.Below(12), 1 + random.Below(28), random.Next() % 1000000,
        random.Below(1u << 30));
  }
  return text;
}

TEST(CsvReader, SameFrameForAllChunksAndThreads) {
  const std::string text = LongTable(3000, 1);
  const ParseResult whole = Parse(text, {}, 1);
  const std::string expected = FrameText(whole.frame);
  EXPECT_THAT(expected, HasSubstr("id:int|price:real|city:enum|day:time|note:string|uuid:uuid|"));
  for (const int64_t chunk_bytes : {1, 2, 3, 10, 100, 1000, 12345, 1000000}) {
    for (const size_t threads : {1, 2, 3, 5}) {
      if (chunk_bytes < 10 && threads > 2) continue;
      ParseOptions options;
      options.chunk_bytes = chunk_bytes;
      const ParseResult result = Parse(text, options, threads, threads == 3 ? 777 : 0);
      EXPECT_EQ(FrameText(result.frame), expected) << chunk_bytes << " " << threads;
      if (threads > 1) continue;
      const ParseResult again = Parse(text, options, 2);
      EXPECT_TRUE(again.frame.layout() == result.frame.layout());
      for (size_t c = 0; c < again.frame.columns(); ++c) {
        const Column& column = again.frame.column(c);
        for (size_t k = 0; k < column.chunks(); ++k) {
          EXPECT_EQ(column.chunk(k).encoding(), result.frame.column(c).chunk(k).encoding());
        }
      }
    }
  }
}

// `count` rows of `usual`, with other lines put in at some rows.
std::string WithLines(size_t count, const std::string& header, const std::string& usual,
                      const std::map<size_t, std::string>& others) {
  std::string text = header + "\n";
  for (size_t r = 1; r <= count; ++r) {
    const auto other = others.find(r);
    text += (other == others.end() ? usual : other->second) + "\n";
  }
  return text;
}

// Beyond the head that is sampled of a stream.
constexpr size_t kManyRows = 150000;

TEST(CsvReader, IntegerWidensToReal) {
  const std::string text =
      WithLines(kManyRows, "a,b", "12,7", {{120001, "2.5,7"}, {140000, "1e3,7"}});
  for (const int64_t chunk_bytes : {0, 30000}) {
    ParseOptions options;
    options.chunk_bytes = chunk_bytes;
    const ParseResult result = Parse(text, options, 3, 100000);
    ASSERT_EQ(result.frame.column(0).type(), ColumnType::kReal);
    EXPECT_EQ(result.frame.column(1).type(), ColumnType::kInteger);
    std::vector<double> cells(kManyRows);
    ReadCells(result.frame, 0, 0, std::span(cells));
    EXPECT_EQ(cells[0], 12);
    EXPECT_EQ(cells[120000], 2.5);
    EXPECT_EQ(cells[139999], 1000);
    EXPECT_EQ(cells[kManyRows - 1], 12);
    EXPECT_THAT(result.report.columns[0].why,
                HasSubstr("widened to real by '2.5' in row 120,001 (line 120,002)"));
    EXPECT_TRUE(result.report.warnings.empty());
  }
}

TEST(CsvReader, NumberWidensToString) {
  const std::string text = WithLines(kManyRows, "a,b", "012,7",
                                     {{110000, "0.50,7"}, {120001, "none,7"}, {130000, "x,7"}});
  for (const size_t threads : {1, 2, 3}) {
    ParseOptions options;
    options.chunk_bytes = 20000;
    const ParseResult result = Parse(text, options, threads, 100000);
    ASSERT_EQ(result.frame.column(0).type(), ColumnType::kString);
    EXPECT_EQ(result.frame.column(1).type(), ColumnType::kInteger);
    std::vector<std::string_view> cells(kManyRows);
    ReadCells(result.frame, 0, 0, std::span(cells));
    // The text as it stands in the file.
    EXPECT_EQ(cells[0], "012");
    EXPECT_EQ(cells[109999], "0.50");
    EXPECT_EQ(cells[120000], "none");
    EXPECT_THAT(result.report.columns[0].why, HasSubstr("'none' in row 120,001 (line 120,002)"));
    ASSERT_EQ(result.report.warnings.size(), 1u);
    EXPECT_THAT(result.report.warnings[0], HasSubstr("add it to na_strings"));
  }
}

TEST(CsvReader, TimeAndUuidWidenToString) {
  const std::string uuid = "123e4567-e89b-12d3-a456-426614174000";
  const std::string text =
      WithLines(kManyRows / 3, "t,u", "2020-01-01," + uuid, {{49000, "soon,none"}});
  const ParseResult result = Parse(text, {}, 2, 100000);
  EXPECT_EQ(result.frame.column(0).type(), ColumnType::kString);
  EXPECT_EQ(result.frame.column(1).type(), ColumnType::kString);
}

TEST(CsvReader, ColumnWithoutSampledValuesTakesTheTypeOfItsFirstValue) {
  const std::string text =
      WithLines(kManyRows, "n,a,b,c,d", "1,,,,",
                {{130000, "1,x,2020-01-01,5,"}, {140000, "1,y,2020-01-02,2.5,"}});
  const ParseResult result = Parse(text, {}, 2, 100000);
  EXPECT_EQ(result.frame.column(1).type(), ColumnType::kCategorical);
  EXPECT_EQ(result.frame.column(2).type(), ColumnType::kTime);
  EXPECT_EQ(result.frame.column(3).type(), ColumnType::kReal);
  EXPECT_EQ(result.frame.column(4).type(), ColumnType::kReal);
  EXPECT_EQ(result.report.columns[4].why, "no cell has a value");
  EXPECT_EQ(result.report.columns[1].missing, static_cast<int64_t>(kManyRows) - 2);
}

TEST(CsvReader, TypesAreGuessedFromSpotsOverTheWholeFile) {
  // Mapped: the text that begins in the second half is seen before parsing.
  std::string text = "a,b\n";
  for (size_t r = 0; r < kManyRows; ++r) text += r < kManyRows / 2 ? "12,7\n" : "x,7\n";
  const ParseResult result = Parse(text);
  EXPECT_EQ(result.frame.column(0).type(), ColumnType::kCategorical);
  EXPECT_THAT(result.report.columns[0].why, HasSubstr("are numbers, but 'x' is not"));
}

TEST(CsvReader, MoreLevelsThanAllowedInAnyThread) {
  std::string text = "a\n";
  for (size_t r = 0; r < 3000; ++r) text += fmt::format("level{}\n", r % 1000);
  for (const size_t threads : {1, 2, 3}) {
    ParseOptions options;
    options.chunk_bytes = 1000;
    options.max_levels = 1000;
    options.header = Toggle::kTrue;
    EXPECT_EQ(Parse(text, options, threads).frame.column(0).type(), ColumnType::kCategorical);
    options.max_levels = 999;
    EXPECT_EQ(Parse(text, options, threads).frame.column(0).type(), ColumnType::kString);
  }
}

TEST(CsvReader, RejectedCellsAreCountedAndTheFirstHundredListed) {
  std::string text = "a,b\n";
  for (size_t r = 1; r <= 5000; ++r) text += r % 10 == 0 ? "x,y\n" : "1,2\n";
  ParseOptions options;
  options.column_types = {"a=int", "b=real"};
  options.chunk_bytes = 500;
  const ParseResult result = Parse(text, options, 3);
  EXPECT_EQ(result.report.columns[0].rejected, 500);
  EXPECT_EQ(result.report.columns[0].missing, 500);
  EXPECT_EQ(result.report.columns[1].rejected, 500);
  ASSERT_EQ(result.report.rejected.size(), 100u);
  for (size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(result.report.rejected[i].row, static_cast<int64_t>(i / 2 * 10 + 10));
    EXPECT_EQ(result.report.rejected[i].line, static_cast<int64_t>(i / 2 * 10 + 11));
    EXPECT_EQ(result.report.rejected[i].column, i % 2 == 0 ? "a" : "b");
  }
}

TEST(CsvReader, ThousandsOfColumns) {
  std::string text;
  constexpr size_t kColumns = 9000;
  for (int row = 0; row < 5; ++row) {
    for (size_t c = 0; c < kColumns; ++c) {
      if (c > 0) text += ',';
      text += std::to_string(c * 7 % 1000 + static_cast<size_t>(row));
    }
    text += '\n';
  }
  const ParseResult result = Parse(text);
  ASSERT_EQ(result.frame.columns(), kColumns);
  ASSERT_EQ(result.frame.rows(), 5);
  EXPECT_EQ(result.frame.name(8999), "C9000");
  std::vector<int64_t> cells(5);
  ReadCells(result.frame, 8999, 0, std::span(cells));
  EXPECT_EQ(cells[4], 8999 * 7 % 1000 + 4);
}

TEST(CsvReader, VeryLongCell) {
  const std::string cell(3'000'000, 'x');
  const std::string text = "a,b\n1,\"" + cell + "\n" + cell + "\"\n2,y\n";
  ParseOptions options;
  options.column_types = {"b=string"};
  options.chunk_bytes = 100;
  for (const size_t read_bytes : {0, 65536}) {
    const ParseResult result = Parse(text, options, 2, read_bytes);
    std::vector<std::string_view> cells(2);
    ReadCells(result.frame, 1, 0, std::span(cells));
    EXPECT_EQ(cells[0].size(), 6'000'001u);
    EXPECT_EQ(cells[1], "y");
  }
}

TEST(CsvReader, TextThatIsNotUtf8IsReadAsLatin1AndTold) {
  std::string text = "a,b\n";
  for (int r = 0; r < 100; ++r) text += "1,caf\xc3\xa9\n";
  EXPECT_TRUE(Parse(text).report.warnings.empty());
  text += "2,caf\xe9\n";
  ParseOptions options;
  options.chunk_bytes = 50;
  const ParseResult result = Parse(text, options);
  ASSERT_EQ(result.report.warnings.size(), 1u);
  EXPECT_THAT(result.report.warnings[0], HasSubstr("text, line 102: not valid UTF-8"));
  // The same level in both encodings.
  EXPECT_EQ(result.frame.column(1).domain()->levels(), (std::vector<std::string>{"caf\xc3\xa9"}));
  std::vector<int64_t> codes(101);
  ReadCells(result.frame, 1, 0, std::span(codes));
  EXPECT_EQ(codes, std::vector<int64_t>(101, 0));

  options.column_types = {"b=string"};
  const ParseResult strings = Parse(text, options);
  std::vector<std::string_view> cells(101);
  ReadCells(strings.frame, 1, 0, std::span(cells));
  for (const std::string_view cell : cells) EXPECT_EQ(cell, "caf\xc3\xa9");
}

TEST(CsvReader, Cancelled) {
  CancelToken token;
  token.Cancel();
  ThreadPool pool(2);
  EXPECT_THROW(ReadCsvInputs({MemoryInput("text", LongTable(100, 1))}, {}, pool,
                             {.progress = nullptr, .cancel = &token}),
               Cancelled);
}

class Listener : public ProgressListener {
 public:
  void Update(const ProgressUpdate& update) override { updates.push_back(update); }
  std::vector<ProgressUpdate> updates;
};

TEST(CsvReader, ReportsProgress) {
  Listener listener;
  ThreadPool pool(2);
  ParseOptions options;
  options.chunk_bytes = 1000;
  ReadCsvInputs({MemoryInput("text", LongTable(1000, 1))}, options, pool,
                {.progress = &listener, .cancel = nullptr});
  ASSERT_GT(listener.updates.size(), 10u);
  double before = 0;
  for (const ProgressUpdate& update : listener.updates) {
    EXPECT_GE(update.fraction, before);
    before = update.fraction;
  }
  EXPECT_GT(before, 0.9);
  EXPECT_EQ(listener.updates.back().message, "parsing text");
}

TEST(CsvReader, FailureWhileReadingIsTold) {
  class Broken : public ByteSource {
   public:
    size_t Read(std::span<char> out) override {
      if (left_ == 0) throw UserError("text.gz: truncated");
      const size_t count = std::min(out.size(), left_);
      for (size_t i = 0; i < count; ++i) out[i] = i % 2 == 0 ? '1' : '\n';
      left_ -= count;
      return count;
    }
    const std::string& name() const override { return name_; }
    uint64_t position() const override { return 0; }
    uint64_t size() const override { return 100; }

   private:
    std::string name_ = "text.gz";
    size_t left_ = 3'000'000;
  };
  for (const size_t threads : {1, 3}) {
    ThreadPool pool(threads);
    EXPECT_THROW(ReadCsvInputs({{"text.gz", [] { return std::make_unique<Broken>(); }}}, {}, pool),
                 UserError);
  }
}

}  // namespace
}  // namespace thalweg
