#include "base/random.h"

#include <bit>
#include <cmath>
#include <random>

namespace thalweg {

Random::Random(uint64_t seed, std::initializer_list<uint64_t> stream) {
  uint64_t key = Mix64(seed);
  for (uint64_t number : stream) key = Mix64(key ^ Mix64(number + 0x632be59bd9b4e019));
  for (uint64_t& word : state_) {
    key += 0x9e3779b97f4a7c15;
    word = Mix64(key);
  }
}

uint64_t Random::Next() {
  uint64_t* s = state_;
  const uint64_t result = std::rotl(s[0] + s[3], 23) + s[0];
  const uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = std::rotl(s[3], 45);
  return result;
}

uint64_t Random::Below(uint64_t bound) {
  using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(Next()) * bound;
  if (static_cast<uint64_t>(product) < bound) {
    const uint64_t threshold = -bound % bound;
    while (static_cast<uint64_t>(product) < threshold) {
      product = static_cast<Wide>(Next()) * bound;
    }
  }
  return static_cast<uint64_t>(product >> 64);
}

double Random::Normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  double x = 0;
  double y = 0;
  double square = 0;
  do {
    x = Uniform(-1, 1);
    y = Uniform(-1, 1);
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  const double scale = std::sqrt(-2 * std::log(square) / square);
  spare_normal_ = y * scale;
  has_spare_ = true;
  return x * scale;
}

std::string RandomHex(size_t digits) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::random_device device;
  std::string text;
  while (text.size() < digits) {
    // Of each draw 32 bits are certain.
    const auto word = static_cast<uint32_t>(device());
    for (int shift = 0; shift < 32 && text.size() < digits; shift += 4) {
      text += kDigits[(word >> shift) & 15];
    }
  }
  return text;
}

}  // namespace thalweg
