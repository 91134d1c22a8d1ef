#include "models/metrics/radix_sort.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "base/random.h"

namespace thalweg::internal {
namespace {

TEST(RadixSort, IsTheStandardSort) {
  ThreadPool one(1), three(3), eight(8);
  Random random(1);
  for (size_t size : {0, 1, 2, 100, 2047, 2048, 5000, 65535, 65536, 200'000}) {
    // All bits; bits of floats of one class; few values; one value; nearly sorted.
    for (int shape = 0; shape < 5; ++shape) {
      std::vector<uint32_t> keys(size);
      for (size_t i = 0; i < size; ++i) {
        const auto value = static_cast<uint32_t>(random.Next());
        const auto p = static_cast<float>(0.5 / (1 + std::exp(random.Normal())));
        keys[i] = shape == 0   ? value
                  : shape == 1 ? std::bit_cast<uint32_t>(p) << 1 | (value & 1)
                  : shape == 2 ? (value & 1 ? 7U : ~uint32_t{0})
                  : shape == 3 ? 12345U
                               : static_cast<uint32_t>(i << 12) + (value & 8191);
      }
      std::vector<uint32_t> wanted = keys;
      std::sort(wanted.begin(), wanted.end());
      for (ThreadPool* pool : {static_cast<ThreadPool*>(nullptr), &one, &three, &eight}) {
        std::vector<uint32_t> sorted = keys;
        SortKeys(sorted, pool);
        ASSERT_EQ(sorted, wanted) << size << " " << shape;
      }
    }
  }
}

TEST(RadixSort, IsStable) {
  struct Cell {
    uint64_t key;
    size_t place;
  };
  Random random(2);
  for (size_t size : {100, 3000}) {
    for (int bits : {1, 12, 47}) {
      std::vector<Cell> cells(size);
      for (size_t i = 0; i < size; ++i) cells[i] = {random.Next() >> (64 - bits), i};
      std::vector<Cell> wanted = cells;
      std::stable_sort(wanted.begin(), wanted.end(),
                       [](const Cell& a, const Cell& b) { return a.key < b.key; });
      SortByKey(
          cells, [](const Cell& cell) { return cell.key; }, bits);
      for (size_t i = 0; i < size; ++i) ASSERT_EQ(cells[i].place, wanted[i].place);
    }
  }
}

}  // namespace
}  // namespace thalweg::internal
