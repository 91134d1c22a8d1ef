// Messages that have arrived at a rank and wait for their reader.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "cluster/communicator.h"

namespace thalweg {

// For messages outside of commands; it is never closed.
inline constexpr uint32_t kControlChannel = 0;
// Added to a channel's number: a second stream of messages, which has its own order, but is
// interrupted and closed with the channel.
inline constexpr uint32_t kSideStream = uint32_t{1} << 31;

// Thread rule: any thread may call any member at any time.
class Mailbox {
 public:
  struct Message {
    int from = 0;
    std::string bytes;
  };

  // Where messages have to be fetched. Both are called from any thread that waits for a message of
  // a command: `fetch` at first, again and again for a short time, as it costs less than to sleep
  // and be woken; it may deliver. `on_wait` when IsAwaited() becomes true, which it is from then
  // on. It must not call the mailbox.
  Mailbox(std::function<void()> fetch, std::function<void()> on_wait)
      : fetch_(std::move(fetch)), on_wait_(std::move(on_wait)) {}
  Mailbox() = default;

  void Deliver(int from, uint32_t stream, std::string bytes);
  // Whether somebody sleeps until there is a message of a command, so that it should come soon.
  // Side streams and ReceiveAny do not count: who listens there may do so for long.
  bool IsAwaited() const { return awaiting_ > 0; }

  // The next message of this rank on this stream. RankFailure when the channel was interrupted,
  // the rank is lost and has nothing more here, or the time is out.
  std::string Receive(int from, uint32_t stream, std::chrono::milliseconds limit);
  // The next message of whatever rank, but for side streams; nothing when the time is out.
  std::optional<Message> ReceiveAny(uint32_t channel, std::chrono::milliseconds time);

  // Whoever waits on this channel, or will, gets this failure. The first one counts.
  void Interrupt(uint32_t channel, const RankFailure& failure);
  // What is on this channel, and what comes yet, is dropped. Channels are closed once: numbers
  // above those seen are open.
  void Close(uint32_t channel);
  // The rank that this failure names will send nothing more. The first one of a rank counts.
  void Lose(const RankFailure& failure);
  // Why this rank sends nothing more; nothing where it may.
  std::optional<RankFailure> LossOf(int rank) const;

 private:
  struct Channel {
    std::map<int, std::deque<std::string>> waiting;  // by sender
    std::map<int, std::deque<std::string>> beside;   // of the side stream
    std::deque<int> order;                           // senders of the waiting ones, as they came
    std::optional<RankFailure> interrupted;
  };
  bool Closed(uint32_t channel) const;  // with the mutex held

  class Awaiting;

  const std::function<void()> fetch_;
  const std::function<void()> on_wait_;
  std::atomic<int> awaiting_{0};  // threads
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uint32_t, Channel> channels_;
  std::map<int, RankFailure> lost_;
  // Channels below the first number are closed, but the control channel, and those in the set.
  uint32_t open_from_ = kControlChannel + 1;
  std::set<uint32_t> closed_;
};

}  // namespace thalweg
