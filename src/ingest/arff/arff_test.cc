#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "ingest/arff/arff_block.h"
#include "ingest/arff/arff_reader.h"
#include "ingest/csv/frame_text_for_test.h"
#include "ingest/parse_on_test_ranks_for_test.h"
#include "ingest/sources/compress_for_test.h"

namespace thalweg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ArffTest : public ::testing::Test {
 protected:
  ArffTest() {
    folder_ = std::filesystem::temp_directory_path() / ("thalweg-arff-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~ArffTest() override { std::filesystem::remove_all(folder_); }
  std::string Write(const std::string& name, const std::string& text) const {
    std::string path = (folder_ / name).string();
    WriteWholeFile(path, text);
    return path;
  }
  ParseResult Parse(const std::string& text, const ParseOptions& options = {}) {
    return ParseOnTestRanks({Write("x.arff", text)}, options, pool_);
  }
  std::string Failure(const std::string& text, const ParseOptions& options = {}) {
    try {
      Parse(text, options);
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  }

  ThreadPool pool_{2};

 private:
  std::filesystem::path folder_;
};

constexpr const char* kHeader =
    "% comment\n@RELATION 'two words'\n\n@attribute n numeric\n@ATTRIBUTE 'a name' {b, 'c d', a}\n"
    "@attribute s String\n@attribute i INTEGER % comment\n@attribute r real\n"
    "@attribute d date \"yyyy-MM-dd HH:mm\"\n@Data\n";

TEST_F(ArffTest, DenseRows) {
  const ParseResult result = Parse(std::string(kHeader) +
                                   "1,b,'it\\'s',3,1,'2020-02-29 12:30'\n"
                                   "% comment\n\n"
                                   "?,'c d',?,?,?,?\r\n"
                                   "-2 , a , \"x, y\" , -4 , 0.25 , \"1969-12-31 23:59\" % tail\n"
                                   "3\tb\tw\t5\t1e3\t'2020-01-01 00:00'");
  EXPECT_EQ(internal::FrameText(result.frame),
            "n:int|a name:enum|s:string|i:int|r:real|d:time|\n"
            "'1'|'b'|'it's'|'3'|'1'|'2020-02-29T12:30:00Z'|\n"
            "null|'c d'|null|null|null|null|\n"
            "'-2'|'a'|'x, y'|'-4'|'0.25'|'1969-12-31T23:59:00Z'|\n"
            "'3'|'b'|'w'|'5'|'1000'|'2020-01-01T00:00:00Z'|\n");
  EXPECT_THAT(result.frame.column(1).domain()->levels(), ElementsAre("b", "c d", "a"));
  EXPECT_EQ(result.report.columns[4].missing, 1);
  EXPECT_EQ(result.report.rows, 4);
}

TEST_F(ArffTest, SparseRows) {
  const ParseResult result = Parse(std::string(kHeader) +
                                   "{0 1.5, 1 a, 2 'q', 3 7, 5 '2020-01-01 00:00'}\n"
                                   "{}\n"
                                   "{ 4 ? , 1 ? , 3 ?}\n"
                                   "2,b,x,1,1,?\n");
  EXPECT_EQ(internal::FrameText(result.frame),
            "n:real|a name:enum|s:string|i:int|r:real|d:time|\n"
            "'1.5'|'a'|'q'|'7'|'0'|'2020-01-01T00:00:00Z'|\n"
            "'0'|'b'|null|'0'|'0'|'1970-01-01T00:00:00Z'|\n"
            "'0'|null|null|null|null|'1970-01-01T00:00:00Z'|\n"
            "'2'|'b'|'x'|'1'|'1'|null|\n");
}

TEST_F(ArffTest, Numbers) {
  EXPECT_EQ(internal::FrameText(
                Parse("@attribute a numeric\n@attribute b integer\n@attribute c numeric\n@data\n"
                      "9007199254740993,1,0.1\n-9223372036854775807,2.5,1\n")
                    .frame),
            "a:int|b:real|c:real|\n'9007199254740993'|'1'|'0.1'|\n"
            "'-9223372036854775807'|'2.5'|'1'|\n");
  EXPECT_EQ(internal::FrameText(
                Parse("@attribute a numeric\n@attribute b integer\n@data\n{0 9007199254740993}\n{}")
                    .frame),
            "a:int|b:int|\n'9007199254740993'|'0'|\n'0'|'0'|\n");
}

TEST_F(ArffTest, LargeIntegersBesideOtherFormsOfThemAreExact) {
  const std::string text = "@attribute a numeric\n@data\n9007199254740993\n1e3\n7.0\n";
  ParseOptions cut;
  cut.chunk_bytes = 1;
  for (const ParseOptions& options : {ParseOptions(), cut}) {
    EXPECT_EQ(internal::FrameText(Parse(text, options).frame),
              "a:int|\n'9007199254740993'|\n'1000'|\n'7'|\n");
  }
  EXPECT_EQ(internal::FrameText(Parse("@attribute a numeric\n@data\n1\n-0.0\n1e19\n").frame),
            "a:real|\n'1'|\n'-0'|\n'1e+19'|\n");
}

TEST_F(ArffTest, BlocksAndFilesJoin) {
  std::string text = "@attribute a numeric\n@attribute b {x,y}\n@data\n";
  for (int i = 0; i < 500; ++i) text += std::to_string(i) + (i % 3 == 0 ? ",x\n" : ",y\n");
  const std::string whole = internal::FrameText(Parse(text).frame);
  for (const int64_t bytes : {1, 10, 333}) {
    ParseOptions options;
    options.chunk_bytes = bytes;
    const ParseResult cut = Parse(text, options);
    EXPECT_GT(cut.frame.layout().chunks(), 5);
    EXPECT_EQ(internal::FrameText(cut.frame), whole);
  }
  const std::string one = Write("1.arff", text);
  const std::string two = Write("2.arff.gz", internal::Gzip(text));
  const ParseResult both = ParseOnTestRanks({one, two}, {}, pool_);
  EXPECT_EQ(both.frame.rows(), 1000);
  EXPECT_EQ(internal::FrameText(both.frame.Slice(500, 1000)), whole);
  const std::string other = Write("3.arff", "@attribute a numeric\n@data\n1\n");
  EXPECT_THROW(ParseOnTestRanks({one, other}, {}, pool_), UserError);
}

TEST_F(ArffTest, ErrorsNameTheLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"@relation x\n", "no @data"},
      {"@relation x\n@data\n", "line 2: @data comes before any @attribute"},
      {"@attribute a numeric\n1\n@data\n", "line 2: '1' is none of"},
      {"@attribute a number\n@data\n", "line 1: attribute a has type 'number'"},
      {"@attribute a {b,c\n@data\n", "the levels of a have no closing }"},
      {"@attribute a {b,b}\n@data\n", "the level 'b' of a comes twice"},
      {"@attribute a real\n@attribute a real\n@data\n", "line 2: two attributes are named a"},
      {"@attribute 'a real\n@data\n", "no closing '"},
      {"@attribute a relational\n@data\n", "'relational'"},
      {"@attribute a real b\n@data\n", "'b' is left over"},
      {"@attribute a real\n@data\n1\nx\n", "line 4: attribute a: 'x' is not a number"},
      {"@attribute a {b}\n@data\n\nc\n", "line 4: attribute a: 'c' is none of its declared levels"},
      {"@attribute a date\n@data\n2020\n", "'2020' is not a date of the form yyyy"},
      {"@attribute a real\n@attribute b real\n@data\n1\n", "line 4: the row has 1 values"},
      {"@attribute a real\n@data\n1,2\n", "more than 1 values"},
      {"@attribute a real\n@data\n1 2\n", "more than 1 values"},
      {"@attribute a real\n@attribute b real\n@data\n,2\n", "attribute a is empty"},
      {"@attribute a string\n@data\n'x\n", "no closing '"},
      {"@attribute a real\n@data\n{1 2}\n", "'1' is not an index between 0 and 0"},
      {"@attribute a real\n@data\n{0 2, 0 3}\n", "the index 0 comes twice"},
      {"@attribute a real\n@data\n{0 2\n", "no closing }"},
      {"@attribute a real\n@data\n{0 2} x\n", "more than 1 values"},
      {"@attribute a real\n@data\n1 {x}\n", "line 3: 'x' is no weight"},
      {"@attribute a real\n@data\n1, {-1}\n", "'-1' is no weight"},
      {"@attribute a real\n@data\n{0 1}, {inf}\n", "'inf' is no weight"},
      {"@attribute a real\n@data\n1 {5\n", "'5' is no weight"},
      {"@attribute a real\n@data\n1 {5 6}\n", "'5' is no weight"},
      {"@attribute a real\n@data\n1 {5} 6\n", "more than 1 values"},
      {"@attribute a real\n@data\n{0 1},\n", "more than 1 values"},
      {"@attribute a real\n@attribute b real\n@data\n1,2\n1, {5}\n",
       "line 5: the row has 1 values"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(Failure(text), HasSubstr(message)) << text;
    EXPECT_THAT(Failure(text), HasSubstr("x.arff")) << text;
  }
  ParseOptions options;
  options.header = Toggle::kTrue;
  EXPECT_THAT(Failure("@attribute a real\n@data\n1\n", options), HasSubstr("header"));
}

// Damage gives an error with a line or cells, never a crash.
TEST_F(ArffTest, DamagedFiles) {
  const std::string whole = std::string(kHeader) +
                            "1,b,'it\\'s',3,1,'2020-02-29 12:30'\n?,'c d',?,?,?,?\n"
                            "{0 1.5, 1 a, 2 'q', 3 7, 5 '2020-01-01 00:00'}\n{}\n";
  Random random(5);
  for (int i = 0; i < 3000; ++i) {
    std::string damaged = whole;
    const uint64_t changes = 1 + random.Below(4);
    for (uint64_t c = 0; c < changes; ++c) {
      damaged[random.Below(damaged.size())] = "0123456789'\"{},?%\\ \n\t@-e\xff"[random.Below(26)];
    }
    try {
      internal::ArffHeader header;
      std::string_view text = damaged;
      bool in_header = true;
      while (in_header && !text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        in_header = header.AddLine(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
      }
      if (in_header) continue;
      const auto attributes = header.TakeAttributes();
      const internal::ArffBlock block =
          internal::ParseArffBlock(text, attributes, *internal::TimeZone::Load("UTC"));
      if (block.error.empty() && block.rows > 0) {
        ASSERT_EQ(block.chunks.size(), attributes.size());
        for (const ChunkPtr& chunk : block.chunks) ASSERT_EQ(chunk->rows(), block.rows);
      }
    } catch (const UserError&) {
    }
  }
}

TEST_F(ArffTest, WeightsOfRows) {
  const std::string text =
      "@attribute weight real\n@attribute b {x, y}\n@data\n1, x\n2, y, {2.5}\n{0 3} {0}\n"
      "{0 4}, {1e2} % c\n5 y {3}\n6, x\n";
  for (const int64_t chunk_bytes : {0, 1}) {
    ParseOptions options;
    options.chunk_bytes = chunk_bytes;
    const ParseResult result = Parse(text, options);
    EXPECT_EQ(internal::FrameText(result.frame),
              "weight:real|b:enum|weight_2:real|\n'1'|'x'|'1'|\n'2'|'y'|'2.5'|\n'3'|'x'|'0'|\n"
              "'4'|'x'|'100'|\n'5'|'y'|'3'|\n'6'|'x'|'1'|\n");
    ASSERT_EQ(result.report.columns.size(), 3);
    EXPECT_THAT(result.report.warnings, ElementsAre(HasSubstr("column weight_2")));
  }
}

TEST_F(ArffTest, LooksLike) {
  const auto looks = [](std::string_view head) { return LooksLikeArff(head, "x"); };
  EXPECT_TRUE(looks("% c\n\n@RELATION x\n"));
  EXPECT_TRUE(looks("\xef\xbb\xbf@attribute a real\n"));
  EXPECT_FALSE(looks("relation\n@relation x\n"));
  EXPECT_FALSE(looks(""));
}

// KDD intrusion data: 125,973 rows, 42 attributes (a copy lies in data/misc).
TEST_F(ArffTest, RealFile) {
  const std::string path = std::string(THALWEG_SOURCE_DIR) + "/data/misc/KDDTrain.arff.gz";
  const ParseResult result = ParseOnTestRanks({path}, {}, pool_);
  EXPECT_EQ(result.report.format, "arff");
  EXPECT_EQ(result.frame.rows(), 125'973);
  EXPECT_EQ(result.frame.columns(), 42);
  EXPECT_EQ(result.frame.column(2).domain()->size(), 70);
  EXPECT_THAT(result.frame.column(41).domain()->levels(), ElementsAre("normal", "anomaly"));
  EXPECT_EQ(CellTexts(result.frame, 4, 0, 5),
            (std::vector<std::string>{"491", "146", "0", "232", "199"}));
}

}  // namespace
}  // namespace thalweg
