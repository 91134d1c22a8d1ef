#include "server/store/frame_file.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "cluster/local/local_ranks.h"
#include "ingest/random_frame_for_test.h"
#include "mapreduce/gather_frame.h"

namespace thalweg {
namespace {

constexpr std::chrono::seconds kLimit(60);

std::string TestPath(const std::string& name) { return testing::TempDir() + "frame_file_" + name; }

void Write(const Frame& frame, const std::string& path, int ranks) {
  RunLocalRanks(
      ranks,
      [&](Communicator& own) { WriteFrameFile(KeepOwnChunks(frame, own), "a\nname", path, own); },
      kLimit);
}

Frame ReadBack(const std::string& path, int ranks) {
  std::unique_ptr<Frame> whole;
  RunLocalRanks(
      ranks,
      [&](Communicator& own) {
        const FrameFile file(path, "f");
        EXPECT_EQ(file.name(), "a\nname");
        Frame gathered = GatherFrame(file.Read(own), own);
        if (own.rank() == 0) whole = std::make_unique<Frame>(std::move(gathered));
      },
      kLimit);
  return *whole;
}

// Without waiting for the disk.
void Overwrite(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(FrameFile, EveryCellComesBackOnAnyNumberOfRanks) {
  const std::string path = TestPath("ranks");
  for (const int writers : {1, 2, 3}) {
    for (const int readers : {1, 3, 5}) {
      for (const int64_t rows : {1, 40, 900}) {
        const Frame frame = RandomFrame(static_cast<uint64_t>(rows + writers), rows);
        Write(frame, path, writers);
        ExpectSameFrame(ReadBack(path, readers), frame);
      }
    }
  }
}

TEST(FrameFile, ColumnsThatStandTwiceAreWrittenOnce) {
  const std::string one = TestPath("one"), two = TestPath("two");
  const Frame frame = RandomFrame(1, 20'000);
  Write(frame, one, 1);
  Write(frame.WithColumn("again", frame.column_ptr(0)), two, 1);
  EXPECT_LT(std::filesystem::file_size(two), std::filesystem::file_size(one) + 200);
  const Frame back = ReadBack(two, 1);
  EXPECT_EQ(back.column_ptr(0), back.column_ptr(back.columns() - 1));
}

TEST(FrameFile, EveryCutAndEveryChangedByteIsNoticed) {
  const std::string path = TestPath("damaged");
  Write(RandomFrame(3, 30), path, 1);
  const std::string whole = ReadWholeFile(path);
  Random random(1);
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string bad = whole;
    bad[i] = static_cast<char>(bad[i] ^ (1 << random.Below(8)));
    Overwrite(path, bad);
    EXPECT_THROW(ReadBack(path, 1), UserError) << i;
  }
  for (size_t size = 0; size < whole.size(); size += 1 + random.Below(20)) {
    Overwrite(path, whole.substr(0, size));
    EXPECT_THROW(ReadBack(path, 1), UserError) << size;
  }
}

}  // namespace
}  // namespace thalweg
