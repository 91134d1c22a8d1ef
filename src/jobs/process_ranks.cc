// Ranks that are processes, as rank 0 sees them: it says which command comes next
// (jobs/process_channels.h), and what is to be done when one of them is lost.
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <thread>

#include "base/cancel.h"
#include "base/error.h"
#include "base/json.h"
#include "base/wall_clock.h"
#include "cluster/message_communicator.h"
#include "cluster/time_limit.h"
#include "jobs/process_channels.h"
#include "jobs/ranks_state.h"

namespace thalweg::internal {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{20};
constexpr milliseconds kStopped{1000};

class ProcessRanks : public Ranks::State {
 public:
  ProcessRanks(Transport& transport, const ProcessOptions& options, std::vector<Command> commands)
      : transport_(transport),
        commands_(std::move(commands)),
        silence_limit_(options.silence_limit),
        replicas_(options.replicas),
        rank_(OwnRank::Kind::kProcess, MeetAtStart(transport, options.threads), options.replicas) {
    Check(transport.rank() == 0, "rank 0 gives the commands");
    for (int r = 0; r < transport.size(); ++r) {
      members_.push_back(r);
      if (r > 0) heard_.push_back({.rank = r, .state = nullptr, .when = Clock::now()});
    }
    watcher_ = std::thread([this] { Watch(); });
  }

  ~ProcessRanks() override {
    {
      std::lock_guard lock(mutex_);
      end_ = true;
    }
    watcher_.join();
    if (repairer_.joinable()) repairer_.join();
    Tell(JsonObject{{"end", true}});
  }

  Json Run(std::string_view name, const Json& arguments, const WorkContext& work) override {
    const Command& command = FindCommand(commands_, name);
    KeptModel kept;
    for (;;) {
      const auto attempt = Start(name, arguments, work);
      Json result;
      std::exception_ptr failure;
      try {
        RunOnChannel(transport_, attempt->members, ChannelOf(attempt->number), kNoTimeLimit,
                     [&](Communicator& ranks) {
                       result = rank_.Run(command, attempt->number, arguments, ranks,
                                          {.progress = work.progress, .cancel = &attempt->cancel},
                                          replicas_ ? &kept : nullptr);
                     });
      } catch (...) {
        failure = std::current_exception();
      }
      const bool again = End(*attempt, failure, work);
      if (!failure && !again) return result;
      if (!again) {
        if (attempt->left_frames) CompleteReplicas();
        Rethrow(failure);
      }
      const std::string losses = AwaitRepair(attempt->losses_before, work);
      if (work.progress != nullptr) work.progress->Warn(losses);
    }
  }

  Catalog& catalog() override { return rank_.catalog(); }
  int size() const override {
    std::lock_guard lock(mutex_);
    return static_cast<int>(members_.size());
  }
  size_t threads() const override { return rank_.threads(); }

  std::vector<RankReport> Reports() const override {
    std::lock_guard lock(mutex_);
    std::vector<RankReport> reports;
    for (const Heard& heard : heard_) {
      const std::chrono::duration<double> silent = Clock::now() - heard.when;
      reports.push_back({.rank = heard.rank,
                         .state = heard.state,
                         .silent_seconds = silent.count(),
                         .lost = transport_.mailbox().LossOf(heard.rank).has_value()});
    }
    return reports;
  }

  std::vector<RankLoss> Losses() const override {
    std::lock_guard lock(mutex_);
    return losses_;
  }

  void OnLoss(std::function<void(const RankLoss&)> listener) override {
    std::lock_guard lock(mutex_);
    on_loss_ = std::move(listener);
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Heard {
    int rank = 0;
    std::shared_ptr<const Json> state;
    Clock::time_point when;
  };
  struct Attempt {
    explicit Attempt(const CancelToken* wish) : user(wish), cancel(wish) {}
    uint64_t number = 0;
    std::vector<int> members;
    const CancelToken* user;
    CancelToken cancel;  // the user's wish, or a loss
    bool others_know = false;
    bool cut_off = false;  // by a loss: what it comes to does not count
    size_t losses_before = 0;
    bool left_frames = false;  // of a failed command, which may lack second copies
  };

  [[noreturn]] static void Rethrow(const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const RankFailure& error) {
      error.Rethrow();
    }
  }

  // Whether this is what a command throws that others have ended. What it says of a loss is known
  // here from then on.
  bool ComesFromOutside(const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const RankFailure& error) {
      const bool lost = error.kind() == FailureKind::kLost;
      if (lost && error.rank() > 0) transport_.mailbox().Lose(error);
      return lost || error.kind() == FailureKind::kCancelled;
    } catch (const Cancelled&) {
      return true;
    } catch (...) {
      return false;
    }
  }

  // With the mutex held, or nobody else there.
  void Tell(const Json& message) {
    const std::string text = FormatJson(message);
    for (const int rank : members_) {
      if (rank != 0) transport_.Send(rank, kControlChannel, text);
    }
  }

