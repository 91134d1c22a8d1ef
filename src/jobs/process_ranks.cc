// Ranks that are processes: rank 0 says on the control channel which command comes next, and each
// command then has a channel of its own. Control messages are JSON: {"run": number, "command":
// name, "arguments": …}, {"cancel": number}, {"end": true}; to rank 0, twice a second: {"state":
// …}.
#include <fmt/format.h>

#include <condition_variable>
#include <map>
#include <optional>
#include <thread>

#include "base/cancel.h"
#include "base/error.h"
#include "base/json.h"
#include "cluster/message_communicator.h"
#include "cluster/processors.h"
#include "cluster/time_limit.h"
#include "jobs/ranks_state.h"

namespace thalweg::internal {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStartLimit = std::chrono::minutes(5);
constexpr milliseconds kLook{20};
constexpr milliseconds kReport{500};
constexpr milliseconds kLimitAtEnd{500};
constexpr uint32_t kStartChannel = kControlChannel + 1;

uint32_t ChannelOf(uint64_t number) {
  Check(number < UINT32_MAX - kStartChannel, "fewer commands than channels");
  return kStartChannel + static_cast<uint32_t>(number);
}

// The start that all ranks come to. Returns the threads of this one: 0 means its share of the
// processors.
size_t MeetAtStart(Transport& transport, size_t threads) {
  RunOnChannel(transport, kStartChannel, kStartLimit, [&](Communicator& ranks) {
    const size_t share = ShareOfProcessors(ranks);
    if (threads == 0) threads = share;
  });
  return threads;
}

class ProcessRanks : public Ranks::State {
 public:
  ProcessRanks(Transport& transport, size_t threads, std::vector<Command> commands,
               milliseconds silence_limit)
      : transport_(transport),
        commands_(std::move(commands)),
        silence_limit_(silence_limit),
        rank_(MeetAtStart(transport, threads)) {
    Check(transport.rank() == 0, "rank 0 gives the commands");
    for (int r = 1; r < transport.size(); ++r) {
      heard_.push_back({.rank = r, .state = nullptr, .when = Clock::now()});
    }
    watcher_ = std::thread([this] { Watch(); });
  }

  ~ProcessRanks() override {
    {
      std::lock_guard lock(mutex_);
      end_ = true;
    }
    watcher_.join();
    Tell(JsonObject{{"end", true}});
  }

  Json Run(std::string_view name, const Json& arguments, const WorkContext& work) override {
    const Command& command = FindCommand(commands_, name);
    uint64_t number = 0;
    {
      // The messages go out in the order of the numbers, to every rank.
      std::lock_guard lock(mutex_);
      number = next_command_++;
      running_[number] = work.cancel;
      Tell(JsonObject{{"run", number}, {"command", name}, {"arguments", arguments}});
    }
    Json result;
    std::exception_ptr failure;
    try {
      RunOnChannel(transport_, ChannelOf(number), kNoTimeLimit, [&](Communicator& ranks) {
        result = rank_.Run(command, number, arguments, ranks, work);
      });
    } catch (...) {
      failure = std::current_exception();
    }
    {
      std::lock_guard lock(mutex_);
      running_.erase(number);
    }
    if (failure) Rethrow(failure);
    return result;
  }

  Catalog& catalog() override { return rank_.catalog(); }
  int size() const override { return transport_.size(); }
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

 private:
  using Clock = std::chrono::steady_clock;
  struct Heard {
    int rank = 0;
    std::shared_ptr<const Json> state;
    Clock::time_point when;
  };

  [[noreturn]] static void Rethrow(const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const RankFailure& error) {
      error.Rethrow();
    }
  }

  void Tell(const Json& message) {
    const std::string text = FormatJson(message);
    for (int r = 1; r < transport_.size(); ++r) transport_.Send(r, kControlChannel, text);
  }

  void Watch() {
    for (;;) {
      // Also the pause between two looks.
      const auto message = transport_.mailbox().ReceiveAny(kControlChannel, kLook);
      std::unique_lock lock(mutex_);
      if (end_) return;
      if (message) Hear(*message);
      CancelOnOthers();
      EndWhereARankIsSilent();
    }
  }

  void Hear(const Mailbox::Message& message) {
    const Json report = ParseJson(message.bytes, "a rank's report");
    Heard& heard = heard_.at(static_cast<size_t>(message.from - 1));
    heard.state = std::make_shared<const Json>(report.at("state"));
    heard.when = Clock::now();
  }

