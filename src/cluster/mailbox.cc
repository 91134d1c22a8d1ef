#include "cluster/mailbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace thalweg {
namespace {

// About what it takes to sleep and to be woken, some times over.
constexpr std::chrono::microseconds kFetch{300};

constexpr uint32_t ChannelOf(uint32_t stream) { return stream & ~kSideStream; }

}  // namespace

// A thread that waits.
class Mailbox::Awaiting {
 public:
  explicit Awaiting(Mailbox& mailbox) : mailbox_(mailbox) {
    if (mailbox_.awaiting_++ == 0 && mailbox_.on_wait_) mailbox_.on_wait_();
  }
  ~Awaiting() { --mailbox_.awaiting_; }
  Awaiting(const Awaiting&) = delete;
  Awaiting& operator=(const Awaiting&) = delete;

 private:
  Mailbox& mailbox_;
};

bool Mailbox::Closed(uint32_t channel) const {
  return channel != kControlChannel && (channel < open_from_ || closed_.count(channel) > 0);
}

void Mailbox::Deliver(int from, uint32_t stream, std::string bytes) {
  const uint32_t channel = ChannelOf(stream);
  std::lock_guard lock(mutex_);
  if (Closed(channel)) return;
  Channel& to = channels_[channel];
  if (channel == stream) {
    to.waiting[from].push_back(std::move(bytes));
    to.order.push_back(from);
  } else {
    to.beside[from].push_back(std::move(bytes));
  }
  changed_.notify_all();
}

std::string Mailbox::Receive(int from, uint32_t stream, std::chrono::milliseconds limit) {
  const bool side = ChannelOf(stream) != stream;
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + limit;
  bool fetches = !side && fetch_;
  std::optional<Awaiting> awaiting;
  std::unique_lock lock(mutex_);
  for (;;) {
    Channel& here = channels_[ChannelOf(stream)];
    // Before what has arrived: the others go on no more.
    if (here.interrupted) throw RankFailure(*here.interrupted);
    std::deque<std::string>& waiting = side ? here.beside[from] : here.waiting[from];
    if (!waiting.empty()) {
      std::string bytes = std::move(waiting.front());
      waiting.pop_front();
      if (!side) here.order.erase(std::find(here.order.begin(), here.order.end(), from));
      return bytes;
    }
    const auto gone = lost_.find(from);
    if (gone != lost_.end()) throw RankFailure(gone->second);
    if (fetches) {
      lock.unlock();
      fetch_();
      std::this_thread::yield();
      lock.lock();
      fetches = std::chrono::steady_clock::now() - begin < kFetch;
      continue;
    }
    if (!side && !awaiting) awaiting.emplace(*this);
    if (changed_.wait_until(lock, end) == std::cv_status::timeout &&
        std::chrono::steady_clock::now() >= end) {
      throw RankFailure(
          from, fmt::format("no answer within {:.0f} s", static_cast<double>(limit.count()) / 1e3));
    }
  }
}

std::optional<Mailbox::Message> Mailbox::ReceiveAny(uint32_t channel,
                                                    std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  std::unique_lock lock(mutex_);
  const auto arrived = [&] { return !channels_[channel].order.empty(); };
  if (!changed_.wait_until(lock, end, arrived)) return std::nullopt;
  Channel& here = channels_[channel];
  const int from = here.order.front();
  here.order.pop_front();
  std::deque<std::string>& waiting = here.waiting[from];
  Message message{from, std::move(waiting.front())};
  waiting.pop_front();
  return message;
}

void Mailbox::Interrupt(uint32_t channel, const RankFailure& failure) {
  std::lock_guard lock(mutex_);
  if (Closed(channel)) return;
  Channel& here = channels_[channel];
  if (!here.interrupted) here.interrupted = failure;
  changed_.notify_all();
}

void Mailbox::Close(uint32_t channel) {
  std::lock_guard lock(mutex_);
  channels_.erase(channel);
  closed_.insert(channel);
  while (!closed_.empty() && *closed_.begin() == open_from_) {
    closed_.erase(closed_.begin());
    ++open_from_;
  }
}

void Mailbox::Lose(const RankFailure& failure) {
  std::lock_guard lock(mutex_);
  lost_.emplace(failure.rank(), failure);
  changed_.notify_all();
}

std::optional<RankFailure> Mailbox::LossOf(int rank) const {
  std::lock_guard lock(mutex_);
  const auto found = lost_.find(rank);
  return found == lost_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace thalweg