  // Once no repair is under way.
  std::shared_ptr<Attempt> Start(std::string_view name, const Json& arguments,
                                 const WorkContext& work) {
    auto attempt = std::make_shared<Attempt>(work.cancel);
    std::unique_lock lock(mutex_);
    AwaitRepair(lock, work);
    attempt->losses_before = losses_.size();
    // The messages go out in the order of the numbers, to every rank.
    attempt->number = next_command_++;
    attempt->members = members_;
    running_.push_back(attempt);
    Tell(JsonObject{{"run", attempt->number},
                    {"command", name},
                    {"arguments", arguments},
                    {"members", JsonArray(members_.begin(), members_.end())}});
    return attempt;
  }

  // Whether it is to run again.
  bool End(Attempt& attempt, const std::exception_ptr& failure, const WorkContext& work) {
    std::lock_guard lock(mutex_);
    std::erase_if(running_, [&](const auto& other) { return other.get() == &attempt; });
    if (replicas_ && failure && ComesFromOutside(failure) && SomeAreLost()) attempt.cut_off = true;
    if (replicas_) {
      attempt.left_frames =
          failure && !attempt.cut_off && !rank_.catalog().FramesOf(attempt.number).empty();
      Tell(JsonObject{{attempt.cut_off ? "take_back" : "keep", attempt.number}});
      rank_.Settle(attempt.number, attempt.cut_off);
    }
    if (attempt.cut_off) repairing_ = true;
    changed_.notify_all();
    return attempt.cut_off && !work.cancelled();
  }

  void AwaitRepair(std::unique_lock<std::mutex>& lock, const WorkContext& work) {
    while (repairing_) {
      work.ThrowIfCancelled();
      changed_.wait_for(lock, kLook);
    }
    if (!broken_.empty()) throw UserError(broken_);
  }

  // Says what was lost since then.
  std::string AwaitRepair(size_t losses_before, const WorkContext& work) {
    std::unique_lock lock(mutex_);
    AwaitRepair(lock, work);
    std::string words;
    for (size_t i = losses_before; i < losses_.size(); ++i) {
      const RankLoss& loss = losses_[i];
      words += fmt::format("rank {}{} was lost: {}; ", loss.rank,
                           loss.host.empty() ? "" : " on " + loss.host, loss.reason);
    }
    return words + fmt::format("the others have taken over after {:.2f} s, and go on",
                               losses_.back().repair_seconds);
  }

  void CompleteReplicas() {
    try {
      Run(kCompleteReplicas, nullptr, {});
    } catch (const std::exception&) {
      // The frames are there, and the next command that fails tries again.
    }
  }

  // With the mutex held, from here on.

  std::vector<int> LostMembers() const {
    std::vector<int> lost;
    for (const int rank : members_) {
      if (rank != 0 && transport_.mailbox().LossOf(rank)) lost.push_back(rank);
    }
    return lost;
  }
  bool SomeAreLost() const { return !LostMembers().empty(); }

  void Watch() {
    for (;;) {
      // Also the pause between two looks.
      const auto message = transport_.mailbox().ReceiveAny(kControlChannel, kLook);
      std::unique_lock lock(mutex_);
      if (end_) return;
      if (message) Hear(*message);
      CancelOnOthers();
      MissTheSilent();
      if (replicas_ && !repairer_runs_ && broken_.empty() && SomeAreLost()) GoOnWithoutTheLost();
    }
  }

  void Hear(const Mailbox::Message& message) {
    const auto heard = std::find_if(heard_.begin(), heard_.end(),
                                    [&](const Heard& h) { return h.rank == message.from; });
    if (heard == heard_.end()) return;  // the others go on without it
    const Json report = ParseJson(message.bytes, "a rank's report");
    heard->state = std::make_shared<const Json>(report.at("state"));
    heard->when = Clock::now();
  }

  // Cancel tokens are set without anyone being told: the others hear of it from here.
  void CancelOnOthers() {
    for (const auto& attempt : running_) {
      if (attempt->others_know || attempt->user == nullptr || !attempt->user->cancelled()) continue;
      Tell(JsonObject{{"cancel", attempt->number}});
      attempt->others_know = true;
    }
  }

  static std::string HostOf(const Heard& heard) {
    const Json* host = heard.state && heard.state->is_object()
                           ? heard.state->as_object().if_contains("host")
                           : nullptr;
    return host != nullptr && host->is_string() ? std::string(host->as_string()) : "";
  }

  // With replicas a rank that is silent for too long is lost, even if it comes back.
  void MissTheSilent() {
    // Where this process was stopped itself, nobody was silent meanwhile.
    const Clock::time_point now = Clock::now();
    if (now - last_look_ > kStopped) {
      for (Heard& heard : heard_) heard.when += now - last_look_;
    }
    last_look_ = now;
    for (const Heard& heard : heard_) {
      const auto silent = now - heard.when;
      if (silent < silence_limit_ || (!replicas_ && running_.empty())) continue;
      if (transport_.mailbox().LossOf(heard.rank)) continue;
      const std::string host = HostOf(heard);
      const RankFailure failure(heard.rank,
                                fmt::format("its process{} has not answered for {:.0f} s",
                                            host.empty() ? "" : " on " + host,
                                            std::chrono::duration<double>(silent).count()));
      if (replicas_) transport_.mailbox().Lose(failure);
      for (const auto& attempt : running_) {
        transport_.Interrupt(ChannelOf(attempt->number), failure);
      }
    }
  }

