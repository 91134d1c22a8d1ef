#include "jobs/commands.h"

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "cluster/timed_communicator.h"
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
                  Communicator& ranks, const WorkContext& work, KeptModel* kept) {
  const CommandScope scope(number);
  if (with_replicas_) catalog_.Watch(number);
  // Progress is rank 0's to tell; all see the wish to end.
  const WorkContext own = {.progress = ranks.rank() == 0 ? work.progress : nullptr,
                           .cancel = work.cancel};
  std::unique_ptr<ThreadPool> pool = Take();
  times_.Start(number, command.name);
  TimedCommunicator timed(ranks,
                          [this, number](double seconds) { times_.AddCall(number, seconds); });
  std::exception_ptr failure;
  Json result;
  try {
    CommandContext context{timed, *pool, catalog_, own, times_, kept, ShareOfBytes(timed.size())};
    if (command.run != nullptr) {
      result = command.run(arguments, context);
    } else {
      CompleteReplicas(timed);
    }
    if (with_replicas_) replicas_.Complete(catalog_.FramesOf(number), timed);
  } catch (...) {
    failure = std::current_exception();
  }
  times_.End(number);
  GiveBack(std::move(pool));
  if (failure) std::rethrow_exception(failure);
  return result;
}

double OwnRank::ShareOfBytes(int ranks) const {
  if (kind_ == Kind::kThread) return 1;
  return std::min(1.0, (with_replicas_ ? 2.0 : 1.0) / ranks);
}

void OwnRank::Settle(uint64_t number, bool take_back) {
  const bool changed = take_back ? catalog_.TakeBack(number) : catalog_.Keep(number);
  if (changed) replicas_.Sweep();
}

void OwnRank::PrepareTakeOver(const std::vector<int>& lost, int before, Communicator& survivors) {
  take_over_.reset();
  take_over_.emplace(catalog_, replicas_, lost, before, survivors);
}

std::vector<std::string> OwnRank::FinishTakeOver() {
  Check(take_over_.has_value(), "a take-over that was prepared");
  take_over_->Apply(catalog_, replicas_);
  std::vector<std::string> gone = take_over_->gone();
  take_over_.reset();
  return gone;
}

void OwnRank::CompleteReplicas(Communicator& ranks) {
  replicas_.Complete(CommonFrames(catalog_, ranks), ranks);
}

const Command& FindCommand(const std::vector<Command>& commands, std::string_view name) {
  static const Command complete{kCompleteReplicas, nullptr};
  if (name == kCompleteReplicas) return complete;
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const Command& c) { return c.name == name; });
  Check(found != commands.end(), "a command of the list");
  return *found;
}

}  // namespace internal

Ranks::Ranks(const RanksOptions& options, std::vector<Command> commands)
    : state_(internal::MakeThreadRanks(options, std::move(commands))) {}

Ranks::Ranks(Transport& transport, const ProcessOptions& options, std::vector<Command> commands)
    : state_(internal::MakeProcessRanks(transport, options, std::move(commands))) {}

Ranks::~Ranks() = default;

Json Ranks::Run(std::string_view command, const Json& arguments, const WorkContext& work) {
  return state_->Run(command, arguments, work);
}

Catalog& Ranks::catalog() { return state_->catalog(); }

int Ranks::size() const { return state_->size(); }

size_t Ranks::threads() const { return state_->threads(); }

std::vector<RankReport> Ranks::Reports() const { return state_->Reports(); }

std::vector<RankLoss> Ranks::Losses() const { return state_->Losses(); }

void Ranks::OnLoss(std::function<void(const RankLoss&)> listener) {
  state_->OnLoss(std::move(listener));
}

}  // namespace thalweg
