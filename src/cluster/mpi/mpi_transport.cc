#include "cluster/mpi/mpi_transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <list>
#include <thread>

#include "base/error.h"
#include "cluster/mpi/load_plugin.h"
#include "cluster/mpi/mpi_port.h"

namespace thalweg {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Stands before each message. Small messages follow it at once, in the same MPI message; the bytes
// of others come as MPI messages of their own, in pieces.
struct Envelope {
  enum Kind : uint32_t { kMessage, kInterrupt, kEnd };
  uint32_t kind = kMessage;
  uint32_t channel = 0;
  uint64_t bytes = 0;
};
constexpr int kEnvelopeTag = 0;
constexpr int kPieceTag = 1;
// What MPI sends without asking the receiver first: there is no wait for it.
constexpr size_t kSmall = 4096 - sizeof(Envelope);
constexpr milliseconds kLookForLost{50};
constexpr std::chrono::seconds kLeaveLimit{30};
constexpr int kYields = 100;
// A sleep is a part of the time since something last came or went.
constexpr int kSleepsPart = 8;
constexpr microseconds kShortestSleep{20};
constexpr microseconds kLongestSleep{500};
// Where nobody waits for a message. Each waking takes the processor from what is computed there: on
// a virtual machine, 2,000 of them a second slowed a training by 14 %.
constexpr microseconds kLongestIdleSleep{5000};
// Large messages go in fragments, for each of which MPI has to be asked again: while one is on its
// way, the thread does not sleep, and if nothing ends for long (the other rank may be busy, or
// stopped), not long.
constexpr milliseconds kAwake{5};
constexpr milliseconds kLightSleep{1000};

class MpiTransport : public Transport {
 public:
  explicit MpiTransport(std::unique_ptr<MpiPort> port)
      : port_(std::move(port)),
        rank_(port_->rank()),
        size_(port_->size()),
        arriving_(static_cast<size_t>(size_)) {
    thread_ = std::thread([this] { Loop(); });
  }

  ~MpiTransport() override { Leave(); }

  void Leave() override {
    std::lock_guard leaving(leave_mutex_);
    if (!thread_.joinable()) return;
    for (int r = 0; r < size_; ++r) {
      if (r != rank_) Queue(r, Envelope::kEnd, kControlChannel, std::string());
    }
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kLeaveLimit, [&] { return to_send_.empty() && !sending_; });
      stop_ = true;
      changed_.notify_all();
    }
    thread_.join();
    for (int r = 0; r < size_; ++r) {
      mailbox_.Lose(RankFailure(r, "this rank has come to its end", FailureKind::kEnded));
    }
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  Mailbox& mailbox() override { return mailbox_; }

  void Send(int to, uint32_t channel, std::string bytes) override {
    if (to == rank_) {
      mailbox_.Deliver(rank_, channel, std::move(bytes));
    } else {
      Queue(to, Envelope::kMessage, channel, std::move(bytes));
      SendQueued();
    }
  }

  void Interrupt(uint32_t channel, const RankFailure& failure) override {
    mailbox_.Interrupt(channel, failure);
    for (int r = 0; r < size_; ++r) {
      if (r == rank_) continue;
      Queue(r, Envelope::kInterrupt, channel,
            fmt::format("{} {} {}", failure.rank(), static_cast<int>(failure.kind()),
                        failure.reason()));
    }
  }

 private:
  // On its way out. The strings stay where they are until the requests are over.
  struct Sending {
    int to = 0;
    std::string head;
    std::string bytes;
    std::vector<MpiPort::Request> requests;
  };
  // On its way in, from one rank.
  struct Arriving {
    Envelope envelope;
    std::string bytes;
    size_t asked = 0;  // of the bytes, by the requests so far
    std::vector<MpiPort::Request> requests;
    bool failed = false;
  };

  void Queue(int to, Envelope::Kind kind, uint32_t channel, std::string bytes) {
    const Envelope envelope{kind, channel, bytes.size()};
    Sending sending;
    sending.to = to;
    sending.head.assign(reinterpret_cast<const char*>(&envelope), sizeof(envelope));
    if (bytes.size() <= kSmall) {
      sending.head += bytes;
    } else {
      sending.bytes = std::move(bytes);
    }
    std::lock_guard lock(mutex_);
    if (stop_) return;
    to_send_.push_back(std::move(sending));
    if (kind != Envelope::kMessage) changed_.notify_all();
  }

  // By the thread that sends, if nobody else is at it: small messages are gone then. The loop
  // attends to others.
  void SendQueued() {
    bool all_gone = false;
    if (std::unique_lock mpi(mpi_mutex_, std::try_to_lock); mpi && port_) {
      StartSends();
      EndSends();
      all_gone = on_their_way_.empty();
    }
    if (all_gone) return;
    std::lock_guard lock(mutex_);
    awake_ = true;
    changed_.notify_all();
  }

