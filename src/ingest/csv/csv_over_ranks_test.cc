// The frame and the report do not depend on the number of ranks.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "base/random.h"
#include "base/text.h"
#include "ingest/csv/memory_input_for_test.h"
#include "ingest/csv/parse_over_ranks_for_test.h"
#include "ingest/csv/pass.h"

namespace thalweg {
namespace {

using internal::FrameText;
using internal::MemoryInput;
using internal::OverRanks;
using internal::ParseOverRanks;
using ::testing::HasSubstr;

// Everything of a parse as text, or its error.
std::string Outcome(const std::vector<CsvInput>& inputs, const ParseOptions& options,
                    const OverRanks& how) {
  try {
    const ParseResult result = ParseOverRanks(inputs, options, how);
    std::string cuts;
    for (size_t i = 0; i < result.frame.layout().chunks(); ++i) {
      cuts += std::to_string(result.frame.layout().ChunkStart(i)) + " ";
    }
    return FrameText(result.frame) + cuts + FormatJson(result.report.ToJson());
  } catch (const UserError& error) {
    return error.what();
  }
}

void ExpectSame(const std::vector<CsvInput>& inputs, const ParseOptions& options,
                const std::string& trace) {
  SCOPED_TRACE(trace);
  const std::string expected = Outcome(inputs, options, {.ranks = 1});
  for (const int ranks : {2, 3, 5}) {
    for (const size_t look_back : {0, 3, 1000}) {
      const OverRanks how{.ranks = ranks,
                          .threads = ranks == 2 ? size_t{2} : size_t{1},
                          .look_back_bytes = look_back};
      EXPECT_EQ(Outcome(inputs, options, how), expected) << ranks << " " << look_back;
    }
  }
}

std::string RandomText(Random& random, std::string_view alphabet, size_t length) {
  std::string text;
  for (size_t i = 0; i < length; ++i) text += alphabet[random.Below(alphabet.size())];
  return text;
}

TEST(CsvOverRanks, RandomTexts) {
  const std::vector<std::string_view> alphabets = {
      ",\"\nab", ",\n1", ",\"\n\r a#", ",\"\"\"\n\nx", ",,\r\n", "\"\n", "abcdefghij,\n\"klmnopqr"};
  for (uint64_t i = 0; i < 300; ++i) {
    Random random(11, {i});
    ParseOptions options;
    options.separator = ",";
    options.escape = random.Below(4) == 0 ? "\\" : "";
    options.chunk_bytes = static_cast<int64_t>(1 + random.Below(60));
    std::vector<CsvInput> inputs;
    std::string trace;
    for (size_t f = 0; f <= random.Below(3); ++f) {
      const std::string text =
          "a" + RandomText(random, alphabets[random.Below(alphabets.size())], random.Below(300));
      const size_t read_bytes = random.Below(3) == 0 ? 1 + random.Below(20) : 0;
      inputs.push_back(MemoryInput("text" + std::to_string(f), text, read_bytes));
      trace += Printable(text, 1000) + " / ";
    }
    ExpectSame(inputs, options, trace + std::to_string(options.chunk_bytes));
    if (::testing::Test::HasFailure()) return;
  }
}

// Texts in quotes that look like rows, mostly line ends.
TEST(CsvOverRanks, QuotedLineEnds) {
  std::string text = "id,note,n\n";
  for (int r = 0; r < 400; ++r) {
    text += fmt::format("{},\"{}\n{},not a cell,{}\n\n\"\"{}\"\" \",{}\n", r, r, r, r, r, r % 7);
  }
  for (const int64_t chunk_bytes : {20, 100, 1000, 5000}) {
    ParseOptions options;
    options.chunk_bytes = chunk_bytes;
    ExpectSame({MemoryInput("text", text)}, options, std::to_string(chunk_bytes));
  }
}

// How often ranks read their shares again.
int RepeatsOf(const std::string& text, size_t look_back_bytes) {
  std::atomic<int> repeats{0};
  RunLocalRanks(4, [&](Communicator& ranks) {
    ThreadPool pool(1);
    ParseOptions options;
    options.chunk_bytes = 1000;
    internal::CsvPlan plan = internal::MakePlan({MemoryInput("text", text)}, options, {});
    plan.look_back_bytes = look_back_bytes;
    internal::Passes passes(plan, &ranks, pool, {});
    passes.Run({0}, true);
    repeats += passes.repeats();
  });
  return repeats;
}

TEST(CsvOverRanks, OnlySharesThatBeginAtWrongPlacesAreReadAgain) {
  std::string text;
  for (int r = 0; r < 400; ++r) text += fmt::format("\"a\n\n\n\n\n\n\n\n{}\"\n", r);
  EXPECT_GT(RepeatsOf(text, 0), 0);
  EXPECT_EQ(RepeatsOf(text, 1000), 0);
}

TEST(CsvOverRanks, OneHugeRow) {
  const std::string cell = "\"" + std::string(5000, 'x') + "\n" + std::string(5000, 'y') + "\"";
  for (const char* text : {"a,b\n1,{}\n", "a,b\n1,{}\n2,z\n3,z\n", "a,b\n0,z\n1,{}"}) {
    ParseOptions options;
    options.chunk_bytes = 100;
    ExpectSame({MemoryInput("text", fmt::format(fmt::runtime(text), cell))}, options, text);
  }
}

TEST(CsvOverRanks, FewerRowsThanRanks) {
  for (const char* text : {"a,b\n", "a,b\n1,2\n", "a,b\n1,2\n3,4", "7\n"}) {
    ParseOptions options;
    options.chunk_bytes = 1;
    ExpectSame({MemoryInput("text", text)}, options, text);
  }
}

std::string Table(size_t rows, size_t levels, uint64_t seed) {
  Random random(seed);
  std::string text = "id,price,city,day,note\n";
  for (size_t r = 0; r < rows; ++r) {
    const uint64_t level = random.Below(levels);
    text += fmt::format("{},{:.2f},level {} of a long name {},2020-{:02}-{:02},\"n\n{}\"\n", r,
                        random.Normal(), level, level * 7919, 1 + random.Below(12),
                        1 + random.Below(28), random.Next() % 1000000);
  }
  return text;
}

// More levels than travel in one message.
TEST(CsvOverRanks, LargeDomains) {
  ParseOptions options;
  options.chunk_bytes = 40000;
  options.column_types = {"city=enum"};
  const std::string text = Table(20000, 12000, 1);
  const std::string expected = Outcome({MemoryInput("text", text)}, options, {.ranks = 1});
  EXPECT_THAT(expected, HasSubstr("city:enum"));
  for (const int ranks : {2, 3}) {
    EXPECT_EQ(Outcome({MemoryInput("text", text)}, options, {.ranks = ranks}), expected);
  }
  // More than are allowed on all ranks together, though not on each.
  options.max_levels = 9000;
  const std::string strings = Outcome({MemoryInput("text", text)}, options, {.ranks = 1});
  EXPECT_THAT(strings, HasSubstr("city:string"));
  for (const int ranks : {2, 3}) {
    EXPECT_EQ(Outcome({MemoryInput("text", text)}, options, {.ranks = ranks}), strings);
  }
}

// Cells of the last rank's share decide on types of all.
TEST(CsvOverRanks, WideningAndRejectedCells) {
  std::string text = "a,b,c,d\n";
  for (int r = 0; r < 60000; ++r) text += "1,2,3,\n";
  text += "1.5,x,y,7\n1,2,z,x\n";
  ParseOptions options;
  options.chunk_bytes = 10000;
  options.column_types = {"c=int"};
  for (const size_t read_bytes : {0, 5000}) {
    const std::vector<CsvInput> inputs = {MemoryInput("text", text, read_bytes)};
    const std::string expected = Outcome(inputs, options, {.ranks = 1});
    EXPECT_THAT(expected, HasSubstr("a:real"));
    for (const int ranks : {2, 3}) EXPECT_EQ(Outcome(inputs, options, {.ranks = ranks}), expected);
  }
}

TEST(CsvOverRanks, ManyFilesStreamedAndMapped) {
  std::vector<CsvInput> inputs;
  for (size_t f = 0; f < 23; ++f) {
    inputs.push_back(MemoryInput("file" + std::to_string(f), Table(20 + 37 * (f % 5), 9, f),
                                 f % 4 == 3 ? 100 : 0));
  }
  for (const int64_t chunk_bytes : {500, 4000, 50000}) {
    ParseOptions options;
    options.chunk_bytes = chunk_bytes;
    ExpectSame(inputs, options, std::to_string(chunk_bytes));
  }
}

TEST(CsvOverRanks, ErrorsNameTheSameLine) {
  std::string text = "a,b\n";
  for (int r = 0; r < 3000; ++r) text += "\"1\n\",2\n";
  text += "\"open,2\n";
  for (int r = 0; r < 10; ++r) text += "1,2\n";
  ParseOptions options;
  options.chunk_bytes = 300;
  EXPECT_THAT(Outcome({MemoryInput("text", text)}, options, {.ranks = 1}),
              HasSubstr("text, line 6002: the quote that opens here is never closed"));
  ExpectSame({MemoryInput("text", text)}, options, "open quote");
  // Lines that end with "\r" alone.
  std::string lone = "a,b\n" + std::string(40, '\r') + "\"open";
  EXPECT_THAT(Outcome({MemoryInput("text", lone)}, {}, {.ranks = 1}), HasSubstr("text, line 42:"));
  options.chunk_bytes = 7;
  ExpectSame({MemoryInput("text", lone)}, options, "lone returns");
  ExpectSame({MemoryInput("text", lone, 5)}, options, "lone returns, streamed");
}

TEST(CsvOverRanks, RanksThatSeeOtherFilesAreTold) {
  try {
    RunLocalRanks(3, [](Communicator& ranks) {
      ThreadPool pool(1);
      const std::string text = ranks.rank() == 2 ? "a,b\n1,2\n3,4\n" : "a,b\n1,2\n";
      ReadCsvInputs({MemoryInput("text", text)}, {}, pool, {}, {}, &ranks);
    });
    ADD_FAILURE() << "no error";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("text has 8 bytes on rank 0 and 12 on rank 2"));
  }
}

}  // namespace
}  // namespace thalweg
