// ParseFiles on files: which format is taken, what is refused.
#include "ingest/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/json.h"
#include "cluster/local/local_ranks.h"
#include "ingest/csv/frame_text_for_test.h"
#include "ingest/format.h"
#include "ingest/parse_on_test_ranks_for_test.h"
#include "mapreduce/gather_frame.h"

namespace thalweg {
namespace {

using ::testing::HasSubstr;

class ParseFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "parse_test_XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
    return Path(name);
  }
  std::string ErrorOf(const std::vector<std::string>& paths, const ParseOptions& options = {}) {
    try {
      ParseOnTestRanks(paths, options, pool_);
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  }

  std::filesystem::path folder_;
  ThreadPool pool_{2};
};

TEST_F(ParseFilesTest, RanksThatDoNotFindTheFilesGetTheirParts) {
  std::string text = "a,b\n";
  for (int r = 0; r < 1000; ++r) text += std::to_string(r) + ",x" + std::to_string(r % 7) + "\n";
  const std::string path = Write("a.csv", text);
  ParseOptions options;
  options.chunk_bytes = 500;
  const std::string whole = internal::FrameText(ParseOnTestRanks({path}, options, pool_).frame);
  RunLocalRanks(3, [&](Communicator& ranks) {
    ThreadPool pool(1);
    const std::string own = ranks.rank() == 1 ? Path("not there.csv") : path;
    const ParseResult result = ParseFiles({own}, options, pool, {}, {}, &ranks);
    EXPECT_EQ(result.frame.layout().ranks(), 3u);
    EXPECT_EQ(internal::FrameText(GatherFrame(result.frame, ranks)), whole);
    if (ranks.rank() > 0) return;
    ASSERT_EQ(result.report.hints.size(), 1u);
    EXPECT_THAT(result.report.hints[0], HasSubstr("rank 1 does not find these files"));
  });
}

TEST_F(ParseFilesTest, OtherFormatsOverRanks) {
  std::string text = "@relation r\n@attribute a numeric\n@data\n";
  for (int r = 0; r < 100; ++r) text += std::to_string(r) + "\n";
  const std::string path = Write("a.arff", text);
  const std::string whole = internal::FrameText(ParseOnTestRanks({path}, {}, pool_).frame);
  RunLocalRanks(3, [&](Communicator& ranks) {
    ThreadPool pool(1);
    const ParseResult result = ParseFiles({path}, {}, pool, {}, {}, &ranks);
    EXPECT_EQ(result.frame.layout().ranks(), 3u);
    EXPECT_EQ(internal::FrameText(GatherFrame(result.frame, ranks)), whole);
  });
}

TEST_F(ParseFilesTest, FolderAsOneFrameWithReport) {
  Write("b.csv", "b,a\ny,2\n");
  Write("a.csv", "a,b\n1,x\n");
  const ParseResult result = ParseOnTestRanks({folder_.string()}, {}, pool_);
  EXPECT_EQ(result.frame.rows(), 2);
  EXPECT_EQ(result.frame.names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(result.report.files, (std::vector<std::string>{Path("a.csv"), Path("b.csv")}));
  EXPECT_EQ(result.report.format, "csv");
  EXPECT_EQ(result.report.separator, ",");
  EXPECT_TRUE(result.report.header);
  EXPECT_EQ(result.report.bytes, 16u);
  EXPECT_GT(result.report.seconds, 0);
  const Json json = result.report.ToJson();
  EXPECT_EQ(json.at("rows").as_int64(), 2);
  EXPECT_EQ(json.at("columns").at(0).at("type").as_string(), "int");
  EXPECT_EQ(json.at("columns").at(1).at("why").as_string(),
            "2 different texts in 2 sampled values");
}

TEST_F(ParseFilesTest, RefusesWhatItCannotRead) {
  EXPECT_THAT(ErrorOf({Path("none.csv")}), HasSubstr("none.csv"));
  EXPECT_THAT(ErrorOf({Write("empty.csv", "")}), HasSubstr("empty.csv: the file is empty"));
  std::string binary;
  for (int i = 0; i < 10000; ++i) binary += static_cast<char>(i * 7919 >> 3);
  EXPECT_THAT(ErrorOf({Write("binary.csv", binary)}), HasSubstr("binary.csv: not a text file"));
  EXPECT_THAT(ErrorOf({Write("utf16.csv", std::string("\xff\xfe"
                                                      "a\0,\0b\0\n\0",
                                                      10))}),
              HasSubstr("utf16.csv: "));
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(ErrorOf({Path("pipe")}), HasSubstr("pipe: not a regular file"));
  EXPECT_THAT(ErrorOf({}), HasSubstr("no file"));
}

TEST_F(ParseFilesTest, FormatByOption) {
  const std::string path = Write("x", "1 1:2\n0 2:3\n");
  ParseOptions options;
  options.format = ParseFormat::kCsv;
  options.separator = " ";
  EXPECT_EQ(ParseOnTestRanks({path}, options, pool_).report.format, "csv");
  options = {};
  options.format = ParseFormat::kSvmLight;
  EXPECT_EQ(ParseOnTestRanks({path}, options, pool_).report.format, "svmlight");
}

TEST(FormatReaders, EveryRowIsComplete) {
  for (const FormatReader& reader : FormatReaders()) {
    EXPECT_EQ(reader.name, kEnumNames<ParseFormat>[static_cast<size_t>(reader.format)]);
    EXPECT_NE(reader.looks_like, nullptr);
    EXPECT_NE(reader.read, nullptr);
  }
  EXPECT_EQ(FormatReaders().back().format, ParseFormat::kCsv);
}

// Names and types, as in "a:int b:enum".
std::string TypesOf(const ParseResult& result) {
  std::string text;
  for (const ColumnReport& column : result.report.columns) {
    if (!text.empty()) text += ' ';
    text += column.name + ":" + std::string(ColumnTypeName(column.type));
  }
  return text;
}

TEST_F(ParseFilesTest, ExpectedTypesTakeThePlaceOfGuesses) {
  const ExpectedTypes expected = {{{"code", ColumnType::kCategorical},
                                   {"count", ColumnType::kInteger},
                                   {"size", ColumnType::kReal},
                                   {"when", ColumnType::kTime},
                                   {"note", ColumnType::kString},
                                   {"absent", ColumnType::kReal}},
                                  "the model"};
  const std::string path = Write("a.csv",
                                 "code,count,size,when,note,other\n"
                                 "7,1,x,NA,5,1\n"
                                 "12,2.5,2020-01-01,,6,2\n");
  ParseResult result = ParseOnTestRanks({path}, {}, pool_, {}, expected);
  EXPECT_EQ(TypesOf(result), "code:enum count:real size:real when:time note:string other:int");
  EXPECT_THAT(result.report.columns[0].why, HasSubstr("as in the model (2 of 2"));
  EXPECT_EQ(result.report.columns[1].rejected, 0);
  EXPECT_EQ(result.report.columns[2].rejected, 2);
  EXPECT_EQ(result.report.rejected.at(0).line, 2);
  EXPECT_EQ(result.report.columns[3].rejected, 0);
  EXPECT_TRUE(result.report.warnings.empty());
  double count = 0;
  ReadCells(result.frame, 1, 1, std::span(&count, 1));
  EXPECT_EQ(count, 2.5);
  // What the user says counts more.
  ParseOptions options;
  options.column_types = {"code=int", "count=int"};
  result = ParseOnTestRanks({path}, options, pool_, {}, expected);
  EXPECT_EQ(TypesOf(result), "code:int count:int size:real when:time note:string other:int");
  EXPECT_EQ(result.report.columns[1].rejected, 1);
}

TEST_F(ParseFilesTest, ExpectedNamesTellTheHeader) {
  const ExpectedTypes expected = {
      {{"colour", ColumnType::kCategorical}, {"shape", ColumnType::kCategorical}}, "the model"};
  const std::string path = Write("a.csv", "colour,shape,more\nred,round,yes\n");
  EXPECT_EQ(TypesOf(ParseOnTestRanks({path}, {}, pool_)), "C1:enum C2:enum C3:enum");
  EXPECT_EQ(TypesOf(ParseOnTestRanks({path}, {}, pool_, {}, expected)),
            "colour:enum shape:enum more:enum");
  // One name of four may be a cell.
  const std::string data = Write("b.csv", "colour,a,b,c\nred,d,e,f\n");
  EXPECT_EQ(TypesOf(ParseOnTestRanks({data}, {}, pool_, {}, expected)),
            "C1:enum C2:enum C3:enum C4:enum");
}

TEST_F(ParseFilesTest, ExpectedTypesWhereTheFileHasItsOwn) {
  const ExpectedTypes expected = {{{"code", ColumnType::kCategorical},
                                   {"size", ColumnType::kReal},
                                   {"odd", ColumnType::kReal},
                                   {"count", ColumnType::kReal}},
                                  "the model"};
  const std::string path = Write("a.arff",
                                 "@relation r\n@attribute code integer\n@attribute size string\n"
                                 "@attribute odd string\n@attribute count integer\n@data\n"
                                 "12,'1.5','2',1\n7,?,'x',2\n");
  const ParseResult result = ParseOnTestRanks({path}, {}, pool_, {}, expected);
  EXPECT_EQ(TypesOf(result), "code:enum size:real odd:string count:int");
  EXPECT_EQ(result.frame.column(0).domain()->levels(), (std::vector<std::string>{"7", "12"}));
  EXPECT_EQ(result.report.columns[0].why, "as in the model (the file says int)");
  EXPECT_TRUE(result.report.rejected.empty());
  ASSERT_EQ(result.report.warnings.size(), 1);
  EXPECT_EQ(result.report.warnings[0],
            "column odd is string in the file and real in the model: it is not converted, as 'x' "
            "in row 2 is not a number");
}

}  // namespace
}  // namespace thalweg
