// Ranks that are processes: rank 0 says on the control channel which command comes next, and each
// command then has a channel of its own. Control messages are JSON: {"run": number, "command":
// name, "arguments": …}, {"cancel": number}, {"end": true}.
#include <condition_variable>
#include <map>
#include <optional>
#include <thread>

#include "base/cancel.h"
#include "base/error.h"
#include "base/json.h"
#include "cluster/message_communicator.h"
#include "cluster/processors.h"
#include "jobs/ranks_state.h"

namespace thalweg::internal {
namespace {

using std::chrono::milliseconds;

// A rank may well train for days while others wait; those that are lost are noticed otherwise.
constexpr auto kNoLimit = std::chrono::hours(24 * 365);
constexpr milliseconds kStartLimit = std::chrono::minutes(5);
constexpr milliseconds kLookForCancelled{20};
constexpr milliseconds kLookForLost{500};
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
  ProcessRanks(Transport& transport, size_t threads, std::vector<Command> commands)
      : transport_(transport),
        commands_(std::move(commands)),
        rank_(MeetAtStart(transport, threads)) {
    Check(transport.rank() == 0, "rank 0 gives the commands");
    watcher_ = std::thread([this] { WatchForCancelled(); });
  }

  ~ProcessRanks() override {
    {
      std::lock_guard lock(mutex_);
      end_ = true;
      changed_.notify_all();
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
      if (work.cancel != nullptr) running_[number] = work.cancel;
      Tell(JsonObject{{"run", number}, {"command", name}, {"arguments", arguments}});
    }
    Json result;
    std::exception_ptr failure;
    try {
      RunOnChannel(transport_, ChannelOf(number), kNoLimit, [&](Communicator& ranks) {
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

 private:
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

  // Cancel tokens are set without anyone being told: the others hear of it from here.
  void WatchForCancelled() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kLookForCancelled, [&] { return end_; })) {
      for (auto it = running_.begin(); it != running_.end();) {
        if (it->second->cancelled()) {
          Tell(JsonObject{{"cancel", it->first}});
          it = running_.erase(it);
        } else {
          ++it;
        }
      }
    }
  }

  Transport& transport_;
  const std::vector<Command> commands_;
  RankState rank_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t next_command_ = 1;
  std::map<uint64_t, const CancelToken*> running_;  // those that can be cancelled, and are not yet
  bool end_ = false;
  std::thread watcher_;
};

// A process that is not rank 0.
class CommandServer : public std::enable_shared_from_this<CommandServer> {
 public:
  CommandServer(Transport& transport, size_t threads, const std::vector<Command>& commands)
      : transport_(transport), commands_(commands), rank_(MeetAtStart(transport, threads)) {}

  // Returns at the end; throws what became of rank 0 where it has not said that it is the end.
  void Serve() {
    bool told = false;
    std::optional<RankFailure> lost;
    while (!told) {
      // In this order: what rank 0 has said counts.
      lost = transport_.mailbox().LossOf(0);
      const auto message = transport_.mailbox().ReceiveAny(kControlChannel, kLookForLost);
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
        RunOnChannel(self->transport_, ChannelOf(number), kNoLimit, [&](Communicator& ranks) {
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
  RankState rank_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uint64_t, std::shared_ptr<CancelToken>> running_;
};

}  // namespace

std::unique_ptr<Ranks::State> MakeProcessRanks(Transport& transport, size_t threads,
                                               std::vector<Command> commands) {
  return std::make_unique<ProcessRanks>(transport, threads, std::move(commands));
}

}  // namespace thalweg::internal

namespace thalweg {

bool ServeCommands(Transport& transport, size_t threads, const std::vector<Command>& commands) {
  try {
    std::make_shared<internal::CommandServer>(transport, threads, commands)->Serve();
    return true;
  } catch (const RankFailure& error) {
    // What ended it at the start is rank 0's to tell.
    return error.kind() == FailureKind::kEnded;
  }
}

}  // namespace thalweg
