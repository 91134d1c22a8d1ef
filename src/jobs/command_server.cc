// A process that is not rank 0: it runs its part of what rank 0 says (jobs/process_channels.h).
#include <algorithm>
#include <condition_variable>
#include <map>
#include <optional>
#include <thread>

#include "base/cancel.h"
#include "base/error.h"
#include "base/json.h"
#include "cluster/message_communicator.h"
#include "cluster/time_limit.h"
#include "jobs/process_channels.h"
#include "jobs/ranks_state.h"

namespace thalweg::internal {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kReport{500};
constexpr milliseconds kLimitAtEnd{500};

std::vector<int> RanksOf(const Json& list) {
  std::vector<int> ranks;
  for (const Json& rank : list.as_array()) ranks.push_back(rank.to_number<int>());
  return ranks;
}

class CommandServer : public std::enable_shared_from_this<CommandServer> {
 public:
  CommandServer(Transport& transport, const ProcessOptions& options,
                const std::vector<Command>& commands, RankState state)
      : transport_(transport),
        commands_(commands),
        state_(std::move(state)),
        rank_(OwnRank::Kind::kProcess, MeetAtStart(transport, options.threads), options.replicas) {}

  // Returns at the end; throws what became of rank 0 where it has not said that it is the end.
  void Serve() {
    bool told = false;
    std::optional<RankFailure> lost;
    auto report = std::chrono::steady_clock::now();
    while (!told) {
      if (std::chrono::steady_clock::now() >= report) {
        transport_.Send(0, kControlChannel,
                        FormatJson(JsonObject{{"state", state_ ? state_() : Json()}}));
        report = std::chrono::steady_clock::now() + kReport;
      }
      // In this order: what rank 0 has said counts.
      lost = transport_.mailbox().LossOf(0);
      const auto message = transport_.mailbox().ReceiveAny(kControlChannel, kReport);
      if (!message && lost) break;
      if (message) told = !Obey(ParseJson(message->bytes, "a control message"));
    }
    std::unique_lock lock(mutex_);
    for (auto& [number, running] : running_) GiveUp(*running);
    changed_.wait_for(lock, kLimitAtEnd, [&] { return running_.empty(); });
    if (!told) throw RankFailure(*lost);
  }

 private:
  // A command, or a repair.
  struct Running {
    CancelToken cancel;
    std::optional<bool> take_back;  // rank 0's word on a command that has not ended here
    bool repaired = false;          // rank 0's word on a repair
    bool taken_over = false;        // has come to pass here
    bool given_up = false;
  };

  // False at the end.
  bool Obey(const Json& control) {
    const JsonObject& object = control.as_object();
    const auto number = [&](const char* name) { return control.at(name).to_number<uint64_t>(); };
    if (object.contains("end")) return false;
    if (object.contains("run")) {
      Start(number("run"), control);
    } else if (object.contains("cancel")) {
      Cancel(number("cancel"));
    } else if (object.contains("keep")) {
      Settle(number("keep"), false);
    } else if (object.contains("take_back")) {
      Settle(number("take_back"), true);
    } else if (object.contains("repair")) {
      Repair(number("repair"), RanksOf(control.at("before")), RanksOf(control.at("lost")));
    } else {
      Check(object.contains("repaired"), "a control message that is known");
      Repaired(number("repaired"));
    }
    return true;
  }

  // Runs `body` on a thread of its own, as number `number` of what runs here.
  template <class Body>
  void Spawn(uint64_t number, Body body) {
    auto running = std::make_shared<Running>();
    {
      std::lock_guard lock(mutex_);
      running_[number] = running;
    }
    std::thread([self = shared_from_this(), number, running, body = std::move(body)] {
      try {
        body(*running);
      } catch (...) {
        // RunOnChannel has told rank 0, which tells the user.
      }
      std::lock_guard lock(self->mutex_);
      if (running->take_back) self->rank_.Settle(number, *running->take_back);
      self->running_.erase(number);
      self->changed_.notify_all();
    }).detach();
  }

  void Start(uint64_t number, const Json& control) {
    const Command& command = FindCommand(commands_, control.at("command").as_string());
    Spawn(number, [this, number, &command, members = RanksOf(control.at("members")),
                   arguments = control.at("arguments")](Running& running) {
      RunOnChannel(transport_, members, ChannelOf(number), kNoTimeLimit, [&](Communicator& ranks) {
        rank_.Run(command, number, arguments, ranks, {.cancel = &running.cancel});
      });
    });
  }

  void Cancel(uint64_t number) {
    std::lock_guard lock(mutex_);
    const auto found = running_.find(number);
    if (found != running_.end()) found->second->cancel.Cancel();
  }

  void Settle(uint64_t number, bool take_back) {
    std::lock_guard lock(mutex_);
    const auto found = running_.find(number);
    if (found == running_.end()) {
      rank_.Settle(number, take_back);
      return;
    }
    found->second->take_back = take_back;
    if (take_back) found->second->cancel.Cancel();
  }

  void Repair(uint64_t number, const std::vector<int>& before, const std::vector<int>& lost) {
    const auto [members, places] = SplitOff(before, lost);
    for (const int rank : lost) {
      transport_.mailbox().Lose(RankFailure(rank, "the others go on without it"));
    }
    {
      // A repair before this one has not come to its end.
      std::lock_guard lock(mutex_);
      for (auto& [other, running] : running_) GiveUp(*running);
      changed_.notify_all();
    }
    Spawn(number, [this, number, members = members, places = places, before](Running& running) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return running_.begin()->first == number; });
      lock.unlock();
      try {
        RunOnChannel(transport_, members, ChannelOf(number), kNoTimeLimit,
                     [&](Communicator& ranks) {
                       rank_.PrepareTakeOver(places, static_cast<int>(before.size()), ranks);
                     });
      } catch (const RankFailure&) {
        // If that was after all had done their part, rank 0 will say so.
      }
      lock.lock();
      changed_.wait(lock, [&] { return running.repaired || running.given_up; });
      if (!running.repaired) return;
      rank_.FinishTakeOver();
      running.taken_over = true;
      changed_.notify_all();
      lock.unlock();
      RunOnChannel(transport_, members, ChannelOf(number + 1), kNoTimeLimit,
                   [&](Communicator& ranks) { rank_.CompleteReplicas(ranks); });
    });
  }

  void Repaired(uint64_t number) {
    std::unique_lock lock(mutex_);
    const auto found = running_.find(number);
    Check(found != running_.end(), "a repair that is under way");
    found->second->repaired = true;
    changed_.notify_all();
    // What comes next finds the frames as they are then.
    changed_.wait(lock, [&, running = found->second] {
      return running->taken_over || !running_.contains(number);
    });
  }

  // With the mutex held.
  static void GiveUp(Running& running) {
    running.cancel.Cancel();
    running.given_up = true;
  }

  Transport& transport_;
  const std::vector<Command> commands_;
  const RankState state_;
  OwnRank rank_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uint64_t, std::shared_ptr<Running>> running_;
};

}  // namespace
}  // namespace thalweg::internal

namespace thalweg {

bool ServeCommands(Transport& transport, const ProcessOptions& options,
                   const std::vector<Command>& commands, const RankState& state) {
  try {
    std::make_shared<internal::CommandServer>(transport, options, commands, state)->Serve();
    return true;
  } catch (const RankFailure& error) {
    // What ended it at the start is rank 0's to tell.
    return error.kind() == FailureKind::kEnded;
  }
}

}  // namespace thalweg
