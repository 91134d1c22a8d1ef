#include "cluster/pulse.h"

#include <fmt/format.h>

namespace thalweg {
namespace {

constexpr std::chrono::milliseconds kBeat{500};
constexpr std::chrono::milliseconds kLook{50};
// A process that was stopped itself has not heard others meanwhile.
constexpr std::chrono::milliseconds kStopped{1000};

}  // namespace

Pulse::Pulse(Transport& transport, std::chrono::milliseconds silence_limit)
    : transport_(transport), silence_limit_(silence_limit), thread_([this] { Loop(); }) {}

Pulse::~Pulse() {
  {
    std::lock_guard lock(mutex_);
    end_ = true;
  }
  thread_.join();
}

void Pulse::Watch(const std::vector<int>& members, uint32_t channel) {
  std::lock_guard lock(mutex_);
  heard_.clear();
  for (const int rank : members) {
    if (rank != transport_.rank()) heard_[rank] = Clock::now();
  }
  channel_ = channel;
}

std::optional<std::string> Pulse::NextMessage(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, time, [&] { return !messages_.empty(); })) return std::nullopt;
  std::string message = std::move(messages_.front());
  messages_.pop_front();
  return message;
}

void Pulse::Loop() {
  Clock::time_point beat = Clock::now();
  Clock::time_point last = beat;
  for (;;) {
    auto message = transport_.mailbox().ReceiveAny(kControlChannel, kLook);
    const Clock::time_point now = Clock::now();
    std::lock_guard lock(mutex_);
    if (end_) return;
    if (now - last > kStopped) {
      for (auto& [rank, when] : heard_) when += now - last;
    }
    last = now;
    if (message) {
      const auto heard = heard_.find(message->from);
      if (heard != heard_.end()) heard->second = now;
      if (!message->bytes.empty()) {
        messages_.push_back(std::move(message->bytes));
        changed_.notify_all();
      }
    }
    if (now >= beat) {
      for (const auto& [rank, when] : heard_) transport_.Send(rank, kControlChannel, "");
      beat = now + kBeat;
    }
    Miss(now);
  }
}

void Pulse::Miss(Clock::time_point now) {
  for (const auto& [rank, when] : heard_) {
    if (now - when < silence_limit_ || transport_.mailbox().LossOf(rank)) continue;
    const RankFailure failure(rank, fmt::format("its process has not answered for {:.0f} s",
                                                std::chrono::duration<double>(now - when).count()));
    transport_.mailbox().Lose(failure);
    transport_.Interrupt(channel_, failure);
  }
}

}  // namespace thalweg
