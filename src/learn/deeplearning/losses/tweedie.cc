#include "learn/deeplearning/losses/tweedie.h"

#include <algorithm>
#include <cmath>

namespace thalweg {
namespace {
// Means far from any response stay finite as floats.
constexpr double kLargestLogMean = 40;
}  // namespace

template <class T>
double TweedieLoss<T>::EvaluateRow(const T* x, size_t /*columns*/, const Targets<T>& targets,
                                   size_t row, T* dx) const {
  const double score = std::clamp(static_cast<double>(x[0]), -kLargestLogMean, kLargestLogMean);
  const auto y = static_cast<double>(targets.values[row]);
  // m^(1-p) and m^(2-p).
  const double low = power_ == 1 ? 1 : std::exp((1 - power_) * score);
  const double high = power_ == 2 ? 1 : std::exp((2 - power_) * score);
  dx[0] = static_cast<T>(factor_ * (high - y * low));
  const double mean_part = power_ == 2 ? score : high / (2 - power_);
  const double response_part = power_ == 1 ? y * score : y * low / (1 - power_);
  return factor_ * (mean_part - response_part);
}

template class TweedieLoss<float>;
template class TweedieLoss<double>;

}  // namespace thalweg
