// Random streams. A stream is named by a seed and any number of stream numbers, so that parallel
// work draws the same numbers whatever thread does it: Random(seed, {epoch, slice}).
//
// Generator: xoshiro256++ (Blackman, Vigna 2019), seeded through SplitMix64 (Steele et al. 2014).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace thalweg {

// One step of the SplitMix64 mixing function: a bijection of 64-bit words with good avalanche.
constexpr uint64_t Mix64(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// Satisfies UniformRandomBitGenerator. Not thread-safe: every thread has its own.
class Random {
 public:
  using result_type = uint64_t;

  explicit Random(uint64_t seed, std::initializer_list<uint64_t> stream = {});

  static constexpr uint64_t min() { return 0; }
  static constexpr uint64_t max() { return ~uint64_t{0}; }
  uint64_t operator()() { return Next(); }

  uint64_t Next();
  // In [0, bound); bound > 0. Unbiased (Lemire 2019).
  uint64_t Below(uint64_t bound);
  // In [0, 1), 53 random bits.
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  // In [low, high).
  double Uniform(double low, double high) { return low + (high - low) * Uniform(); }
  // Mean 0, standard deviation 1 (Marsaglia's polar method).
  double Normal();
  bool Bernoulli(double probability) { return Uniform() < probability; }

  // Fisher-Yates.
  template <class T>
  void Shuffle(std::span<T> values) {
    for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[Below(i)]);
  }

 private:
  uint64_t state_[4];
  double spare_normal_ = 0;
  bool has_spare_ = false;
};

// So many hexadecimal digits out of the system's entropy: names and passwords that nobody guesses.
std::string RandomHex(size_t digits);

}  // namespace thalweg
