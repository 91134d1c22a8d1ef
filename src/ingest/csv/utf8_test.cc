#include "ingest/csv/utf8.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace thalweg::internal {
namespace {

TEST(Utf8, ValidAndInvalid) {
  const std::string filler(1000, 'x');
  for (const char* good : {"", "plain", "\xc3\xa9", "\xe5\xa4\xaa", "\xf0\x9f\x98\x80",
                           "\xef\xbf\xbf", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(FindInvalidUtf8(good), std::string::npos) << good;
    EXPECT_EQ(FindInvalidUtf8(fmt::format("{}{}{}", filler, good, filler)), std::string::npos)
        << good;
  }
  for (const char* bad : {"\xe9", "\x80", "\xc3", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf",
                          "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80", "\xff", "\xe5\xa4", "\xe5\xa4x"}) {
    EXPECT_EQ(FindInvalidUtf8(bad), 0u) << bad;
    EXPECT_EQ(FindInvalidUtf8(filler + bad), filler.size()) << bad;
    EXPECT_EQ(FindInvalidUtf8(fmt::format("{}{},{}", filler, bad, filler)), filler.size()) << bad;
  }
}

// Characters that lie across the steps of the fast path.
TEST(Utf8, AcrossSteps) {
  for (size_t shift = 0; shift < 260; ++shift) {
    const std::string text = std::string(shift, 'x') + "\xf0\x9f\x98\x80" + std::string(600, 'y');
    EXPECT_EQ(FindInvalidUtf8(text), std::string::npos) << shift;
    EXPECT_EQ(FindInvalidUtf8(text + "\xff"), text.size()) << shift;
  }
}

}  // namespace
}  // namespace thalweg::internal
