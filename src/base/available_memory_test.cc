#include "base/available_memory.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

TEST(AvailableMemory, IsAPlausibleNumber) {
  const std::optional<uint64_t> bytes = AvailableMemory();
  ASSERT_TRUE(bytes.has_value());
  EXPECT_GT(*bytes, uint64_t{1} << 20);
  EXPECT_LT(*bytes, uint64_t{1} << 50);
}

TEST(AvailableMemory, ALimitLeavesWhatThisProcessHasNotTaken) {
  SetMemoryLimit(uint64_t{1} << 30);
  EXPECT_LT(*AvailableMemory(), uint64_t{1} << 30);
  EXPECT_GT(*AvailableMemory(), uint64_t{1} << 20);
  SetMemoryLimit(1);
  EXPECT_EQ(*AvailableMemory(), 0U);
  SetMemoryLimit(0);
  EXPECT_GT(*AvailableMemory(), 0U);
}

}  // namespace
}  // namespace thalweg
