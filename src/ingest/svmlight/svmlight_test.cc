#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "frame/cell_text.h"
#include "ingest/parse.h"
#include "ingest/svmlight/sparse_columns.h"
#include "ingest/svmlight/svmlight_reader.h"

namespace thalweg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct How {
  size_t block_bytes = 1 << 20;
  bool chunk_per_block = false;
  size_t threads = 2;
};

ParseResult Parse(const std::vector<std::string>& files, const How& how = {}) {
  ThreadPool pool(how.threads);
  return internal::ReadSvmLightSources(
      files.size(),
      [&](size_t i) { return OpenBytes(files[i], "file" + std::to_string(i) + ".svm"); },
      how.chunk_per_block, {.block_bytes = how.block_bytes, .max_index = 1000}, pool);
}

// Names, then rows, separated by blanks; missing cells as NA.
std::vector<std::string> Table(const Frame& frame) {
  std::vector<std::string> lines(static_cast<size_t>(frame.rows()) + 1);
  for (size_t c = 0; c < frame.columns(); ++c) {
    const std::vector<std::string> cells = CellTexts(frame, c, 0, frame.rows());
    lines[0] += (c > 0 ? " " : "") + frame.name(c);
    for (size_t r = 0; r < cells.size(); ++r) {
      lines[r + 1] += (c > 0 ? " " : "") + (cells[r].empty() ? "NA" : cells[r]);
    }
  }
  return lines;
}

struct Case {
  const char* text;
  std::vector<std::string> table;
};

TEST(SvmLightTest, Lines) {
  const Case cases[] = {
      {"1 1:1\n", {"C1 C2", "1 1"}},
      {"1 1:1", {"C1 C2", "1 1"}},
      {"+1 1:0.5 3:-2e1\n-1 2:+1\n", {"C1 C2 C3 C4", "1 0.5 0 -20", "-1 0 1 0"}},
      {"1 0:7 2:1\n", {"C1 C2 C3 C4", "1 7 0 1"}},
      {"1 2:3\n0 0:1\n", {"C1 C2 C3 C4", "1 0 0 3", "0 1 0 0"}},
      {"# head\n\n  \n1 1:1 # tail 2:x\n2#\n", {"C1 C2", "1 1", "2 0"}},
      {"1\t2:3\t1:4 \r\n2 1:1\r\n", {"C1 C2 C3", "1 4 3", "2 1 0"}},
      {"1 3:1 1:2 2:5\n", {"C1 C2 C3 C4", "1 2 5 1"}},
      {"1 3:1 1:1 2:1\n", {"C1 C2 C3 C4", "1 1 1 1"}},
      {"1.5 qid:7 1:1\n2 1:1\n3 qid:8\n", {"C1 C2 qid", "1.5 1 7", "2 1 NA", "3 0 8"}},
      {"1 1:nan 2:inf\n", {"C1 C2 C3", "1 NA inf"}},
      {"nan 1:1\n", {"C1 C2", "NA 1"}},
      {"1 1:0 2:-0\n2 2:0.5\n", {"C1 C2 C3", "1 0 -0", "2 0 0.5"}},
      {"1\n2\n", {"C1", "1", "2"}},
  };
  for (const Case& c : cases) {
    for (const How& how : {How{}, How{1, true, 3}, How{1, false, 1}}) {
      EXPECT_EQ(Table(Parse({c.text}, how).frame), c.table) << c.text;
    }
  }
}

TEST(SvmLightTest, SeveralFilesAreOneFrame) {
  const ParseResult result = Parse({"1 1:1\n", "2 3:5", "# none\n", "3 1:2\n"});
  EXPECT_THAT(Table(result.frame), ElementsAre("C1 C2 C3 C4", "1 1 0 0", "2 0 0 5", "3 2 0 0"));
  EXPECT_EQ(result.report.rows, 3);
  EXPECT_EQ(result.report.bytes, 6 + 5 + 7 + 6);
  EXPECT_THAT(result.report.files, ElementsAre("file0.svm", "file1.svm", "file2.svm", "file3.svm"));
}

