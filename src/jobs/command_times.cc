#include "jobs/command_times.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace thalweg {

void CallTimes::Add(double seconds) {
  if (calls_ == kStretches * calls_per_stretch_) *this = Merged(2);
  if (calls_ % calls_per_stretch_ == 0) stretches_.push_back(0);
  stretches_.back() += seconds;
  ++calls_;
}

CallTimes CallTimes::Merged(uint64_t times) const {
  CallTimes merged;
  merged.calls_ = calls_;
  merged.calls_per_stretch_ = calls_per_stretch_ * times;
  merged.stretches_.resize((stretches_.size() + times - 1) / times);
  for (size_t i = 0; i < stretches_.size(); ++i) merged.stretches_[i / times] += stretches_[i];
  return merged;
}

double CallTimes::Sum() const { return std::accumulate(stretches_.begin(), stretches_.end(), 0.0); }

void CommandTimes::Start(uint64_t number, std::string_view command) {
  std::lock_guard lock(mutex_);
  Running& running = running_[number];
  running.time = {.number = number, .command = std::string(command), .running = true};
  running.start = Clock::now();
}

void CommandTimes::AddCall(uint64_t number, double seconds) {
  std::lock_guard lock(mutex_);
  running_.at(number).time.in_calls.Add(seconds);
}

void CommandTimes::End(uint64_t number) {
  std::lock_guard lock(mutex_);
  const auto found = running_.find(number);
  Check(found != running_.end(), "a command that runs");
  CommandTime time = std::move(found->second.time);
  time.seconds = std::chrono::duration<double>(Clock::now() - found->second.start).count();
  time.running = false;
  running_.erase(found);
  if (time.seconds < kShortest) return;
  ended_.push_back(std::move(time));
  if (ended_.size() > kKept) ended_.pop_front();
}

std::vector<CommandTime> CommandTimes::List() const {
  std::lock_guard lock(mutex_);
  std::vector<CommandTime> times(ended_.begin(), ended_.end());
  const auto now = Clock::now();
  for (const auto& [number, running] : running_) {
    times.push_back(running.time);
    times.back().seconds = std::chrono::duration<double>(now - running.start).count();
  }
  std::sort(times.begin(), times.end(),
            [](const CommandTime& a, const CommandTime& b) { return a.number < b.number; });
  return times;
}

std::vector<RankTime> SplitTimes(const std::vector<CommandTime>& ranks) {
  uint64_t widest = 1;
  uint64_t common_calls = UINT64_MAX;
  for (const CommandTime& time : ranks) {
    widest = std::max(widest, time.in_calls.calls_per_stretch());
    common_calls = std::min(common_calls, time.in_calls.calls());
  }
  std::vector<std::vector<double>> stretches;
  for (const CommandTime& time : ranks) {
    stretches.push_back(
        time.in_calls.Merged(widest / time.in_calls.calls_per_stretch()).stretches());
  }
  // A stretch that all have gone through whole, or that is the end for all.
  const bool same_end = std::all_of(ranks.begin(), ranks.end(), [&](const CommandTime& time) {
    return time.in_calls.calls() == common_calls;
  });
  size_t common = 0;
  if (!ranks.empty()) common = same_end ? stretches[0].size() : common_calls / widest;
  double moving = 0;
  for (size_t i = 0; i < common; ++i) {
    double least = stretches[0][i];
    for (const std::vector<double>& rank : stretches) least = std::min(least, rank[i]);
    moving += least;
  }
  std::vector<RankTime> split;
  for (const CommandTime& time : ranks) {
    const double in_calls = std::min(time.in_calls.Sum(), time.seconds);
    const double communicating = std::min(moving, in_calls);
    split.push_back({.computing = time.seconds - in_calls,
                     .communicating = communicating,
                     .waiting = in_calls - communicating});
  }
  return split;
}

}  // namespace thalweg
