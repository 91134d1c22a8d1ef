// Ranks that are threads of this process.
#include <algorithm>
#include <atomic>
#include <chrono>

#include "base/error.h"
#include "base/json.h"
#include "cluster/local/local_ranks.h"
#include "cluster/time_limit.h"
#include "jobs/ranks_state.h"

namespace thalweg::internal {
namespace {

class ThreadRanks : public Ranks::State {
 public:
  ThreadRanks(const RanksOptions& options, std::vector<Command> commands)
      : commands_(std::move(commands)) {
    Check(options.ranks >= 1, "at least one rank");
    const auto count = static_cast<size_t>(options.ranks);
    const size_t threads =
        options.threads > 0 ? options.threads : std::max<size_t>(1, AvailableProcessors() / count);
    for (size_t r = 0; r < count; ++r)
      ranks_.push_back(std::make_unique<OwnRank>(OwnRank::Kind::kThread, threads, false));
  }

  Json Run(std::string_view name, const Json& arguments, const WorkContext& work) override {
    const Command& command = FindCommand(commands_, name);
    const uint64_t number = next_command_++;
    Json result;
    RunLocalRanks(
        size(),
        [&](Communicator& communicator) {
          OwnRank& rank = *ranks_[static_cast<size_t>(communicator.rank())];
          Json mine = rank.Run(command, number, arguments, communicator, work);
          if (communicator.rank() == 0) result = std::move(mine);
          communicator.Barrier();  // an end that all have come to
        },
        kNoTimeLimit);
    return result;
  }

  Catalog& catalog() override { return ranks_[0]->catalog(); }
  int size() const override { return static_cast<int>(ranks_.size()); }
  size_t threads() const override { return ranks_[0]->threads(); }

 private:
  const std::vector<Command> commands_;
  std::vector<std::unique_ptr<OwnRank>> ranks_;
  std::atomic<uint64_t> next_command_{1};
};

}  // namespace

std::unique_ptr<Ranks::State> MakeThreadRanks(const RanksOptions& options,
                                              std::vector<Command> commands) {
  return std::make_unique<ThreadRanks>(options, std::move(commands));
}

}  // namespace thalweg::internal
