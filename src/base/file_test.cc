#include "base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>

#include "base/error.h"
#include "base/temporary_folder_for_test.h"

namespace thalweg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace fs = std::filesystem;

std::string ErrorOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

class FileTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_.Path(name); }
  size_t Files() const { return folder_.Files(); }

 private:
  TemporaryFolder folder_{"file"};
};

TEST_F(FileTest, TheOldContentStandsUntilCommit) {
  WriteWholeFile(Path("x"), "old");
  {
    AtomicFile file(Path("x"));
    file.Write("new");
    EXPECT_EQ(ReadWholeFile(Path("x")), "old");
  }
  EXPECT_EQ(ReadWholeFile(Path("x")), "old");
  WriteWholeFile(Path("x"), "new");
  EXPECT_EQ(ReadWholeFile(Path("x")), "new");
  EXPECT_EQ(Files(), 1);
}

TEST_F(FileTest, RequireWritableLeavesAllAsItIs) {
  WriteWholeFile(Path("x"), "old");
  RequireWritable(Path("x"));
  RequireWritable(Path("y"));
  RequireWritable("");
  EXPECT_EQ(ReadWholeFile(Path("x")), "old");
  EXPECT_EQ(Files(), 1);
}

TEST_F(FileTest, WhatIsNoFileIsNeverReplaced) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  fs::create_symlink("/dev/null", Path("null"));
  for (const char* name : {"pipe", "null"}) {
    for (auto* write : {+[](const std::string& path) { WriteWholeFile(path, "x"); },
                        +[](const std::string& path) { RequireWritable(path); }}) {
      EXPECT_THAT(ErrorOf([&] { write(Path(name)); }),
                  AllOf(StartsWith(Path(name)), HasSubstr("not a regular file")));
    }
  }
  EXPECT_EQ(fs::status(Path("pipe")).type(), fs::file_type::fifo);
  EXPECT_TRUE(fs::is_symlink(Path("null")));
  EXPECT_THAT(ErrorOf([&] { RequireWritable(Path("")); }), HasSubstr("directory"));
  EXPECT_THAT(ErrorOf([&] { RequireWritable(Path("none/x")); }),
              AllOf(StartsWith(Path("none/x: cannot write")), HasSubstr("No such file")));
  EXPECT_EQ(Files(), 2);
}

}  // namespace
}  // namespace thalweg
