#include "server/commands/measure_network.h"

#include <chrono>
#include <string>
#include <vector>

#include "base/json.h"

namespace thalweg {
namespace {

template <class Call>
double SecondsOf(Communicator& ranks, const Call& call) {
  constexpr int kRounds = 10;
  ranks.Barrier();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) call();
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  return time.count() / kRounds;
}

}  // namespace

Json NetworkTestCommand(const Json&, CommandContext& context) {
  JsonArray measured;
  for (const size_t bytes : {size_t{4}, size_t{1} << 10, size_t{1} << 20}) {
    const std::string message(bytes, 'x');
    std::vector<float> values(bytes / sizeof(float));
    const double gather = SecondsOf(context.ranks, [&] { context.ranks.AllGather(message); });
    const double reduce =
        SecondsOf(context.ranks, [&] { context.ranks.AllReduceSum(std::span<float>(values)); });
    measured.push_back(JsonObject{
        {"bytes", bytes}, {"all_gather_seconds", gather}, {"all_reduce_seconds", reduce}});
  }
  return measured;
}

}  // namespace thalweg
