#include "kernels/flush_denormals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace thalweg {
namespace {

float Product(float a, float b) {
  volatile float x = a, y = b;
  return x * y;
}

TEST(FlushDenormals, WhileItLives) {
  const float smallest = std::numeric_limits<float>::min();
  const float denormal = std::numeric_limits<float>::denorm_min();
  EXPECT_NE(Product(smallest, 0.5F), 0);
#if defined(__SSE2__)
  {
    const FlushDenormals flush;
    EXPECT_EQ(Product(smallest, 0.5F), 0);
    EXPECT_EQ(Product(denormal, 1e38F), 0) << "operands, too";
    EXPECT_EQ(Product(smallest, 1), smallest);
  }
#endif
  EXPECT_NE(Product(smallest, 0.5F), 0);
  EXPECT_NE(Product(denormal, 1), 0);
}

}  // namespace
}  // namespace thalweg
