#include "ingest/sources/line_blocks.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "ingest/sources/compress_for_test.h"

namespace thalweg::internal {
namespace {

std::vector<std::string> Cut(ByteSource& source, size_t block_bytes) {
  LineBlocks blocks(source, block_bytes);
  std::vector<std::string> texts;
  for (LineBlock block; blocks.Next(block);) texts.emplace_back(block.text());
  return texts;
}

TEST(LineBlocksTest, WholeLines) {
  const std::string text = "a\nbb\n\nccc\nd";
  const auto cut = [&](size_t bytes) { return Cut(*OpenBytes(text, "x"), bytes); };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(cut(1), (Texts{"a\n", "bb\n", "\n", "ccc\n", "d"}));
  EXPECT_EQ(cut(3), (Texts{"a\nbb\n", "\n", "ccc\n", "d"}));
  EXPECT_EQ(cut(6), (Texts{"a\nbb\n\n", "ccc\nd"}));
  EXPECT_EQ(cut(100), (Texts{text}));
  EXPECT_EQ(Cut(*OpenBytes({}, "x"), 10), Texts{});
}

// The same blocks whether the text is mapped or comes in pieces.
TEST(LineBlocksTest, BlocksDoNotDependOnTheSource) {
  Random random(5);
  for (int round = 0; round < 40; ++round) {
    std::string text;
    const uint64_t lines = random.Below(400);
    for (uint64_t i = 0; i < lines; ++i) {
      text += std::string(random.Below(random.Bernoulli(0.05) ? 9000 : 40), 'x') + "\n";
    }
    if (random.Bernoulli(0.5)) text += "tail";
    const std::string packed = Gzip(text);
    for (const size_t bytes : {1, 7, 64, 1000, 5000, 100000}) {
      const auto mapped = Cut(*OpenBytes(text, "x"), bytes);
      ASSERT_EQ(mapped, Cut(*OpenBytes(packed, "x"), bytes));
      std::string joined;
      for (const std::string& block : mapped) joined += block;
      ASSERT_EQ(joined, text);
    }
  }
}

}  // namespace
}  // namespace thalweg::internal
