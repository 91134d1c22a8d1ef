#include "server/store/data_dir.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "server/store/private_file.h"
#include "server/store/sealed_record.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

std::string FreshFolder(const std::string& name) {
  const std::string path = testing::TempDir() + "data_dir_" + name;
  fs::remove_all(path);
  return path;
}

// A new file whose content is its entry's name.
StoredEntry Add(DataDir& dir, const std::string& name, const std::string& kind = "grid") {
  StoredEntry entry{name, kind, dir.NewFile(kind)};
  PrivateFile file(dir.NewPath(entry.file));
  file.Write(SealedBytes({kind, name, "content of " + name}));
  file.Sync();
  return entry;
}

TEST(SealedRecord, ComesBackAndEveryChangedByteIsNoticed) {
  const std::string bytes = SealedBytes({"model", "a\0b", "content"});
  EXPECT_EQ(ReadSealed(bytes, "f").content, "content");
  EXPECT_EQ(ReadSealed(bytes, "f").kind, "model");
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string bad = bytes;
    bad[i] ^= 4;
    EXPECT_THROW(ReadSealed(bad, "f"), UserError) << i;
    EXPECT_THROW(ReadSealed(bytes.substr(0, i), "f"), UserError) << i;
  }
}

TEST(EscapeName, ComesBack) {
  const std::string all = std::string("a/../%41 \n\x01\xff\xc3\xa4") + '\0';
  EXPECT_EQ(EscapeName("plain-1.hex"), "plain-1.hex");
  EXPECT_EQ(EscapeName("%\n"), "%25%0A");
  EXPECT_EQ(UnescapeName(EscapeName(all)), all);
}

TEST(DataDir, EntriesComeBackInTheirOrder) {
  const std::string path = FreshFolder("order");
  std::vector<StoredEntry> entries;
  {
    DataDir dir(path);
    EXPECT_TRUE(dir.entries().empty());
    for (const char* name : {"z", "../a", "m\xff"}) entries.push_back(Add(dir, name));
    dir.Commit(entries);
    std::swap(entries[0], entries[2]);
    entries[1].name = "renamed";
    dir.Commit(entries);
    entries.pop_back();
    dir.Commit(entries);
  }
  const DataDir dir(path);
  EXPECT_EQ(dir.entries(), entries);
  EXPECT_TRUE(dir.warnings().empty());
  EXPECT_EQ(std::distance(fs::directory_iterator(path), {}), 4);  // two files, catalog, lock
}

TEST(DataDir, ASecondUserIsRefused) {
  const std::string path = FreshFolder("lock");
  const DataDir dir(path);
  try {
    const DataDir second(path);
    FAIL() << "it is refused";
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("another server"), std::string::npos);
  }
}

TEST(DataDir, ALostCatalogIsMadeOfTheFiles) {
  const std::string path = FreshFolder("lost");
  {
    DataDir dir(path);
    dir.Commit({Add(dir, "one"), Add(dir, "two")});
  }
  fs::remove(path + "/catalog");
  {
    const DataDir dir(path);
    ASSERT_EQ(dir.entries().size(), 2U);
    EXPECT_EQ(dir.entries()[1].name, "two");
    EXPECT_EQ(dir.warnings().size(), 1U);
  }
  WriteWholeFile(path + "/catalog", "something else");
  {
    const DataDir dir(path);
    EXPECT_EQ(dir.entries().size(), 2U);
  }
  const DataDir dir(path);
  EXPECT_EQ(dir.entries().size(), 2U);
  EXPECT_TRUE(dir.warnings().empty());
}

TEST(DataDir, AFailedCommitChangesNothing) {
  const std::string path = FreshFolder("failed");
  DataDir dir(path);
  const std::vector<StoredEntry> before = {Add(dir, "one")};
  dir.Commit(before);
  fs::create_directory(path + "/catalog.new");  // nothing can be written there
  EXPECT_THROW(dir.Commit({}), UserError);
  EXPECT_EQ(dir.entries(), before);
  EXPECT_TRUE(fs::exists(path + "/" + before[0].file));
  fs::remove(path + "/catalog.new");
  dir.Commit({});
  EXPECT_FALSE(fs::exists(path + "/" + before[0].file));
}

// A child writes states 1, 2, 3, …: state n has the entries n … n+2. It tells each that is
// committed through a pipe, and is killed at any moment.
TEST(DataDir, KilledAtAnyMomentItHoldsOneState) {
  const std::string path = FreshFolder("killed");
  Random random(1);
  int told_at_all = 0;
  // Longer where the disk is so busy that nothing is committed in time.
  uint64_t longest = 20'000;  // microseconds
  for (int round = 0; round < 60; ++round) {
    int64_t first = 1;
    {
      const DataDir dir(path);
      EXPECT_TRUE(dir.warnings().empty());
      if (!dir.entries().empty()) first = std::stoll(dir.entries()[0].name);
    }
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      DataDir dir(path);
      std::vector<StoredEntry> entries = dir.entries();
      for (int64_t n = first;; ++n) {
        while (!entries.empty() && entries[0].name != std::to_string(n)) {
          entries.erase(entries.begin());
        }
        for (auto next = n + static_cast<int64_t>(entries.size()); next < n + 3; ++next) {
          entries.push_back(Add(dir, std::to_string(next)));
        }
        dir.Commit(entries);
        if (write(ends[1], &n, sizeof(n)) != sizeof(n)) _exit(1);
      }
    }
    close(ends[1]);
    usleep(static_cast<useconds_t>(random.Below(longest)));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    int64_t told = 0;
    int64_t number = 0;
    while (read(ends[0], &number, sizeof(number)) == sizeof(number)) told = number;
    close(ends[0]);
    told_at_all += told > first ? 1 : 0;
    if (told <= first) longest = std::min<uint64_t>(longest * 9 / 8, 500'000);
    const DataDir dir(path);
    if (told > 0) {
      ASSERT_EQ(dir.entries().size(), 3U);
      EXPECT_GE(std::stoll(dir.entries()[0].name), told);
    }
    for (size_t i = 0; i < dir.entries().size(); ++i) {
      const StoredEntry& entry = dir.entries()[i];
      EXPECT_EQ(std::stoll(entry.name), std::stoll(dir.entries()[0].name) + static_cast<int>(i));
      EXPECT_EQ(ReadSealed(ReadWholeFile(dir.PathOf(entry.file)), entry.file).content,
                "content of " + entry.name);
    }
    EXPECT_LE(std::distance(fs::directory_iterator(path), {}), 5);
  }
  EXPECT_GT(told_at_all, 5);
}

}  // namespace
}  // namespace thalweg
