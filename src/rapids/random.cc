// Random numbers. Each row's number depends on the seed and the row alone, not on chunks or
// threads.
#include <chrono>
#include <cstring>
#include <random>
#include <string>

#include "base/random.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"
#include "rapids/row_random.h"

namespace thalweg::internal {

uint64_t SeedOf(const Arguments& arguments, size_t i, Evaluator& evaluator) {
  const double given = arguments.size() > i && !arguments.Nothing(i) ? arguments.Number(i) : -1;
  if (given != -1) return static_cast<uint64_t>(static_cast<int64_t>(given));
  // One for all ranks.
  std::random_device device;
  const uint64_t mine = uint64_t{device()} << 32 | device();
  const std::string bytes = evaluator.context().ranks.Broadcast(
      std::string(reinterpret_cast<const char*>(&mine), sizeof mine), 0);
  uint64_t seed = 0;
  std::memcpy(&seed, bytes.data(), sizeof seed);
  return seed;
}

Value RandomUniform(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const uint64_t seed = SeedOf(arguments, 1, evaluator);
  const Layout& layout = frame->layout();
  ColumnPtr column = MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    RowRandom random(seed, layout.ChunkStart(chunk));
    for (double& cell : out) cell = random.Next();
  });
  return Frame(frame->layout_ptr(), {"rnd"}, {std::move(column)});
}

}  // namespace thalweg::internal
