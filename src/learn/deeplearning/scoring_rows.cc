#include "learn/deeplearning/scoring_rows.h"

#include <algorithm>
#include <numeric>

namespace thalweg {

std::vector<uint32_t> SampleRows(size_t rows, int64_t wanted, Random random) {
  std::vector<uint32_t> sample(rows);
  std::iota(sample.begin(), sample.end(), 0);
  if (wanted == 0 || static_cast<size_t>(wanted) >= rows) return sample;
  random.Shuffle(std::span(sample));
  sample.resize(static_cast<size_t>(wanted));
  std::sort(sample.begin(), sample.end());
  return sample;
}

std::vector<uint32_t> SampleRowsByClass(std::span<const int32_t> classes, int64_t wanted,
                                        Random random) {
  const auto count = static_cast<size_t>(wanted);
  if (count == 0 || count >= classes.size()) return SampleRows(classes.size(), 0, random);
  const int32_t levels = *std::max_element(classes.begin(), classes.end()) + 1;
  std::vector<std::vector<uint32_t>> by_class(static_cast<size_t>(levels));
  for (size_t r = 0; r < classes.size(); ++r) {
    by_class[static_cast<size_t>(classes[r])].push_back(static_cast<uint32_t>(r));
  }
  std::erase_if(by_class, [](const auto& rows) { return rows.empty(); });

  const double share = static_cast<double>(count) / static_cast<double>(classes.size());
  const size_t least = count >= by_class.size() ? 1 : 0;
  std::vector<size_t> take(by_class.size());
  for (size_t c = 0; c < take.size(); ++c) {
    take[c] = std::max(least, static_cast<size_t>(share * static_cast<double>(by_class[c].size())));
  }
  // What each class still lacks of its exact share; negative where it has more.
  const auto lack = [&](size_t c) {
    return share * static_cast<double>(by_class[c].size()) - static_cast<double>(take[c]);
  };
  for (size_t sum = std::accumulate(take.begin(), take.end(), size_t{0}); sum != count;) {
    const bool more = sum < count;
    size_t best = take.size();
    for (size_t c = 0; c < take.size(); ++c) {
      if (more ? take[c] == by_class[c].size() : take[c] <= least) continue;
      if (best == take.size() || (more ? lack(c) > lack(best) : lack(c) < lack(best))) best = c;
    }
    take[best] += more ? 1 : size_t(-1);
    sum += more ? 1 : size_t(-1);
  }

  std::vector<uint32_t> sample;
  for (size_t c = 0; c < take.size(); ++c) {
    random.Shuffle(std::span(by_class[c]));
    sample.insert(sample.end(), by_class[c].begin(),
                  by_class[c].begin() + static_cast<int64_t>(take[c]));
  }
  std::sort(sample.begin(), sample.end());
  return sample;
}

}  // namespace thalweg
