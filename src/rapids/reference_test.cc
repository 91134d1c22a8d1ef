// The reference page of the language is that of the table: THALWEG_WRITE_REFERENCE=1 rewrites it.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "rapids/primitive.h"

namespace thalweg::internal {
namespace {

constexpr const char* kPage = THALWEG_SOURCE_DIR "/docs/reference/rapids.md";

TEST(RapidsReference, PageIsCurrent) {
  if (std::getenv("THALWEG_WRITE_REFERENCE") != nullptr) WriteWholeFile(kPage, RapidsReference());
  EXPECT_TRUE(ReadWholeFile(kPage) == RapidsReference())
      << "run THALWEG_WRITE_REFERENCE=1 rapids_test --gtest_filter=RapidsReference*";
}

TEST(RapidsReference, TableIsSound) {
  const auto& list = AllPrimitives();
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) {
      EXPECT_LT(list[i - 1].name, list[i].name);
    }
    EXPECT_EQ(FindPrimitive(list[i].name), &list[i]);
    EXPECT_TRUE(list[i].help.ends_with(".")) << list[i].name;
    const ArgumentCount count = CountOf(list[i]);
    EXPECT_LE(count.least, count.most) << list[i].name;
  }
  EXPECT_EQ(FindPrimitive("nothing"), nullptr);
}

}  // namespace
}  // namespace thalweg::internal
