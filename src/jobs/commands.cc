#include "jobs/commands.h"

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "jobs/ranks_state.h"

namespace thalweg {
namespace internal {

std::unique_ptr<ThreadPool> OwnRank::Take() {
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

void OwnRank::GiveBack(std::unique_ptr<ThreadPool> pool) {
  std::lock_guard lock(mutex_);
  if (free_.size() < kKept) free_.push_back(std::move(pool));
}

Json OwnRank::Run(const Command& command, uint64_t number, const Json& arguments,
                  Communicator& ranks, const WorkContext& work) {
  const CommandScope scope(number);
  // Progress is rank 0's to tell; all see the wish to end.
  const WorkContext own = {.progress = ranks.rank() == 0 ? work.progress : nullptr,
                           .cancel = work.cancel};
  std::unique_ptr<ThreadPool> pool = Take();
  std::exception_ptr failure;
  Json result;
  try {
    CommandContext context{ranks, *pool, catalog_, own};
    result = command.run(arguments, context);
  } catch (...) {
    failure = std::current_exception();
  }
  GiveBack(std::move(pool));
  if (failure) std::rethrow_exception(failure);
  return result;
}

const Command& FindCommand(const std::vector<Command>& commands, std::string_view name) {
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const Command& c) { return c.name == name; });
  Check(found != commands.end(), "a command of the list");
  return *found;
}

}  // namespace internal

Ranks::Ranks(const RanksOptions& options, std::vector<Command> commands)
    : state_(internal::MakeThreadRanks(options, std::move(commands))) {}

Ranks::Ranks(Transport& transport, size_t threads, std::vector<Command> commands,
             std::chrono::milliseconds silence_limit)
    : state_(internal::MakeProcessRanks(transport, threads, std::move(commands), silence_limit)) {}

Ranks::~Ranks() = default;

Json Ranks::Run(std::string_view command, const Json& arguments, const WorkContext& work) {
  return state_->Run(command, arguments, work);
}

Catalog& Ranks::catalog() { return state_->catalog(); }

int Ranks::size() const { return state_->size(); }

size_t Ranks::threads() const { return state_->threads(); }

std::vector<RankReport> Ranks::Reports() const { return state_->Reports(); }

}  // namespace thalweg
