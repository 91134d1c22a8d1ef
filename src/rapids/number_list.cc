#include "rapids/number_list.h"

#include "base/error.h"

namespace thalweg::internal {

double NumberList::size() const {
  double size = 0;
  for (const NumberRange& range : ranges_) size += range.count;
  return size;
}

std::vector<double> NumberList::Expand() const {
  if (!(size() <= kMostExpanded)) {
    throw UserError("a list of numbers is too long: at most 100,000,000 are possible here");
  }
  std::vector<double> numbers;
  numbers.reserve(static_cast<size_t>(size()));
  for (const NumberRange& range : ranges_) {
    for (double i = 0; i < range.count; ++i) {
      numbers.push_back(range.count == 1 ? range.base : range.base + i * range.stride);
    }
  }
  return numbers;
}

}  // namespace thalweg::internal
