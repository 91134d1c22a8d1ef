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

}  // namespace
}  // namespace thalweg
