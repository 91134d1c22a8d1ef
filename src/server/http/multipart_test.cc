#include "server/http/multipart.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

std::string Part(const std::string& fields, const std::string& content) {
  return "--B\r\n" + fields + "\r\n\r\n" + content + "\r\n";
}

constexpr const char* kFile =
    "Content-Disposition: form-data; name=\"fileUploadInfo\"; filename=\"a b.csv\"\r\n"
    "Content-Type: text/csv";

TEST(Multipart, FindsTheParts) {
  const std::string content = "a,b\r\n1,2\r\n--Boundary no\r\n-- B\r\n--\r\n";
  const std::string body = "preamble\r\n" + Part("content-disposition: FORM-DATA; name=x", "") +
                           Part(kFile, content) + "--B--\r\nepilogue";
  const auto parts = ParseMultipart(body, "B");
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].name, "x");
  EXPECT_EQ(parts[0].bytes, 0U);
  EXPECT_EQ(parts[1].name, "fileUploadInfo");
  EXPECT_EQ(parts[1].filename, "a b.csv");
  EXPECT_EQ(parts[1].content_type, "text/csv");
  EXPECT_EQ(body.substr(parts[1].offset, parts[1].bytes), content);
  EXPECT_TRUE(ParseMultipart("--B--", "B").empty());
  const auto bare =
      ParseMultipart("--B \t\r\nContent-Disposition: form-data; name=y\r\n\r\n--B--", "B");
  ASSERT_EQ(bare.size(), 1U);
  EXPECT_EQ(bare[0].bytes, 0U);
}

TEST(Multipart, NamesInQuotes) {
  const auto name = [](const std::string& disposition) {
    const auto parts =
        ParseMultipart(Part("Content-Disposition: form-data; " + disposition, "") + "--B--", "B");
    return parts.at(0).name + "|" + parts.at(0).filename;
  };
  EXPECT_EQ(name(R"(name="a;b=\"c\""; filename="x")"), "a;b=\"c\"|x");
  EXPECT_EQ(name(R"(filename="../../etc/passwd"; name=n)"), "n|passwd");
  EXPECT_EQ(name(R"(name="n"; filename="C:\temp\x.csv")"), "n|x.csv");
  EXPECT_EQ(name(R"(name="")"), "|");
}

TEST(Multipart, RefusesWhatIsMalformed) {
  const std::string good = Part(kFile, "abc") + "--B--\r\n";
  EXPECT_EQ(ParseMultipart(good, "B").size(), 1U);
  for (size_t size = 0; size + 4 < good.size(); ++size) {
    EXPECT_THROW(ParseMultipart(good.substr(0, size), "B"), UserError) << size;
  }
  for (const std::string head :
       {"X: y", "Content-Disposition: attachment; name=x", "Content-Disposition: form-data",
        "no field",
        "Content-Disposition: form-data; name=x\r\nContent-Transfer-Encoding: base64"}) {
    EXPECT_THROW(ParseMultipart(Part(head, "abc") + "--B--", "B"), UserError) << head;
  }
  EXPECT_THROW(ParseMultipart(good, ""), UserError);
  EXPECT_THROW(ParseMultipart(good, "C"), UserError);
}

TEST(Multipart, LimitsPartsAndHeads) {
  std::string body;
  for (int i = 0; i < 4; ++i) body += Part("Content-Disposition: form-data; name=x", "y");
  body += "--B--";
  EXPECT_EQ(ParseMultipart(body, "B", {.max_parts = 4}).size(), 4U);
  EXPECT_THROW(ParseMultipart(body, "B", {.max_parts = 3}), UserError);
  EXPECT_THROW(ParseMultipart(body, "B", {.max_part_head = 20}), UserError);
}

TEST(Multipart, Boundaries) {
  EXPECT_EQ(MultipartBoundary("multipart/form-data; boundary=----x"), "----x");
  EXPECT_EQ(MultipartBoundary("Multipart/Form-Data; charset=u; Boundary=\"a b\""), "a b");
  for (const char* type : {"", "text/plain; boundary=x", "multipart/form-data",
                           "multipart/form-data; boundary=", "multipart/mixed; boundary=x"}) {
    EXPECT_EQ(MultipartBoundary(type), std::nullopt) << type;
  }
  EXPECT_EQ(MultipartBoundary("multipart/form-data; boundary=" + std::string(71, 'x')),
            std::nullopt);
}

// Text that begins like a delimiter again and again costs no more than other text.
TEST(Multipart, AlmostDelimitersCostLittle) {
  const std::string name = std::filesystem::temp_directory_path().string() + "/thalweg-almost-" +
                           std::to_string(getpid());
  std::string content;
  while (content.size() < (4 << 20)) content += "\r\n--Bx";
  WriteWholeFile(name, Part(kFile, content) + "--B--\r\n");
  const SpoolFile file(name);
  const auto start = std::chrono::steady_clock::now();
  const auto parts = ParseMultipart(file, "B");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << "it is linear";
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].bytes, content.size());
}

// Delimiters at all places about the border of two windows of reading.
TEST(Multipart, FilesAreReadInWindows) {
  const std::string folder = std::filesystem::temp_directory_path();
  const std::string name = folder + "/thalweg-multipart-" + std::to_string(getpid());
  for (size_t shift = 0; shift < 12; ++shift) {
    const std::string content((1 << 20) - 130 + shift, 'x');
    const std::string body =
        Part(kFile, content) +
        Part("Content-Disposition: form-data; name=n", std::string(3 << 20, '\n')) + "--B--\r\n";
    WriteWholeFile(name, body);
    const SpoolFile file(name);
    const auto parts = ParseMultipart(file, "B");
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0].bytes, content.size());
    EXPECT_EQ(parts[1].bytes, 3U << 20);
    const std::string copy = name + "-part";
    {
      const auto part = ExtractPart(file, parts[0], copy);
      EXPECT_EQ(ReadWholeFile(part->path()), content);
      EXPECT_THROW(ExtractPart(file, parts[0], copy), UserError) << "files are not overwritten";
    }
    EXPECT_FALSE(std::filesystem::exists(copy));
  }
}

}  // namespace
}  // namespace thalweg
