#include "jobs/commands.h"

#include <algorithm>
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

struct Ranks::State {
  State(const RanksOptions& options, std::vector<Command> list)
      : commands(std::move(list)),
        pools(options.threads > 0 ? options.threads : AvailableProcessors()) {}

  std::vector<Command> commands;
  PoolStore pools;
  Catalog catalog;
};

Ranks::Ranks(const RanksOptions& options, std::vector<Command> commands)
    : state_(std::make_unique<State>(options, std::move(commands))) {
  Check(options.ranks == 1, "one rank");
}

Ranks::~Ranks() = default;

Json Ranks::Run(std::string_view command, const Json& arguments, const WorkContext& work) {
  const auto found = std::find_if(state_->commands.begin(), state_->commands.end(),
                                  [&](const Command& c) { return c.name == command; });
  Check(found != state_->commands.end(), "a command of the list");
  Json result;
  std::unique_ptr<ThreadPool> pool = state_->pools.Take();
  RunLocalRanks(1, [&](Communicator& ranks) {
    CommandContext context{ranks, *pool, state_->catalog, work};
    result = found->run(arguments, context);
  });
  state_->pools.GiveBack(std::move(pool));
  return result;
}

Catalog& Ranks::catalog() { return state_->catalog; }

int Ranks::size() const { return 1; }

size_t Ranks::threads() const { return state_->pools.threads(); }

}  // namespace thalweg
