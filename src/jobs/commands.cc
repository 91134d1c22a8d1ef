#include "jobs/commands.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>

#include "base/error.h"
#include "base/json.h"
#include "cluster/local/local_ranks.h"

namespace thalweg {
namespace {

// Pools that wait for the next command: starting threads costs more than a small command.
class PoolStore {
 public:
  explicit PoolStore(size_t threads) : threads_(threads) {}

  std::unique_ptr<ThreadPool> Take() {
    {
      std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        auto pool = std::move(free_.back());
        free_.pop_back();
        return pool;
      }
    }
    return std::make_unique<ThreadPool>(threads_);
  }

  void GiveBack(std::unique_ptr<ThreadPool> pool) {
    std::lock_guard lock(mutex_);
    if (free_.size() < kKept) free_.push_back(std::move(pool));
  }

  size_t threads() const { return threads_; }

 private:
  static constexpr size_t kKept = 8;
  const size_t threads_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<ThreadPool>> free_;
};

}  // namespace

// Threads of one process do not get lost; one of them may well train for days while others wait.
constexpr auto kNoLimit = std::chrono::hours(24 * 365);

// One rank: its catalog and its pools.
struct Rank {
  explicit Rank(size_t threads) : pools(threads) {}
  Catalog catalog;
  PoolStore pools;
};

struct Ranks::State {
  State(const RanksOptions& options, std::vector<Command> list) : commands(std::move(list)) {
    Check(options.ranks >= 1, "at least one rank");
    const auto count = static_cast<size_t>(options.ranks);
    const size_t threads =
        options.threads > 0 ? options.threads : std::max<size_t>(1, AvailableProcessors() / count);
    for (size_t r = 0; r < count; ++r) ranks.push_back(std::make_unique<Rank>(threads));
  }

  std::vector<Command> commands;
  std::vector<std::unique_ptr<Rank>> ranks;
  std::atomic<uint64_t> next_command{1};
};

Ranks::Ranks(const RanksOptions& options, std::vector<Command> commands)
    : state_(std::make_unique<State>(options, std::move(commands))) {}

Ranks::~Ranks() = default;

Json Ranks::Run(std::string_view command, const Json& arguments, const WorkContext& work) {
  const auto found = std::find_if(state_->commands.begin(), state_->commands.end(),
                                  [&](const Command& c) { return c.name == command; });
  Check(found != state_->commands.end(), "a command of the list");
  const uint64_t number = state_->next_command++;
  Json result;
  RunLocalRanks(
      size(),
      [&](Communicator& communicator) {
        const CommandScope scope(number);
        Rank& rank = *state_->ranks[static_cast<size_t>(communicator.rank())];
        // Progress is rank 0's to tell; all see the wish to end.
        const WorkContext own = {.progress = communicator.rank() == 0 ? work.progress : nullptr,
                                 .cancel = work.cancel};
        std::unique_ptr<ThreadPool> pool = rank.pools.Take();
        std::exception_ptr failure;
        try {
          CommandContext context{communicator, *pool, rank.catalog, own};
          Json mine = found->run(arguments, context);
          if (communicator.rank() == 0) result = std::move(mine);
        } catch (...) {
          failure = std::current_exception();
        }
        rank.pools.GiveBack(std::move(pool));
        if (failure) std::rethrow_exception(failure);
        communicator.Barrier();  // an end that all have come to
      },
      kNoLimit);
  return result;
}

Catalog& Ranks::catalog() { return state_->ranks[0]->catalog; }

int Ranks::size() const { return static_cast<int>(state_->ranks.size()); }

size_t Ranks::threads() const { return state_->ranks[0]->pools.threads(); }

}  // namespace thalweg
