// Which kinds of columns a frame of random cells has, and in which order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace thalweg {

// What a random column holds.
enum class RandomKind { kReal, kInteger, kBinary, kCategorical, kTime, kString, kConstant };

// Shares of the columns in [0, 1]; the rest are reals.
struct KindFractions {
  double categorical = 0;
  double integer = 0;
  double binary = 0;
  double time = 0;
  double string = 0;
};

// The order of H2O for the same seed, as scripts name the columns that they expect: a shuffle
// "inside out" (Durstenfeld 1964) with the generator PCG-XSH-RR 64/32 (O'Neill 2014), stream 1.
std::vector<RandomKind> ChooseKinds(size_t columns, const KindFractions& fractions, uint64_t seed);

}  // namespace thalweg
