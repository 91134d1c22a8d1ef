// Files written by pyarrow (tests/data/arrow/generate.py); round trips are in write_frame_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "ingest/arrow/arrow_reader.h"
#include "ingest/csv/frame_text_for_test.h"
#include "ingest/parse_on_test_ranks_for_test.h"
#include "ingest/random_frame_for_test.h"
#include "ingest/sources/compress_for_test.h"

namespace thalweg {
namespace {

using internal::FrameText;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Data(const std::string& name) {
  return std::string(THALWEG_SOURCE_DIR) + "/tests/data/arrow/" + name;
}

class ArrowTest : public ::testing::Test {
 protected:
  ArrowTest()
      : path_(
            (std::filesystem::temp_directory_path() / ("thalweg-arrow-" + std::to_string(getpid())))
                .string()) {}
  ~ArrowTest() override { std::filesystem::remove(path_); }

  ParseResult Parse(const std::vector<std::string>& names, const ParseOptions& options = {}) {
    std::vector<std::string> paths;
    paths.reserve(names.size());
    for (const std::string& name : names) paths.push_back(Data(name));
    return ParseOnTestRanks(paths, options, pool_);
  }
  std::string Failure(const std::vector<std::string>& paths, const ParseOptions& options = {}) {
    try {
      ParseOnTestRanks(paths, options, pool_);
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  }

  ThreadPool pool_{2};
  const std::string path_;
};

struct Expected {
  const char* name;
  const char* type;
  std::vector<std::string> cells;
};

const Expected kTypes[] = {
    {"i8", "int", {"1", "", "-128", "127"}},
    {"u8", "int", {"1", "", "0", "255"}},
    {"i16", "int", {"1", "", "-32768", "32767"}},
    {"u16", "int", {"1", "", "0", "65535"}},
    {"i32", "int", {"1", "", "-2147483648", "2147483647"}},
    {"u32", "int", {"1", "", "0", "4294967295"}},
    {"i64", "int", {"1", "", "-9223372036854775807", "9223372036854775807"}},
    {"u64", "int", {"1", "", "0", "9223372036854775807"}},
    {"f16", "real", {"1.5", "", "-0.25", "65504"}},
    {"f32", "real", {"1.5", "", "inf", "0.10000000149011612"}},
    {"f64", "real", {"1.5", "", "", "0.1"}},
    {"bool", "enum", {"true", "", "false", "true"}},
    {"string", "string", {"a", "", "", "日本"}},
    {"large", "string", {"a", "", "", "xxxxxxxxxxxxxxxxxxxx"}},
    {"binary", "string", {"a", "", "", "xyz"}},
    {"dict", "enum", {"no", "", "yes", "no"}},
    {"ordered", "enum", {"high", "", "low", "mid"}},
    {"dec9", "real", {"1.25", "", "-99999.99", "0.01"}},
    {"dec38", "real", {"12345678901234567000", "", "-0.1", "7"}},
    {"dec0", "int", {"5", "", "-7", "123456789012345678"}},
    {"dec256", "real", {"1.5", "", "-2.5", "3"}},
    {"date32",
     "time",
     {"2020-02-29T00:00:00Z", "", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z"}},
    {"date64",
     "time",
     {"2020-02-29T00:00:00Z", "", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z"}},
    {"ts_s", "time", {"2020-02-29T01:02:03Z", "", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z"}},
    {"ts_ms",
     "time",
     {"2020-02-29T01:02:03.004Z", "", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z"}},
    {"ts_us",
     "time",
     {"2020-02-29T01:02:03.004Z", "", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z"}},
    {"time32", "int", {"3723", "", "0", "86399"}},
    {"null", "real", {"", "", "", ""}},
};

TEST_F(ArrowTest, KeepsTypes) {
  for (const char* file : {"types.parquet", "types.arrow", "types.arrows", "compressed.arrow"}) {
    SCOPED_TRACE(file);
    const ParseResult result = Parse({file});
    EXPECT_EQ(result.report.format, std::string(file) == "types.parquet" ? "parquet" : "arrow");
    ASSERT_EQ(result.frame.columns(), std::size(kTypes));
    for (size_t i = 0; i < std::size(kTypes); ++i) {
      SCOPED_TRACE(kTypes[i].name);
      EXPECT_EQ(result.frame.name(i), kTypes[i].name);
      std::vector<std::string> cells = CellTexts(result.frame, i, 0, 4);
      std::string type = kTypes[i].type;
      // Parquet has no seconds: time32 comes in milliseconds.
      if (result.report.format == "parquet" && std::string(kTypes[i].name) == "time32") {
        EXPECT_THAT(cells, ElementsAre("3723000", "", "0", "86399000"));
      } else if (std::string(kTypes[i].name) == "dec38") {
        EXPECT_EQ(ParseReal(cells[0]), 12345678901234567890.5);
      } else {
        EXPECT_EQ(cells, kTypes[i].cells);
      }
      EXPECT_EQ(ColumnTypeName(result.frame.column(i).type()), type);
      const int64_t missing = result.report.columns[i].missing;
      EXPECT_EQ(missing, type == "real" && std::string(kTypes[i].name) == "null" ? 4
                         : std::string(kTypes[i].name) == "f64"                  ? 2
                                                                                 : 1);
    }
    // An empty string is not missing.
    EXPECT_NE(CellsOf<std::string_view>(result.frame, 12)[2].data(), nullptr);
    EXPECT_EQ(CellsOf<std::string_view>(result.frame, 12)[1].data(), nullptr);
    EXPECT_THAT(result.frame.column(16).domain()->levels(),
                ::testing::UnorderedElementsAre("low", "mid", "high"));
  }
  // IPC files keep the order of the dictionary; Parquet that of appearance, where not told.
  EXPECT_THAT(Parse({"types.arrow"}).frame.column(16).domain()->levels(),
              ElementsAre("low", "mid", "high"));
}

TEST_F(ArrowTest, ViewsAndUuids) {
  EXPECT_EQ(FrameText(Parse({"views.arrow"}).frame),
            "view:string|uuid:uuid|\n"
            "'short'|'00112233-4455-6677-8899-aabbccddeeff'|\nnull|null|\n"
            "'a text that is longer than twelve bytes'|'00000000-0000-0000-0000-000000000001'|\n"
            "''|'ffffffff-ffff-ffff-ffff-ffffffffffff'|\n");
}

TEST_F(ArrowTest, ManyRowGroups) {
  const ParseResult result = Parse({"groups.parquet"});
  EXPECT_EQ(result.frame.rows(), 1000);
  EXPECT_EQ(result.frame.layout().chunks(), 1);
  const std::vector<std::string> x = CellTexts(result.frame, 0, 0, 1000);
  const std::vector<std::string> s = CellTexts(result.frame, 1, 0, 1000);
  for (size_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(x[i], std::to_string(i));
    ASSERT_EQ(s[i], std::string(1, "abc"[i % 3]));
  }
}

TEST_F(ArrowTest, DictionariesThatChange) {
  const Frame frame = Parse({"dictionaries.arrows"}).frame;
  EXPECT_THAT(CellTexts(frame, 0, 0, 5), ElementsAre("x", "y", "y", "z", "x"));
  EXPECT_THAT(frame.column(0).domain()->levels(), ElementsAre("x", "y", "z"));
}

TEST_F(ArrowTest, WhatDoesNotFitIsReported) {
  const ParseResult result = Parse({"limits.parquet"});
  EXPECT_EQ(FrameText(result.frame),
            "ns:time|u64:real|min:int|\n"
            "'1970-01-01T00:00:00Z'|'1.8446744073709552e+19'|null|\n"
            "'1970-01-01T00:00:00.001Z'|'5'|'5'|\nnull|null|null|\n");
  EXPECT_THAT(result.report.warnings,
              AllOf(Contains(HasSubstr("column ns: parts of a millisecond were cut off in 1")),
                    Contains(HasSubstr("column min: 1 cells are out of the range"))));
  EXPECT_EQ(result.report.columns[2].rejected, 1);
  EXPECT_THAT(result.report.columns[1].why, HasSubstr("beyond 64 bits"));
}

TEST_F(ArrowTest, NestedColumnsAreRefusedByName) {
  EXPECT_THAT(Failure({Data("nested.parquet")}),
              AllOf(HasSubstr("nested.parquet"), HasSubstr("column list is a list"),
                    HasSubstr("skipped_columns")));
  ParseOptions options;
  options.skipped_columns = {"list", "struct"};
  EXPECT_EQ(FrameText(Parse({"nested.parquet"}, options).frame), "ok:int|\n'1'|\n'2'|\n");
  options.skipped_columns = {"list", "struct", "other"};
  EXPECT_THAT(Failure({Data("nested.parquet")}, options), HasSubstr("other"));
}

TEST_F(ArrowTest, FilesJoinByName) {
  const ParseResult result = Parse({"join1.parquet", "join2.parquet"});
  EXPECT_EQ(
      FrameText(result.frame),
      "a:real|b:string|c:enum|d:enum|\n"
      "'1'|'x'|'p'|null|\n'2'|'y'|'q'|null|\n'0.5'|null|'r'|'true'|\nnull|null|'p'|'false'|\n");
  EXPECT_EQ(result.report.warnings.size(), 2);
  EXPECT_THAT(Failure({Data("join1.parquet"), Data("groups.parquet"), Data("types.parquet")}),
              "no error");
  const Frame frame = RandomFrame(1, 5);
  const std::vector<size_t> first = {0};
  WriteFrame(frame.Select(first).WithNames({"b"}), path_ + ".parquet", pool_);
  EXPECT_THAT(Failure({Data("join1.parquet"), path_ + ".parquet"}),
              AllOf(HasSubstr("column b is string in"), HasSubstr("and int in")));
  std::filesystem::remove(path_ + ".parquet");
}

TEST_F(ArrowTest, OptionsOfColumns) {
  ParseOptions options;
  options.column_types = {"i8=enum", "string=enum", "dict=string", "f32=enum", "bool=string"};
  const Frame frame = Parse({"types.parquet"}, options).frame;
  EXPECT_THAT(frame.column(0).domain()->levels(), ElementsAre("-128", "1", "127"));
  EXPECT_THAT(frame.column(12).domain()->levels(), ElementsAre("", "a", "日本"));
  EXPECT_THAT(CellTexts(frame, 15, 0, 4), ElementsAre("no", "", "yes", "no"));
  EXPECT_EQ(CellsOf<std::string_view>(frame, 15)[1].data(), nullptr);
  options.column_types = {"string=int"};
  const ParseResult result = Parse({"types.parquet"}, options);
  EXPECT_EQ(result.report.columns[12].rejected, 3);
  EXPECT_EQ(result.report.rejected.at(0).text, "a");
  EXPECT_EQ(result.report.rejected.at(0).row, 1);
  options.column_types = {"date32=uuid"};
  EXPECT_THAT(Failure({Data("types.parquet")}, options), HasSubstr("is not converted to uuid"));
}

TEST_F(ArrowTest, CompressedFiles) {
  WriteWholeFile(path_, internal::Gzip(ReadWholeFile(Data("types.parquet"))));
  EXPECT_EQ(FrameText(ParseOnTestRanks({path_}, {}, pool_).frame),
            FrameText(Parse({"types.parquet"}).frame));
}

// Damage anywhere gives an error or cells, never a crash.
TEST_F(ArrowTest, DamagedFiles) {
  for (const char* file : {"types.parquet", "types.arrow", "types.arrows", "compressed.arrow"}) {
    const std::string whole = ReadWholeFile(Data(file));
    for (const size_t size : {whole.size() - 1, whole.size() / 2, size_t{12}}) {
      WriteWholeFile(path_, whole.substr(0, size));
      const std::string message = Failure({path_});
      if (std::string(file) != "types.arrows" || size < whole.size() - 8) {
        EXPECT_THAT(message, HasSubstr(path_)) << file << size;
      }
    }
    Random random(11);
    for (int i = 0; i < 60; ++i) {
      std::string damaged = whole;
      const size_t at = 8 + random.Below(damaged.size() - 8);
      damaged[at] = static_cast<char>(random.Next());
      WriteWholeFile(path_, damaged);
      Failure({path_});
    }
  }
}

TEST_F(ArrowTest, LooksLike) {
  const auto head = [](std::string_view text) { return std::span<const char>(text); };
  EXPECT_TRUE(LooksLikeParquet(head("PAR1...."), "x"));
  EXPECT_FALSE(LooksLikeParquet(head("PAR"), "x.parquet"));
  EXPECT_TRUE(LooksLikeArrow(head(std::string_view("ARROW1\0\0..", 10)), "x"));
  EXPECT_TRUE(LooksLikeArrow(head(std::string_view("\xff\xff\xff\xff\x10\1\0\0", 8)), "x"));
  EXPECT_FALSE(LooksLikeArrow(head("\xff\xff\xff\xff text"), "x"));
}

}  // namespace
}  // namespace thalweg