TEST(SvmLightTest, Types) {
  const Frame frame = Parse({"1 1:1 2:0.5 4:3\n2 1:2 2:1\n"}).frame;
  EXPECT_EQ(frame.column(0).type(), ColumnType::kInteger);
  EXPECT_EQ(frame.column(1).type(), ColumnType::kInteger);
  EXPECT_EQ(frame.column(2).type(), ColumnType::kReal);
  EXPECT_EQ(frame.column(3).type(), ColumnType::kInteger);
}

TEST(SvmLightTest, ErrorsNameTheLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"1 1:1\nx 1:1\n", "file0.svm: line 2: the label 'x' is not a number"},
      {"1 1:1\n\n# c\n1:1\n", "line 4: the line begins with '1:1', and a label is expected there"},
      {"1 1\n", "line 1: '1' is not of the form index:value"},
      {"1 a:1\n", "line 1: the index 'a' is not an integer between 0 and 1,000"},
      {"1 -1:1\n", "the index '-1'"},
      {"1 :1\n", "the index ''"},
      {"1 1001:1\n", "the index '1001'"},
      {"1 4294967297:1\n", "the index '4294967297'"},
      {"1 5:\n", "the value '' of index 5 is not a number"},
      {"1 5:1x\n", "the value '1x' of index 5"},
      {"1 5:1:2\n", "the value '1:2' of index 5"},
      {"1 5:1 5:1\n", "the index 5 comes twice"},
      {"1 5:0 5:1\n", "the index 5 comes twice"},
      {"1 5:1 3:1 5:2\n", "the index 5 comes twice"},
      {"1 qid:x\n", "the qid 'x' is not an integer"},
      {"1 qid:1 qid:1\n", "qid comes twice"},
      {"1 1:\xff\x00\n", "is not a number"},
      {"", "file0.svm: the file holds no rows"},
      {"# nothing\n", "file0.svm: the file holds no rows"},
  };
  for (const auto& [text, message] : cases) {
    for (const How& how : {How{}, How{1, true, 3}}) {
      try {
        Parse({text}, how);
        ADD_FAILURE() << "no error: " << text;
      } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr(message)) << text;
      }
    }
  }
}

// Against rows in a map, over block sizes, chunk sizes and numbers of threads.
TEST(SvmLightTest, AgreesWithRows) {
  for (const bool ones : {false, true}) {
    Random random(3, {ones});
    std::string text;
    std::vector<std::map<uint32_t, double>> rows;
    for (int r = 0; r < 500; ++r) {
      std::map<uint32_t, double> row;
      const uint64_t entries = random.Below(30);
      for (uint64_t e = 0; e < entries; ++e) {
        // Some indices occur late only.
        const auto index = static_cast<uint32_t>(1 + random.Below(r < 250 ? 100 : 200));
        row[index] = ones ? 1 : static_cast<double>(random.Below(1000)) / 8;
      }
      text += std::to_string(r % 7);
      for (const auto& [index, value] : row) {
        text += " " + std::to_string(index) + ":" + (ones ? "1" : std::to_string(value));
      }
      text += "\n";
      rows.push_back(row);
    }
    std::vector<std::string> tables;
    for (const How& how : {How{1 << 20, false, 1}, How{100, true, 2}, How{997, true, 3},
                           How{5000, true, 2}, How{64, false, 2}}) {
      const Frame frame = Parse({text}, how).frame;
      ASSERT_EQ(frame.rows(), 500);
      for (size_t c = 1; c < frame.columns(); ++c) {
        std::vector<double> cells(500);
        ReadCells(frame, c, 0, std::span<double>(cells));
        for (size_t r = 0; r < 500; ++r) {
          const auto found = rows[r].find(static_cast<uint32_t>(c));
          ASSERT_EQ(cells[r], found == rows[r].end() ? 0.0 : found->second) << r << " " << c;
        }
      }
    }
  }
}

TEST(SvmLightTest, ChunksDoNotDependOnThreadsOrCompression) {
  std::string text;
  for (int i = 0; i < 3000; ++i)
    text += std::to_string(i) + " " + std::to_string(1 + i % 9) + ":2\n";
  const Frame one =
      Parse({text}, {.block_bytes = 1000, .chunk_per_block = true, .threads = 1}).frame;
  const Frame five =
      Parse({text}, {.block_bytes = 1000, .chunk_per_block = true, .threads = 5}).frame;
  EXPECT_EQ(one.layout(), five.layout());
  EXPECT_GT(one.layout().chunks(), 20);
}

