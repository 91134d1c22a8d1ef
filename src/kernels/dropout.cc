#include "kernels/dropout.h"

#include <cmath>

namespace thalweg {

template <class T>
void Dropout(double ratio, Random random, const T* x, T* y, size_t count) {
  const auto threshold = static_cast<uint64_t>(std::lround(ratio * 65536));
  const T scale = static_cast<T>(1 / (1 - ratio));
  for (size_t i = 0; i < count; i += 4) {
    uint64_t bits = random.Next();
    const size_t end = count - i < 4 ? count : i + 4;
    for (size_t j = i; j < end; ++j) {
      y[j] = x[j] * ((bits & 0xffff) < threshold ? T{0} : scale);
      bits >>= 16;
    }
  }
}

template void Dropout(double, Random, const float*, float*, size_t);
template void Dropout(double, Random, const double*, double*, size_t);

}  // namespace thalweg
