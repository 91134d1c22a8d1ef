#include "server/parse_guess.h"

#include <gtest/gtest.h>

#include <deque>

#include "base/file.h"
#include "base/temporary_folder_for_test.h"

namespace thalweg {
namespace {

// The guess for a file of this text. What is expected here was asked of an h2o server.
ParseGuess GuessOf(const std::string& text) {
  const TemporaryFolder folder("parse-guess");
  const std::string path = folder.Path("text");
  WriteWholeFile(path, text);
  ParseOptions options;
  options.na_strings = {""};
  options.time_formats = GuessedTimeFormats();
  return GuessCsv(PreviewCsv({path}, options), 0);
}

std::string Lines(const std::string& prefix, int begin, int end) {
  std::string text;
  for (int i = begin; i < end; ++i) text += prefix + std::to_string(i) + ",1\n";
  return text;
}

std::string TypeOf(const std::string& lines) { return GuessOf("k,v\n" + lines).types.at(0); }

TEST(ParseGuessTest, TextsAreStringsWhereNearlyAllDiffer) {
  EXPECT_EQ(TypeOf(Lines("w", 0, 20)), "String");
  EXPECT_EQ(TypeOf(Lines("w", 0, 19) + "w0,1\n"), "String");
  EXPECT_EQ(TypeOf(Lines("w", 0, 9) + "w0,1\n"), "Enum");
  EXPECT_EQ(TypeOf(Lines("w", 0, 2)), "String");
  EXPECT_EQ(TypeOf("a,1\n,1\n,1\n"), "Enum");
  EXPECT_EQ(TypeOf("NA,1\nNA,1\na,1\nb,1\n"), "Enum");
}

TEST(ParseGuessTest, HalfNumbersAreEnough) {
  EXPECT_EQ(TypeOf(Lines("", 0, 5) + Lines("w", 0, 5)), "Numeric");
  EXPECT_EQ(TypeOf(Lines("", 0, 3) + Lines("w", 0, 7)), "String");
  EXPECT_EQ(TypeOf(Lines("", 0, 3) + "w,1\nw,1\nw,1\nw,1\n"), "Enum");
  EXPECT_EQ(TypeOf(",1\n,1\n"), "Numeric");
  EXPECT_EQ(TypeOf("NA,1\nNA,1\n"), "Numeric");
  EXPECT_EQ(TypeOf("NA,1\nNA,1\n3,1\n"), "Numeric");
}

TEST(ParseGuessTest, TimesAndUuids) {
  EXPECT_EQ(TypeOf("2020-01-02,1\n2020-01-02 03:04:05,1\n"), "Time");
  EXPECT_EQ(TypeOf("NA,1\nNA,1\n2020-01-02,1\n"), "Time");
  EXPECT_EQ(TypeOf("2020-01-02,1\n2020-01-03,1\nx,1\n"), "Time");
  EXPECT_EQ(TypeOf("1,1\n2020-01-03,1\n2020-01-04,1\n"), "Time");
  for (const char* time :
       {"1/2/20", "02-Jan-2020", "01-02-2020", "04Jan2020", "03:04:05.123", "20200102-03:04:05",
        "2020-01", "01/02/2020 03:04:05 PM", "12MAR2015:11:00:00"}) {
    EXPECT_EQ(TypeOf(std::string(time) + ",1\n" + time + ",1\n"), "Time") << time;
  }
  for (const char* text : {"2020-01-02T03:04:05", "2020/01/02", "13/02/2020", "03:04"}) {
    EXPECT_EQ(TypeOf(std::string(text) + ",1\n" + text + ",1\n"), "Enum") << text;
  }
  EXPECT_EQ(TypeOf("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,1\n,1\n"), "UUID");
}

TEST(ParseGuessTest, Header) {
  EXPECT_TRUE(GuessOf("a,b\n1,2\n").header);
  EXPECT_TRUE(GuessOf("a,b,c\n").header);
  EXPECT_FALSE(GuessOf("a,b\nx,y\nz,x\n").header);
  EXPECT_FALSE(GuessOf("a,2\n1,2\n").header);
  EXPECT_FALSE(GuessOf("1,2\n3,4\n").header);
}

TEST(FrameNameTest, AsTheClientsKnowThem) {
  EXPECT_EQ(FrameNameOf("nfs://data/1digit name.x.csv", false), "X1digit_name_x.hex");
  EXPECT_EQ(FrameNameOf("nfs://data/9start-minus.CSV", false), "X9start_minus_CSV.hex");
  EXPECT_EQ(FrameNameOf("nfs://x.csv.csv", false), "x.hex");
  EXPECT_EQ(FrameNameOf("nfs://x.csv.gz", false), "x.hex");
  EXPECT_EQ(FrameNameOf("nfs://tab.tsv", false), "tab_tsv.hex");
  EXPECT_EQ(FrameNameOf("upload_0a", true), "Key_Frame__upload_0a.hex");
}

}  // namespace
}  // namespace thalweg
