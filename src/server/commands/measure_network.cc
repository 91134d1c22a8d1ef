#include "server/commands/measure_network.h"

#include <chrono>
#include <string>

#include "base/json.h"

namespace thalweg {

Json NetworkTestCommand(const Json&, CommandContext& context) {
  constexpr int kRounds = 10;
  JsonArray measured;
  for (const size_t bytes : {size_t{1}, size_t{1} << 10, size_t{1} << 20}) {
    const std::string message(bytes, 'x');
    context.ranks.Barrier();
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i) context.ranks.AllGather(message);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    measured.push_back(JsonObject{{"bytes", bytes}, {"seconds", time.count() / kRounds}});
  }
  return measured;
}

}  // namespace thalweg
