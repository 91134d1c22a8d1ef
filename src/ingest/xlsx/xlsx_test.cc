#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "ingest/csv/frame_text_for_test.h"
#include "ingest/parse_on_test_ranks_for_test.h"
#include "ingest/sources/compress_for_test.h"
#include "ingest/xlsx/workbook.h"
#include "ingest/xlsx/xlsx_reader.h"

namespace thalweg {
namespace {

using internal::FrameText;
using ::testing::AllOf;
using ::testing::HasSubstr;

class XlsxTest : public ::testing::Test {
 protected:
  XlsxTest()
      : path_((std::filesystem::temp_directory_path() /
               ("thalweg-" + std::to_string(getpid()) + ".xlsx"))
                  .string()) {}
  ~XlsxTest() override { std::filesystem::remove(path_); }

  // A workbook whose sheet has these rows; shared strings a, b, c; style 1 is a date, 2 a number, 3
  // a time with a format of its own.
  static std::string Workbook(const std::string& rows, const std::string& properties = "") {
    return internal::Zip(
        {{"[Content_Types].xml", "<Types/>"},
         {"xl/workbook.xml", "<workbook xmlns:r='x'><workbookPr " + properties +
                                 "/><sheets><sheet name='First' r:id='rId7'/><sheet name='Second' "
                                 "r:id='rId8'/></sheets></workbook>"},
         {"xl/_rels/workbook.xml.rels",
          "<Relationships><Relationship Id='rId8' Target='worksheets/none.xml'/>"
          "<Relationship Id='rId7' Target='/xl/worksheets/s.xml'/></Relationships>"},
         {"xl/sharedStrings.xml",
          "<sst><si><t>a</t></si><si><r><t>b, </t></r><r><t xml:space='preserve'> \"b\"</t></r>"
          "<rPh><t>no</t></rPh></si><si><t>_x0009_c_x000g_</t></si></sst>"},
         {"xl/styles.xml",
          "<styleSheet><numFmts><numFmt numFmtId='170' formatCode='dd/mm/yyyy\\ hh:mm'/></numFmts>"
          "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='2'/><xf numFmtId='170'/>"
          "</cellXfs></styleSheet>"},
         {"xl/worksheets/s.xml", "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"}});
  }
  ParseResult Parse(const std::string& rows, const ParseOptions& options = {},
                    const std::string& properties = "") {
    WriteWholeFile(path_, Workbook(rows, properties));
    return ParseOnTestRanks({path_}, options, pool_);
  }
  std::string Failure(const std::string& bytes) {
    WriteWholeFile(path_, bytes);
    try {
      ParseOnTestRanks({path_}, {}, pool_);
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  }

  ThreadPool pool_{2};
  const std::string path_;
};

constexpr const char* kHeader =
    "<row r='1'><c r='A1' t='inlineStr'><is><t>n</t></is></c><c r='B1' t='inlineStr'><is>"
    "<t>s</t></is></c><c r='C1' t='str'><v>t</v></c><c r='D1' t='str'><v>b</v></c></row>";

TEST_F(XlsxTest, CellsOfAllKinds) {
  const ParseResult result =
      Parse(std::string(kHeader) +
            "<row r='2'><c r='A2'><v>5.0999999999999996</v></c><c r='B2' t='s'><v>0</v></c>"
            "<c r='C2' s='1'><v>43831</v></c><c r='D2' t='b'><v>1</v></c></row>"
            "<row r='3'><c r='B3' t='s'><v>1</v></c><c r='C3' s='3'><v>43831.5</v></c>"
            "<c r='D3' t='b'><v>0</v></c></row>"
            "<row r='5'><c r='A5' s='2'><v>-1E3</v></c><c r='B5' t='s'><v>2</v></c>"
            "<c r='D5' t='e'><v>#N/A</v></c></row>");
  EXPECT_EQ(FrameText(result.frame),
            "n:real|s:enum|t:time|b:enum|\n"
            "'5.1'|'a'|'2020-01-01T00:00:00Z'|'true'|\n"
            "null|'b,  \"b\"'|'2020-01-01T12:00:00Z'|'false'|\n"
            "'-1000'|'\\tc_x000g_'|null|null|\n");
  EXPECT_EQ(result.report.format, "xlsx");
  EXPECT_THAT(result.report.warnings, ::testing::Contains(HasSubstr("1 cells show errors")));
}

TEST_F(XlsxTest, RowsAndCellsWithoutReferences) {
  EXPECT_EQ(FrameText(Parse("<row><c><v>1</v></c><c/><c><v>2</v></c></row>"
                            "<row><c><v>3</v></c><c><v>9</v></c><c><v>4</v></c></row>")
                          .frame),
            "C1:int|C2:int|C3:int|\n'1'|null|'2'|\n'3'|'9'|'4'|\n");
}

TEST_F(XlsxTest, TableInTheMiddleOfTheSheet) {
  EXPECT_EQ(FrameText(Parse("<row r='7'><c r='AB7'><v>1</v></c><c r='AC7'><v>2</v></c></row>"
                            "<row r='9'><c r='AC9'><v>3</v></c></row>")
                          .frame),
            "C1:int|C2:int|\n'1'|'2'|\nnull|'3'|\n");
}

TEST_F(XlsxTest, TextStaysText) {
  EXPECT_EQ(FrameText(Parse("<row r='1'><c r='A1' t='str'><v>zip</v></c></row>"
                            "<row r='2'><c r='A2' t='str'><v>007</v></c></row>"
                            "<row r='3'><c r='A3' t='str'><v>010</v></c></row>")
                          .frame),
            "zip:enum|\n'007'|\n'010'|\n");
  ParseOptions options;
  options.column_types = {"zip=int"};
  EXPECT_EQ(FrameText(Parse("<row r='1'><c r='A1' t='str'><v>zip</v></c></row>"
                            "<row r='2'><c r='A2' t='str'><v>007</v></c></row>",
                            options)
                          .frame),
            "zip:int|\n'7'|\n");
}

TEST_F(XlsxTest, DateSystems) {
  const char* rows =
      "<row r='1'><c r='A1' s='1'><v>59</v></c></row><row r='2'><c r='A2' s='1'><v>61</v></c></row>"
      "<row r='3'><c r='A3' s='3'><v>36526.000011574</v></c></row>";
  EXPECT_EQ(FrameText(Parse(rows).frame),
            "C1:time|\n'1900-02-28T00:00:00Z'|\n'1900-03-01T00:00:00Z'|\n"
            "'2000-01-01T00:00:01Z'|\n");
  EXPECT_EQ(
      FrameText(
          Parse("<row r='1'><c r='A1' s='1'><v>42369</v></c></row>", {}, "date1904='1'").frame),
      "C1:time|\n'2020-01-01T00:00:00Z'|\n");
  ParseOptions options;
  options.time_zone = "+02:00";
  EXPECT_EQ(FrameText(Parse("<row r='1'><c r='A1' s='1'><v>43831</v></c></row>", options).frame),
            "C1:time|\n'2019-12-31T22:00:00Z'|\n");
}

TEST_F(XlsxTest, DateFormats) {
  for (const char* code : {"yyyy-mm-dd", "d/m/yy", "[$-409]mmm\\ yy;@", "h:mm AM/PM", "mm:ss.0"}) {
    EXPECT_TRUE(internal::IsDateFormat(code)) << code;
  }
  for (const char* code : {"General", "0.00", "#,##0;[Red]-#,##0", "\"day\" 0", "0\\d", "_d0", "@",
                           "0;yyyy", "[h]", ""}) {
    EXPECT_FALSE(internal::IsDateFormat(code)) << code;
  }
}

TEST_F(XlsxTest, Errors) {
  EXPECT_THAT(Failure(internal::Zip({{"[Content_Types].xml", "<a/>"}, {"word/a.xml", "<a/>"}})),
              AllOf(HasSubstr(path_), HasSubstr("2 files")));
  EXPECT_THAT(Failure(internal::Zip({{"xl/workbook.xml", "<workbook>"}})),
              HasSubstr("xl/workbook.xml is damaged"));
  EXPECT_THAT(Failure(internal::Zip({{"xl/workbook.xml", "<workbook/>"}})), HasSubstr("no sheet"));
  EXPECT_THAT(Failure(Workbook("")), AllOf(HasSubstr("(First) is empty"), HasSubstr(path_)));
  EXPECT_THAT(Failure(Workbook("<row><c t='s'><v>3</v></c></row>")), HasSubstr("'3'"));
  EXPECT_THAT(Failure(Workbook("<row><c><v>x</v></c></row>")), HasSubstr("no number"));
  EXPECT_THAT(Failure(Workbook("<row r='1'><c r='1A'><v>1</v></c></row>")), HasSubstr("'1A'"));
  EXPECT_THAT(Failure(Workbook("<row r='2'><c><v>1</v></c></row><row r='1'><c><v>1</v></c></row>")),
              HasSubstr("out of order"));
  const std::string whole = Workbook("<row><c><v>1</v></c></row>");
  EXPECT_EQ(Failure(whole), "no error");
  EXPECT_THAT(Failure(whole.substr(0, whole.size() / 2)), HasSubstr(path_));
  WriteWholeFile(path_, whole);
  ParseOptions options;
  options.separator = ";";
  EXPECT_THROW(ParseOnTestRanks({path_}, options, pool_), UserError);
}

// Damage in the XML gives an error or cells, never a crash.
TEST_F(XlsxTest, DamagedSheets) {
  const std::string rows =
      std::string(kHeader) +
      "<row r='2'><c r='A2'><v>5.1</v></c><c r='B2' t='s'><v>0</v></c><c r='C2' s='1'><v>43831</v>"
      "</c><c r='D2' t='b'><v>1</v></c></row><row r='3'><c r='B3' t='e'><v>#N/A</v></c></row>";
  Random random(5);
  for (int i = 0; i < 200; ++i) {
    std::string damaged = rows;
    const uint64_t changes = 1 + random.Below(3);
    for (uint64_t c = 0; c < changes; ++c) {
      damaged[random.Below(damaged.size())] = "0123456789<>'\"/ArscvtZ&;"[random.Below(24)];
    }
    const std::string bytes = Workbook(damaged);
    const auto source = OpenBytes(bytes, "x.xlsx");
    try {
      const internal::Sheet sheet = internal::ReadFirstSheet(*source, 1000);
      for (const internal::SheetRow& row : sheet.rows) EXPECT_FALSE(row.cells.empty());
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr("x.xlsx"));
    }
  }
}

// Fisher's irises, with a header; the same table as iris_wheader.csv.
TEST_F(XlsxTest, RealFile) {
  const std::string folder = std::string(THALWEG_SOURCE_DIR) + "/data/iris/";
  const Frame sheet = ParseOnTestRanks({folder + "iris.xlsx"}, {}, pool_).frame;
  EXPECT_EQ(sheet.rows(), 150);
  EXPECT_EQ(sheet.columns(), 5);
  const Frame csv = ParseOnTestRanks({folder + "iris_wheader.csv"}, {}, pool_).frame;
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(CellTexts(sheet, i, 0, 150), CellTexts(csv, i, 0, 150)) << i;
  }
}

}  // namespace
}  // namespace thalweg
