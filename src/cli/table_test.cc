#include "cli/table.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

TEST(TableTest, AlignsByCharactersNotBytes) {
  EXPECT_EQ(FormatTable({{"name"}, {"n", true}}, {{"größe", "5"}, {"x", "1000"}}),
            "name      n\n"
            "größe     5\n"
            "x      1000\n");
}

TEST(TableTest, CutsLongCellsAndControlCharacters) {
  EXPECT_EQ(FormatTable({{"a"}}, {{"0123456789"}, {"\x1b[2J"}}, 6), "a\n012345…\n\\x1b[2J\n");
}

TEST(TableTest, LinesDoNotEndWithBlanks) {
  EXPECT_EQ(FormatTable({{"a"}, {""}}, {{"1", "##"}, {"2", ""}}), "a\n1  ##\n2\n");
}

TEST(TableTest, AColumnMayBeWiderThanTheTable) {
  EXPECT_EQ(FormatTable({{"a"}, {"b", false, 9}}, {{"0123456789", "0123456789"}}, 4),
            "a      b\n0123…  012345678…\n");
}

}  // namespace
}  // namespace thalweg
