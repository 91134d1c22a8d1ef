#include "ingest/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "base/temporary_folder_for_test.h"
#include "ingest/sources/compress_for_test.h"

namespace thalweg {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

class SourceTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_.Path(name); }
  std::string Write(const std::string& name, const std::string& content) const {
    fs::create_directories(fs::path(Path(name)).parent_path());
    WriteWholeFile(Path(name), content);
    return Path(name);
  }

 private:
  TemporaryFolder folder_{"source"};
};

std::string ReadAll(ByteSource& source, size_t block = 4096) {
  std::string all;
  std::string buffer(block, '\0');
  while (const size_t count = source.Read(buffer)) all.append(buffer, 0, count);
  return all;
}

// What Read says when it fails.
std::string Failure(const std::function<void()>& action) {
  try {
    action();
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

std::string SomeText(size_t bytes) {
  Random random(7);
  std::string text;
  while (text.size() < bytes) {
    text += std::to_string(random.Below(100000));
    text += random.Bernoulli(0.1) ? '\n' : ',';
  }
  return text;
}

struct Packer {
  const char* name;
  std::string (*pack)(std::string_view);
};

std::string ZipOne(std::string_view text) {
  return internal::Zip({{"folder/", ""}, {"folder/data.csv", std::string(text)}});
}

constexpr Packer kPackers[] = {{"gzip", internal::Gzip},
                               {"bzip2", internal::Bzip2},
                               {"xz", internal::Xz},
                               {"zstd", internal::Zstd},
                               {"zip", ZipOne}};

class CompressionTest : public ::testing::TestWithParam<Packer> {};
INSTANTIATE_TEST_SUITE_P(All, CompressionTest, ::testing::ValuesIn(kPackers),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(CompressionTest, ReadsBack) {
  for (const size_t bytes : {size_t{0}, size_t{1}, size_t{1000}, size_t{1'300'000}}) {
    const std::string text = SomeText(bytes);
    const std::string packed = GetParam().pack(text);
    for (const size_t block : {size_t{7000}, size_t{1} << 20}) {
      const auto source = OpenBytes(packed, "x");
      EXPECT_TRUE(source->mapped().empty());
      EXPECT_EQ(ReadAll(*source, block), text);
      EXPECT_EQ(source->warning(), "");
      EXPECT_EQ(source->size(), packed.size());
    }
  }
}

TEST_P(CompressionTest, EveryTruncationIsAnError) {
  const std::string text = SomeText(2000);
  const std::string packed = GetParam().pack(text);
  // Shorter heads are not recognized as compressed at all.
  for (size_t size = 16; size < packed.size(); ++size) {
    const std::string cut = packed.substr(0, size);
    std::string got;
    const std::string message = Failure([&] { got = ReadAll(*OpenBytes(cut, "cut.csv")); });
    // A zip's directory at the end may be missing: then all of the content must be there.
    if (message == "no error" && GetParam().pack == ZipOne) {
      EXPECT_EQ(got, text) << size;
      continue;
    }
    EXPECT_THAT(message, AllOf(HasSubstr("cut.csv"), HasSubstr("trunc"))) << size;
  }
}

TEST_P(CompressionTest, NoChangedByteGoesUnseen) {
  const std::string text = SomeText(2000);
  const std::string packed = GetParam().pack(text);
  for (size_t at = 16; at < packed.size(); ++at) {
    std::string changed = packed;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    // Either the content is as it was (the byte was none of it: names, dates), or an error.
    const std::string message = Failure([&] {
      const auto source = OpenBytes(changed, "changed");
      const std::string got = ReadAll(*source);
      if (got != text) throw UserError("WRONG");
    });
    EXPECT_NE(message, "WRONG") << at;
  }
}

TEST_P(CompressionTest, ExpansionIsLimited) {
  std::string text;
  text.resize(120'000'000, 'x');
  const std::string bomb = GetParam().pack(text);
  SourceOptions options;
  options.max_expansion = 30;
  EXPECT_THAT(Failure([&] { ReadAll(*OpenBytes(bomb, "bomb.gz", options), 1 << 20); }),
              AllOf(HasSubstr("bomb.gz"), HasSubstr("30 times"), HasSubstr("max_expansion")));
  options.max_expansion = 1e9;
  EXPECT_EQ(ReadAll(*OpenBytes(bomb, "bomb.gz", options), 1 << 20).size(), 120'000'000);
}

TEST(SourceMembersTest, SeveralMembersAreOneFile) {
  for (const Packer& packer : kPackers) {
    if (packer.pack == ZipOne) continue;
    const std::string two = packer.pack("a,b\n") + packer.pack("") + packer.pack("1,2\n");
    EXPECT_EQ(ReadAll(*OpenBytes(two, "two")), "a,b\n1,2\n") << packer.name;
    const std::string truncated = two.substr(0, two.size() - 3);
    EXPECT_THAT(Failure([&] { ReadAll(*OpenBytes(truncated, "two")); }), HasSubstr("truncated"))
        << packer.name;
  }
}

TEST(SourceMembersTest, BytesAfterTheEnd) {
  for (const Packer& packer : kPackers) {
    if (packer.pack == ZipOne) continue;
    const std::string packed = packer.pack("a,b\n");
    const std::string with_zeros = packed + std::string(1000, '\0');
    const auto zeros = OpenBytes(with_zeros, "zeros");
    EXPECT_EQ(ReadAll(*zeros), "a,b\n");
    EXPECT_EQ(zeros->warning(), "");
    const std::string with_garbage = packed + "signature";
    const auto garbage = OpenBytes(with_garbage, "tail");
    EXPECT_EQ(ReadAll(*garbage), "a,b\n");
    EXPECT_THAT(garbage->warning(), AllOf(HasSubstr("tail"), HasSubstr("9 bytes")));
  }
}

TEST(SourceZipTest, OneFileIsExpected) {
  const std::string several = internal::Zip({{"a.csv", "1"}, {"b.csv", "2"}, {"c.csv", "3"}});
  EXPECT_THAT(Failure([&] { OpenBytes(several, "x.zip"); }),
              AllOf(HasSubstr("x.zip"), HasSubstr("3 files"), HasSubstr("b.csv")));
  const std::string none = internal::Zip({{"folder/", ""}});
  EXPECT_THAT(Failure([&] { OpenBytes(none, "x.zip"); }), HasSubstr("holds no file"));
  const std::string mac = internal::Zip({{"a.csv", "1\n"}, {"__MACOSX/._a.csv", "junk"}});
  EXPECT_EQ(ReadAll(*OpenBytes(mac, "x.zip")), "1\n");
}

TEST(SourceZipTest, OfficeDocumentsComeAsTheyAre) {
  const std::string book =
      internal::Zip({{"[Content_Types].xml", "<a/>"}, {"xl/workbook.xml", "<b/>"}});
  const auto source = OpenBytes(book, "x.xlsx");
  EXPECT_EQ(source->mapped().size(), book.size());
}

TEST(SourceBytesTest, PlainAndForeign) {
  EXPECT_EQ(ReadAll(*OpenBytes({}, "empty")), "");
  const std::string text = "BZh1,PK\n";
  const auto source = OpenBytes(text, "text");
  EXPECT_EQ(source->mapped().data(), text.data());
  EXPECT_EQ(ReadAll(*source, 3), text);
  EXPECT_EQ(source->position(), text.size());
  EXPECT_THAT(Failure([&] { OpenBytes(std::string_view("7z\xbc\xaf\x27\x1c..."), "a.7z"); }),
              AllOf(HasSubstr("a.7z"), HasSubstr("7z archives are not read")));
}

TEST_F(SourceTest, MapsPlainFiles) {
  const std::string text = SomeText(3'000'000);
  const auto source = OpenSource(Write("a.csv", text));
  const std::span<const char> mapped = source->mapped();
  EXPECT_EQ(std::string_view(mapped.data(), mapped.size()), text);
  source->Release(0, mapped.size());
  EXPECT_EQ(std::string_view(mapped.data(), mapped.size()), text);
  EXPECT_EQ(ReadAll(*source), text);
  const auto empty = OpenSource(Write("empty.csv", ""));
  EXPECT_EQ(ReadAll(*empty), "");
  EXPECT_EQ(empty->size(), 0);
}

// Large enough for the thread that reads ahead.
TEST_F(SourceTest, ReadsCompressedFiles) {
  const std::string text = SomeText(30'000'000);
  const std::string path = Write("a.bin", internal::Zstd(text));
  const auto source = OpenSource(path);
  uint64_t last = 0;
  std::string all;
  std::string buffer(3'000'000, '\0');
  while (const size_t count = source->Read(buffer)) {
    all.append(buffer, 0, count);
    EXPECT_GE(source->position(), last);
    last = source->position();
  }
  EXPECT_TRUE(all == text);
  EXPECT_EQ(last, source->size());
  // Left unread, and read only in part.
  OpenSource(path);
  OpenSource(path)->Read(buffer);

  const std::string cut = Write("cut.bin", internal::Zstd(text).substr(0, 9'000'000));
  EXPECT_THAT(Failure([&] { ReadAll(*OpenSource(cut)); }),
              AllOf(HasSubstr(cut), HasSubstr("truncated zstd data")));
}

TEST_F(SourceTest, ReadsPipes) {
  const std::string text = SomeText(300'000);
  for (const bool packed : {false, true}) {
    const std::string pipe = Path(packed ? "packed" : "plain");
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    std::thread writer([&] {
      const std::string bytes = packed ? internal::Gzip(text) : text;
      FILE* out = fopen(pipe.c_str(), "w");
      fwrite(bytes.data(), 1, bytes.size(), out);
      fclose(out);
    });
    std::string got;
    const std::string failure = Failure([&] { got = ReadAll(*OpenSource(pipe)); });
    writer.join();
    EXPECT_EQ(failure, "no error");
    EXPECT_TRUE(got == text);
  }
}

TEST_F(SourceTest, SaysWhatCannotBeOpened) {
  EXPECT_THAT(Failure([&] { OpenSource(Path("none.csv")); }),
              AllOf(HasSubstr("none.csv"), HasSubstr("No such file")));
  EXPECT_THAT(Failure([&] { OpenSource(Path("")); }), HasSubstr("is a folder"));
  const std::string locked = Write("locked.csv", "1");
  fs::permissions(locked, fs::perms::none);
  if (geteuid() != 0) {
    EXPECT_THAT(Failure([&] { OpenSource(locked); }), HasSubstr("Permission denied"));
  }
}

TEST_F(SourceTest, ExpandsFoldersAndGlobs) {
  for (const char* name :
       {"d/b.csv", "d/a.csv", "d/.hidden", "d/_SUCCESS", "d/sub/c.csv", "d/.git/x", "e[1].csv"}) {
    Write(name, "1\n");
  }
  const auto expand = [&](const std::vector<std::string>& names) {
    std::vector<std::string> patterns;
    patterns.reserve(names.size());
    for (const std::string& name : names) patterns.push_back(Path(name));
    std::vector<std::string> files = ExpandPaths(patterns);
    for (std::string& file : files) file = fs::relative(file, Path("")).string();
    return files;
  };
  EXPECT_THAT(expand({"d"}), ElementsAre("d/a.csv", "d/b.csv", "d/sub/c.csv"));
  EXPECT_THAT(expand({"d/*.csv"}), ElementsAre("d/a.csv", "d/b.csv"));
  EXPECT_THAT(expand({"d/s*"}), ElementsAre("d/sub/c.csv"));
  EXPECT_THAT(expand({"d/b.csv", "d/a.csv"}), ElementsAre("d/b.csv", "d/a.csv"));
  EXPECT_THAT(expand({"e[1].csv"}), ElementsAre("e[1].csv"));
  EXPECT_THAT(expand({"d/{b,a}.csv"}), ElementsAre("d/b.csv", "d/a.csv"));
  EXPECT_THAT(ExpandPaths({"file://" + Path("d/a.csv")}), ElementsAre(Path("d/a.csv")));

  EXPECT_THAT(Failure([&] { expand({"d/x.csv"}); }), HasSubstr("no such file or folder"));
  EXPECT_THAT(Failure([&] { expand({"d/*.tsv"}); }), HasSubstr("no file matches"));
  EXPECT_THAT(Failure([&] { expand({"d/.git/.."}); }), "no error");
  EXPECT_THAT(Failure([&] { ExpandPaths({"s3://bucket/a.csv"}); }), HasSubstr("s3://"));
  fs::create_directories(Path("empty"));
  EXPECT_THAT(Failure([&] { expand({"empty"}); }), HasSubstr("holds no files"));
  if (geteuid() != 0) {
    fs::permissions(Path("empty"), fs::perms::none);
    EXPECT_THAT(Failure([&] { expand({"empty"}); }), HasSubstr("cannot read"));
    EXPECT_THAT(Failure([&] { expand({"empty/*.csv"}); }), HasSubstr("cannot read"));
    fs::permissions(Path("empty"), fs::perms::owner_all);
  }
}

}  // namespace
}  // namespace thalweg