  // By a thread that waits for a message.
  void Fetch() {
    const std::unique_lock mpi(mpi_mutex_, std::try_to_lock);
    if (mpi && port_ && Work()) last_work_ = steady_clock::now().time_since_epoch().count();
  }

  // With mpi_mutex_ held: does what there is to be done; whether anything was.
  bool Work() {
    bool worked = StartSends();
    worked = Progress() || worked;
    return Receive() || worked;
  }

  void Loop() {
    int idle = 0;
    steady_clock::time_point look = steady_clock::now();
    for (;;) {
      bool on_their_way = false;
      {
        std::lock_guard mpi(mpi_mutex_);
        // At the end until all are gone: a loss in between must still be noticed.
        if (stop_ && OthersAreGone()) break;
        if (Work()) {
          last_work_ = steady_clock::now().time_since_epoch().count();
          idle = 0;
        }
        on_their_way = SomeOnTheirWay();
        if (steady_clock::now() >= look) {
          LookForLost();
          look = steady_clock::now() + kLookForLost;
        }
      }
      const auto pause =
          steady_clock::now().time_since_epoch() - steady_clock::duration(last_work_.load());
      if (++idle < kYields || (pause < kAwake && on_their_way)) {
        std::this_thread::yield();
        continue;
      }
      const bool awaited = mailbox_.IsAwaited();
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, Sleep(pause, awaited, on_their_way), [&] {
        return awake_ || !to_send_.empty() || awaited != mailbox_.IsAwaited();
      });
      awake_ = false;
    }
    std::lock_guard mpi(mpi_mutex_);
    if (gone_.size() + 1 < static_cast<size_t>(size_)) port_->EndWithoutOthers();
    port_.reset();
  }

  static steady_clock::duration Sleep(steady_clock::duration idle, bool awaited,
                                      bool on_their_way) {
    if (idle < kLightSleep && on_their_way) return kShortestSleep;
    const microseconds longest = awaited || on_their_way ? kLongestSleep : kLongestIdleSleep;
    return std::clamp<steady_clock::duration>(idle / kSleepsPart, kShortestSleep, longest);
  }

  // Those that were too long silent count, too.
  bool OthersAreGone() const {
    for (int r = 0; r < size_; ++r) {
      if (r != rank_ && gone_.count(r) == 0 && !mailbox_.LossOf(r)) return false;
    }
    return true;
  }

  // Messages that are not here, or not there, in full.
  bool SomeOnTheirWay() const {
    return !on_their_way_.empty() || std::any_of(arriving_.begin(), arriving_.end(),
                                                 [](const auto& queue) { return !queue.empty(); });
  }

  bool StartSends() {
    std::list<Sending> ready;
    {
      std::lock_guard lock(mutex_);
      ready.swap(to_send_);
      sending_ = sending_ || !ready.empty();
    }
    for (Sending& sending : ready) {
      if (lost_.count(sending.to) > 0) {
        sending.bytes.clear();
        continue;
      }
      Start(sending, kEnvelopeTag, sending.head.data(), sending.head.size());
      for (size_t at = 0; at < sending.bytes.size(); at += MpiPort::kMostBytes) {
        Start(sending, kPieceTag, sending.bytes.data() + at,
              std::min(MpiPort::kMostBytes, sending.bytes.size() - at));
      }
    }
    const bool any = !ready.empty();
    on_their_way_.splice(on_their_way_.end(), ready);
    return any;
  }

  void Start(Sending& sending, int tag, const char* bytes, size_t count) {
    const MpiPort::Request request = port_->Send(sending.to, tag, bytes, count);
    if (request != nullptr) sending.requests.push_back(request);
  }

  // Forgets requests that are over; whether all are.
  bool Over(std::vector<MpiPort::Request>& requests, bool* failed) {
    std::erase_if(requests, [&](MpiPort::Request request) {
      const MpiPort::State state = port_->Test(request);
      if (state == MpiPort::State::kFailed) *failed = true;
      return state != MpiPort::State::kPending;
    });
    return requests.empty();
  }

  // Forgets messages that are gone; whether there were any.
  bool EndSends() {
    bool worked = false;
    bool failed = false;  // of a send: its rank is lost, which is seen elsewhere
    for (auto it = on_their_way_.begin(); it != on_their_way_.end();) {
      if (Over(it->requests, &failed)) {
        it = on_their_way_.erase(it);
        worked = true;
      } else {
        ++it;
      }
    }
    if (worked && on_their_way_.empty()) {
      std::lock_guard lock(mutex_);
      sending_ = false;
      changed_.notify_all();
    }
    return worked;
  }

  bool Progress() {
    bool worked = EndSends();
    for (int from = 0; from < size_; ++from) {
      auto& queue = arriving_[static_cast<size_t>(from)];
      // In their order: what follows a large message waits for it.
      while (!queue.empty() && queue.front().asked == queue.front().bytes.size() &&
             Over(queue.front().requests, &queue.front().failed)) {
        if (!queue.front().failed) Deliver(from, queue.front());
        queue.pop_front();
        worked = true;
      }
    }
    return worked;
  }

  bool Receive() {
    MpiPort::Arrival arrival;
    bool any = false;
    while (port_->Probe(&arrival)) {
      any = true;
      auto& queue = arriving_[static_cast<size_t>(arrival.from)];
      if (arrival.tag == kEnvelopeTag) {
        queue.push_back(ReceiveEnvelope(arrival));
        continue;
      }
      // Pieces come in the order of their messages.
      const auto to = std::find_if(queue.begin(), queue.end(),
                                   [](const Arriving& a) { return a.asked < a.bytes.size(); });
      Check(to != queue.end() && arrival.bytes <= to->bytes.size() - to->asked,
            "a piece follows its envelope");
      const MpiPort::Request request = port_->Receive(to->bytes.data() + to->asked, arrival.bytes);
      to->asked += arrival.bytes;
      if (request == nullptr) {
        to->failed = true;
      } else {
        to->requests.push_back(request);
      }
    }
    return any;
  }

  Arriving ReceiveEnvelope(const MpiPort::Arrival& arrival) {
    std::string bytes(arrival.bytes, '\0');
    Arriving arriving;
    const MpiPort::Request request = port_->Receive(bytes.data(), bytes.size());
    // It was sent at once: it is here.
    std::vector<MpiPort::Request> requests;
    if (request == nullptr) {
      arriving.failed = true;
    } else {
      requests.push_back(request);
    }
    while (!Over(requests, &arriving.failed)) {
    }
    if (arriving.failed) return arriving;
    Check(bytes.size() >= sizeof(Envelope), "a message begins with its envelope");
    std::memcpy(&arriving.envelope, bytes.data(), sizeof(Envelope));
    if (arriving.envelope.bytes <= kSmall) {
      arriving.bytes = bytes.substr(sizeof(Envelope));
      arriving.asked = arriving.bytes.size();
    } else {
      arriving.bytes.resize(arriving.envelope.bytes);
    }
    return arriving;
  }

  void Deliver(int from, Arriving& message) {
    if (message.envelope.kind == Envelope::kMessage) {
      mailbox_.Deliver(from, message.envelope.channel, std::move(message.bytes));
      return;
    }
    if (message.envelope.kind == Envelope::kEnd) {
      gone_.insert(from);
      mailbox_.Lose(RankFailure(from, "it has come to its end", FailureKind::kEnded));
      return;
    }
    // "RANK KIND REASON"
    char* rest = nullptr;
    const auto rank = static_cast<int>(std::strtol(message.bytes.c_str(), &rest, 10));
    const auto kind = static_cast<FailureKind>(std::strtol(rest, &rest, 10));
    mailbox_.Interrupt(message.envelope.channel,
                       RankFailure(rank, *rest == ' ' ? rest + 1 : rest, kind));
  }

  void LookForLost() {
    for (const int rank : port_->Lost()) {
      if (!lost_.insert(rank).second) continue;
      gone_.insert(rank);
      mailbox_.Lose(RankFailure(rank, "its process is gone"));
      // What is not here in full will never be.
      for (Arriving& arriving : arriving_[static_cast<size_t>(rank)]) {
        if (arriving.asked == arriving.bytes.size()) continue;
        arriving.failed = true;
        arriving.asked = arriving.bytes.size();
      }
    }
  }

  std::mutex mpi_mutex_;           // before mutex_ and the mailbox's
  std::unique_ptr<MpiPort> port_;  // with it held; null: MPI has ended here
  const int rank_;
  const int size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Who begins to wait ends a long sleep.
  Mailbox mailbox_{[this] { Fetch(); },
                   [this] {
                     std::lock_guard lock(mutex_);
                     changed_.notify_all();
                   }};
  std::list<Sending> to_send_;
  bool sending_ = false;
  bool awake_ = false;  // the loop is to look again
  std::atomic<bool> stop_{false};
  std::atomic<steady_clock::rep> last_work_{steady_clock::now().time_since_epoch().count()};
  // With mpi_mutex_ held.
  std::list<Sending> on_their_way_;
  std::vector<std::deque<Arriving>> arriving_;
  std::set<int> lost_;
  std::set<int> gone_;      // those, and the ranks that have come to their end
  std::mutex leave_mutex_;  // before all others
  std::thread thread_;
};

const char* LauncherVariable() {
  for (const char* name : {"PMIX_RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK"}) {
    if (const char* value = std::getenv(name)) return value;
  }
  return nullptr;
}

}  // namespace

bool StartedByMpi() { return LauncherVariable() != nullptr; }

int LauncherRank() {
  const char* rank = LauncherVariable();
  return rank == nullptr ? 0 : std::atoi(rank);
}

std::unique_ptr<Transport> StartMpi() { return std::make_unique<MpiTransport>(LoadMpiPlugin()); }

}  // namespace thalweg
