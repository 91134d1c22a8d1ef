#include "server/commands/column_kinds.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

namespace thalweg {
namespace {

// r(eal), i(nteger), b(inary), c(ategorical), t(ime), s(tring)
std::string Letters(size_t columns, const KindFractions& fractions, uint64_t seed) {
  std::string letters;
  for (const RandomKind kind : ChooseKinds(columns, fractions, seed)) {
    letters += "ribcts"[static_cast<size_t>(kind)];
  }
  return letters;
}

// What h2o.create_frame(seed=…) of an H2O-3 3.46.0.12 server answered.
TEST(ColumnKinds, AreThoseOfH2oForTheSameSeed) {
  const KindFractions usual = {.categorical = 0.2, .integer = 0.2, .binary = 0.1};
  EXPECT_EQ(Letters(10, usual, 123), "rbcrcrrrii");
  EXPECT_EQ(Letters(10, usual, 1), "rcrricbrir");
  EXPECT_EQ(Letters(10, usual, 2), "rirbrcrrci");
  EXPECT_EQ(Letters(10, usual, 7), "irrrbirrcc");
  EXPECT_EQ(Letters(10, usual, 42), "ricrrcbrir");
  const double sixth = 1.0 / 6;
  const KindFractions each = {sixth, sixth, sixth, sixth, sixth};
  EXPECT_EQ(Letters(6, each, 0), "sirtcb");
  EXPECT_EQ(Letters(6, each, 9), "brsict");
  EXPECT_EQ(Letters(6, each, 23), "bscirt");
  EXPECT_EQ(Letters(3, {.categorical = 1.0 / 3, .time = 1.0 / 3}, 123), "tcr");
}

TEST(ColumnKinds, CountsAreTheFractions) {
  std::string letters = Letters(10, {.categorical = 0.3, .integer = 0.1, .string = 0.25}, 5);
  std::sort(letters.begin(), letters.end());
  EXPECT_EQ(letters, "cccirrrrss");
  EXPECT_EQ(Letters(1, {.time = 1}, 3), "t");
  EXPECT_EQ(Letters(3, {.categorical = 1, .integer = 1}, 3), "ccc");
  EXPECT_EQ(Letters(0, {}, 3), "");
}

}  // namespace
}  // namespace thalweg