  // Cancel tokens are set without anyone being told: the others hear of it from here.
  void CancelOnOthers() {
    for (auto& [number, cancel] : running_) {
      if (cancel == nullptr || !cancel->cancelled()) continue;
      Tell(JsonObject{{"cancel", number}});
      cancel = nullptr;
    }
  }

  void EndWhereARankIsSilent() {
    for (const Heard& heard : heard_) {
      const auto silent = Clock::now() - heard.when;
      if (silent < silence_limit_ || running_.empty()) continue;
      const double seconds = std::chrono::duration<double>(silent).count();
      const Json* host = heard.state && heard.state->is_object()
                             ? heard.state->as_object().if_contains("host")
                             : nullptr;
      const std::string where =
          host != nullptr && host->is_string() ? " on " + std::string(host->as_string()) : "";
      for (const auto& [number, cancel] : running_) {
        transport_.Interrupt(
            ChannelOf(number),
            RankFailure(heard.rank, fmt::format("its process{} has not answered for {:.0f} s",
                                                where, seconds)));
      }
    }
  }

  Transport& transport_;
  const std::vector<Command> commands_;
  const milliseconds silence_limit_;
  OwnRank rank_;
  mutable std::mutex mutex_;
  uint64_t next_command_ = 1;
  // Null: cannot be cancelled, or is already.
  std::map<uint64_t, const CancelToken*> running_;
  std::vector<Heard> heard_;  // of the ranks from 1 on
  bool end_ = false;
  std::thread watcher_;
};

// A process that is not rank 0.
class CommandServer : public std::enable_shared_from_this<CommandServer> {
 public:
  CommandServer(Transport& transport, size_t threads, const std::vector<Command>& commands,
                RankState state)
      : transport_(transport),
        commands_(commands),
        state_(std::move(state)),
        rank_(MeetAtStart(transport, threads)) {}

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
      if (!message) continue;
      const Json control = ParseJson(message->bytes, "a control message");
      if (control.as_object().contains("end")) {
        told = true;
      } else if (const Json* number = control.as_object().if_contains("cancel")) {
        Cancel(number->to_number<uint64_t>());
      } else {
        Start(control);
      }
    }
    std::unique_lock lock(mutex_);
    for (auto& [number, token] : running_) token->Cancel();
    changed_.wait_for(lock, kLimitAtEnd, [&] { return running_.empty(); });
    if (!told) throw RankFailure(*lost);
  }

 private:
  void Start(const Json& control) {
    const uint64_t number = control.at("run").to_number<uint64_t>();
    const Command& command = FindCommand(commands_, control.at("command").as_string());
    auto token = std::make_shared<CancelToken>();
    {
      std::lock_guard lock(mutex_);
      running_[number] = token;
    }
    std::thread([self = shared_from_this(), number, &command, token,
                 arguments = control.at("arguments")] {
      try {
        RunOnChannel(self->transport_, ChannelOf(number), kNoTimeLimit, [&](Communicator& ranks) {
          self->rank_.Run(command, number, arguments, ranks, {.cancel = token.get()});
        });
      } catch (...) {
        // RunOnChannel has told rank 0, which tells the user.
      }
      std::lock_guard lock(self->mutex_);
      self->running_.erase(number);
      self->changed_.notify_all();
    }).detach();
  }

  void Cancel(uint64_t number) {
    std::lock_guard lock(mutex_);
    const auto found = running_.find(number);
    if (found != running_.end()) found->second->Cancel();
  }

  Transport& transport_;
  const std::vector<Command> commands_;
  const RankState state_;
  OwnRank rank_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uint64_t, std::shared_ptr<CancelToken>> running_;
};

}  // namespace

std::unique_ptr<Ranks::State> MakeProcessRanks(Transport& transport, size_t threads,
                                               std::vector<Command> commands,
                                               milliseconds silence_limit) {
  return std::make_unique<ProcessRanks>(transport, threads, std::move(commands), silence_limit);
}

}  // namespace thalweg::internal

namespace thalweg {

bool ServeCommands(Transport& transport, size_t threads, const std::vector<Command>& commands,
                   const RankState& state) {
  try {
    std::make_shared<internal::CommandServer>(transport, threads, commands, state)->Serve();
    return true;
  } catch (const RankFailure& error) {
    // What ended it at the start is rank 0's to tell.
    return error.kind() == FailureKind::kEnded;
  }
}

}  // namespace thalweg
