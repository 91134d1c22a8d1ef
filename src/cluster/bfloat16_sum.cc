#include "cluster/bfloat16_sum.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"

namespace thalweg {
namespace {

std::string Pack(std::span<const float> values) {
  std::string bytes(values.size() * sizeof(uint16_t), '\0');
  char* to = bytes.data();
  for (size_t i = 0; i < values.size(); ++i) {
    const uint16_t half = ToBfloat16(values[i]);
    std::memcpy(to + i * sizeof(half), &half, sizeof(half));
  }
  return bytes;
}

// `take(value, half)` for each.
template <class Take>
void Unpack(const std::string& bytes, std::span<float> values, const Take& take) {
  Check(bytes.size() == values.size() * sizeof(uint16_t), "ranks sum up equally many numbers");
  const char* from = bytes.data();
  for (size_t i = 0; i < values.size(); ++i) {
    uint16_t half;
    std::memcpy(&half, from + i * sizeof(half), sizeof(half));
    take(values[i], FromBfloat16(half));
  }
}

}  // namespace

void AllReduceSumBfloat16(Communicator& ranks, std::span<float> values) {
  const auto size = static_cast<size_t>(ranks.size());
  const auto part = [&](size_t rank) {
    const size_t begin = values.size() * rank / size;
    return values.subspan(begin, values.size() * (rank + 1) / size - begin);
  };
  std::vector<std::string> to_each(size);
  for (size_t r = 0; r < size; ++r) to_each[r] = Pack(part(r));
  const std::span<float> own = part(static_cast<size_t>(ranks.rank()));
  std::fill(own.begin(), own.end(), 0.0F);
  for (const std::string& theirs : ranks.AllToAll(std::move(to_each))) {
    Unpack(theirs, own, [](float& sum, float value) { sum += value; });
  }
  const std::vector<std::string> sums = ranks.AllGather(Pack(own));
  for (size_t r = 0; r < size; ++r) {
    Unpack(sums[r], part(r), [](float& sum, float value) { sum = value; });
  }
}

}  // namespace thalweg
