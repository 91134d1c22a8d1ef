#include "server/file_roots.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace thalweg {
namespace {

namespace fs = std::filesystem;

TEST(FileRoots, NamesFromMemoryStayInTheirFolder) {
  EXPECT_EQ(PathIn("/a", "model 1.bin"), "/a/model 1.bin");
  EXPECT_EQ(PathIn("/a", "..x"), "/a/..x");
  EXPECT_EQ(PathIn("/a", "\xc3\xa4"), "/a/\xc3\xa4");
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("../x"),
        std::string("/etc/x"), std::string("a/b"), std::string("a\0b", 3), std::string(256, 'x')}) {
    EXPECT_THROW(PathIn("/a", name), UserError) << name;
  }
}

class FolderTest : public testing::Test {
 protected:
  FolderTest() { fs::create_directories(folder_ / "root" / "sub"); }
  ~FolderTest() override { fs::remove_all(folder_); }
  const fs::path folder_ =
      fs::canonical(fs::temp_directory_path()) / ("thalweg-roots-" + std::to_string(getpid()));
};

TEST_F(FolderTest, LinksAreResolved) {
  std::ofstream(folder_ / "secret") << "x";
  fs::create_directories(folder_ / "root-2");
  fs::create_symlink(folder_ / "secret", folder_ / "root" / "file");
  fs::create_symlink(folder_, folder_ / "root" / "up");
  fs::create_symlink("sub", folder_ / "root" / "inside");
  fs::create_symlink("loop", folder_ / "root" / "loop");
  const std::string root = folder_ / "root";
  const FileRoots roots({root}, "--import-root");
  EXPECT_EQ(roots.Resolve("inside/new.csv"), root + "/sub/new.csv");
  EXPECT_EQ(roots.Resolve(root + "/sub/../inside"), root + "/sub");
  for (const std::string& path :
       {root + "/file", root + "/up/secret", root + "/../secret", std::string("up/root-2/x"),
        root + "-2/x", std::string("loop/x"), std::string("../x"), std::string("/"),
        std::string("a\0b", 3), std::string(10'000, 'x'), std::string()}) {
    EXPECT_THROW(roots.Resolve(path), OutsideRoots) << path;
  }
}

}  // namespace
}  // namespace thalweg
