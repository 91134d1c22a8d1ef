// Sorting by integer keys, digit by digit from the lowest (Knuth 5.2.5): linear in the number of
// keys.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/thread_pool.h"

namespace thalweg::internal {

inline constexpr int kDigitBits = 11;
inline constexpr size_t kDigits = size_t{1} << kDigitBits;
// Fewer are sorted by comparing.
inline constexpr size_t kFewKeys = 2048;

// Sorts `values`, fewer than 2^32, by key(value), an integer of `key_bits` bits; stable. `scratch`
// is as long as `values`; its content is of no use afterwards.
template <class T, class Key>
void SortByKey(std::span<T> values, std::span<T> scratch, const Key& key, int key_bits) {
  if (values.size() < kFewKeys) {
    std::stable_sort(values.begin(), values.end(),
                     [&](const T& a, const T& b) { return key(a) < key(b); });
    return;
  }
  const int passes = (key_bits + kDigitBits - 1) / kDigitBits;
  const auto digit = [&](const T& value, int pass) {
    return key(value) >> (pass * kDigitBits) & (kDigits - 1);
  };
  std::vector<std::array<uint32_t, kDigits>> counts(static_cast<size_t>(passes));
  for (const T& value : values) {
    for (int pass = 0; pass < passes; ++pass) {
      ++counts[static_cast<size_t>(pass)][digit(value, pass)];
    }
  }
  std::span<T> from = values, to = scratch;
  for (int pass = 0; pass < passes; ++pass) {
    std::array<uint32_t, kDigits>& starts = counts[static_cast<size_t>(pass)];
    if (starts[digit(from[0], pass)] == from.size()) continue;
    uint32_t start = 0;
    for (uint32_t& count : starts) start += std::exchange(count, start);
    for (const T& value : from) to[starts[digit(value, pass)]++] = value;
    std::swap(from, to);
  }
  if (from.data() != values.data()) std::copy(from.begin(), from.end(), values.begin());
}

template <class T, class Key>
void SortByKey(std::vector<T>& values, const Key& key, int key_bits) {
  std::vector<T> scratch(values.size());
  SortByKey(std::span(values), std::span(scratch), key, key_bits);
}

// On all threads of a pool, if there is one.
void SortKeys(std::vector<uint32_t>& keys, ThreadPool* pool);

}  // namespace thalweg::internal