  // Ends what runs; once it has ended, the repair begins.
  void GoOnWithoutTheLost() {
    repairing_ = true;
    for (const auto& attempt : running_) {
      attempt->cut_off = true;
      attempt->cancel.Cancel();
    }
    if (!running_.empty()) return;
    if (repairer_.joinable()) repairer_.join();
    repairer_runs_ = true;
    repairer_ = std::thread([this] { Repair(); });
  }

  // Without the mutex, from here on.

  void Repair() {
    const auto start = Clock::now();
    bool done = false;
    const size_t known = Losses().size();
    while (!done) done = TryRepair(start);
    std::unique_lock lock(mutex_);
    const std::vector<RankLoss> fresh(losses_.begin() + static_cast<std::ptrdiff_t>(known),
                                      losses_.end());
    const auto listener = on_loss_;
    lock.unlock();
    for (const RankLoss& loss : fresh) {
      if (listener) listener(loss);
    }
    lock.lock();
    repairer_runs_ = false;
    repairing_ = false;
    changed_.notify_all();
  }

  // False where another rank was lost meanwhile.
  bool TryRepair(Clock::time_point start) {
    std::unique_lock lock(mutex_);
    const std::vector<int> before = members_;
    const std::vector<int> lost = LostMembers();
    const Split split = SplitOff(before, lost);
    const std::vector<int>& members = split.members;
    const uint64_t number = next_command_;
    next_command_ += 2;
    const Json message{{"repair", number},
                       {"before", JsonArray(before.begin(), before.end())},
                       {"lost", JsonArray(lost.begin(), lost.end())}};
    for (const int rank : members) {
      if (rank != 0) transport_.Send(rank, kControlChannel, FormatJson(message));
    }
    // One that only was silent: nobody waits for it any more.
    for (const int rank : lost) {
      transport_.Send(rank, kControlChannel, FormatJson(JsonObject{{"end", true}}));
    }
    lock.unlock();
    std::string failed;
    if (!Together(members, number, &failed, [&](Communicator& ranks) {
          rank_.PrepareTakeOver(split.places, static_cast<int>(before.size()), ranks);
        })) {
      return false;
    }
    lock.lock();
    if (!failed.empty()) {
      broken_ = "the loss of a rank cannot be made good: " + failed + "; restart the server";
      return true;
    }
    members_ = members;
    Tell(JsonObject{{"repaired", number}});
    const std::vector<std::string> gone = rank_.FinishTakeOver();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    for (const int rank : lost) {
      const auto heard = std::find_if(heard_.begin(), heard_.end(),
                                      [&](const Heard& h) { return h.rank == rank; });
      losses_.push_back({.rank = rank,
                         .host = HostOf(*heard),
                         .reason = transport_.mailbox().LossOf(rank)->reason(),
                         .time_ms = WallClockMs(),
                         .repair_seconds = seconds,
                         .frames_gone = gone});
      heard_.erase(heard);
    }
    lock.unlock();
    std::string trouble;
    if (!Together(members, number + 1, &trouble,
                  [&](Communicator& ranks) { rank_.CompleteReplicas(ranks); })) {
      return false;
    }
    lock.lock();
    losses_.back().trouble = trouble;
    return true;
  }

  // A step of a repair on all of them; false where another one was lost. `trouble`: what else went
  // wrong.
  bool Together(const std::vector<int>& members, uint64_t number, std::string* trouble,
                const std::function<void(Communicator&)>& body) {
    try {
      RunOnChannel(transport_, members, ChannelOf(number), kNoTimeLimit, body);
    } catch (const std::exception& error) {
      const bool from_outside = ComesFromOutside(std::current_exception());
      std::lock_guard lock(mutex_);
      if (from_outside && SomeAreLost()) return false;
      *trouble = error.what();
    }
    return true;
  }

  Transport& transport_;
  const std::vector<Command> commands_;
  const milliseconds silence_limit_;
  const bool replicas_;
  OwnRank rank_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t next_command_ = 1;
  std::vector<int> members_;  // the transport's ranks that are there
  std::vector<std::shared_ptr<Attempt>> running_;
  std::vector<Heard> heard_;  // of the members from 1 on
  std::vector<RankLoss> losses_;
  std::function<void(const RankLoss&)> on_loss_;
  bool repairing_ = false;  // no command starts
  std::string broken_;      // why no repair is possible
  bool repairer_runs_ = false;
  bool end_ = false;
  Clock::time_point last_look_ = Clock::now();
  std::thread watcher_;
  std::thread repairer_;
};

}  // namespace

std::unique_ptr<Ranks::State> MakeProcessRanks(Transport& transport, const ProcessOptions& options,
                                               std::vector<Command> commands) {
  return std::make_unique<ProcessRanks>(transport, options, std::move(commands));
}

}  // namespace thalweg::internal