TEST(SvmLightTest, LooksLike) {
  const auto looks = [](std::string_view head) { return LooksLikeSvmLight(head, "x"); };
  EXPECT_TRUE(looks("1 1:1 2:3\n"));
  EXPECT_TRUE(looks("# comment\n\n-1 qid:3 7:0.5\n"));
  EXPECT_TRUE(looks("0\n1 5:1"));
  EXPECT_FALSE(looks("1\n2\n3\n"));
  EXPECT_FALSE(looks("a,b\n1,2\n"));
  EXPECT_FALSE(looks("1 12:30:00\n"));
  EXPECT_FALSE(looks(""));
  EXPECT_FALSE(looks(std::string_view("\0\1\2", 3)));
  std::string wide = "1";
  for (int i = 1; i < 9000; ++i) wide += " " + std::to_string(i) + ":1";
  EXPECT_TRUE(looks(std::string_view(wide).substr(0, 40000)));
}

TEST(SvmLightTest, OptionsOfColumns) {
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("thalweg-svm-" + std::to_string(getpid()) + ".svm"))
                               .string();
  WriteWholeFile(path, "1 1:1 2:0.5\n0 1:3\n1 2:-1\n");
  ThreadPool pool(2);
  ParseOptions options;
  options.column_names = {"label", "a", "b"};
  options.column_types = {"label=enum", "b=enum", "a=real"};
  const ParseResult result = ReadSvmLight({path}, options, pool, {});
  EXPECT_THAT(Table(result.frame), ElementsAre("label a b", "1 1 0.5", "0 3 0", "1 0 -1"));
  EXPECT_EQ(result.frame.column(0).type(), ColumnType::kCategorical);
  EXPECT_THAT(result.frame.column(0).domain()->levels(), ElementsAre("0", "1"));
  EXPECT_THAT(result.frame.column(2).domain()->levels(), ElementsAre("-1", "0", "0.5"));
  EXPECT_EQ(result.report.columns[1].type, ColumnType::kReal);

  options = {};
  options.skipped_columns = {"C2"};
  EXPECT_THAT(Table(ReadSvmLight({path}, options, pool, {}).frame),
              ElementsAre("C1 C3", "1 0.5", "0 0", "1 -1"));

  const auto fails = [&](const ParseOptions& bad, const char* message) {
    try {
      ReadSvmLight({path}, bad, pool, {});
      ADD_FAILURE() << message;
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
    }
  };
  options = {};
  options.separator = ";";
  options.decimal_comma = true;
  fails(options, "separator");
  fails(options, "decimal_comma");
  options = {};
  options.column_types = {"C3=int"};
  fails(options, "column C3 holds 0.5");
  options.column_types = {"C4=int"};
  fails(options, "C4");
  options.column_types = {"C2=number"};
  fails(options, "'number' is no column type");
  options.column_types = {"real", "real"};
  fails(options, "2 types");
  options = {};
  options.column_names = {"a"};
  fails(options, "column_names has 1 names, and there are 3 columns");
  std::filesystem::remove(path);
}

// 100 rows of 3,000 features of which about half are 1 (a copy lies in data/misc).
TEST(SvmLightTest, RealFile) {
  ThreadPool pool(2);
  const ParseResult result = ParseFiles(
      {std::string(THALWEG_SOURCE_DIR) + "/data/misc/syn_binary_100x3000.svm.gz"}, {}, pool);
  EXPECT_EQ(result.report.format, "svmlight");
  EXPECT_EQ(result.frame.rows(), 100);
  EXPECT_EQ(result.frame.columns(), 3001);
  size_t ones = 0;
  std::vector<int64_t> cells(100);
  for (size_t c = 1; c < result.frame.columns(); ++c) {
    ReadCells(result.frame, c, 0, std::span<int64_t>(cells));
    for (const int64_t cell : cells) {
      ASSERT_TRUE(cell == 0 || cell == 1);
      ones += static_cast<size_t>(cell);
    }
  }
  // As counted in the text: zcat … | grep -o ':1' | wc -l
  EXPECT_EQ(ones, 149'836);
}

}  // namespace
}  // namespace thalweg
