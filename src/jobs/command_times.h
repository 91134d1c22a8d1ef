// What commands cost each rank: time of its own work, time to move data, time to wait for others.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thalweg {

// How long a rank was inside collectives, in stretches of equally many calls: calls correspond
// between ranks, so stretches do. Bounded: stretches grow.
class CallTimes {
 public:
  static constexpr size_t kStretches = 64;

  CallTimes() = default;
  CallTimes(uint64_t calls, uint64_t calls_per_stretch, std::vector<double> stretches)
      : calls_(calls), calls_per_stretch_(calls_per_stretch), stretches_(std::move(stretches)) {}

  void Add(double seconds);
  // As if each stretch had `times` times as many calls.
  CallTimes Merged(uint64_t times) const;
  uint64_t calls() const { return calls_; }
  uint64_t calls_per_stretch() const { return calls_per_stretch_; }
  // The last one may have fewer calls.
  const std::vector<double>& stretches() const { return stretches_; }
  double Sum() const;

 private:
  uint64_t calls_ = 0;
  uint64_t calls_per_stretch_ = 1;
  std::vector<double> stretches_;
};

// One command on one rank.
struct CommandTime {
  uint64_t number = 0;
  std::string command = {};
  bool running = false;
  double seconds = 0;  // so far
  CallTimes in_calls = {};
};

// Of one rank: the commands that run, and the last ones that took a tenth of a second or more.
// Thread rule: any thread may call any member at any time.
class CommandTimes {
 public:
  static constexpr size_t kKept = 32;
  static constexpr double kShortest = 0.1;  // seconds

  void Start(uint64_t number, std::string_view command);
  void AddCall(uint64_t number, double seconds);
  void End(uint64_t number);
  // In the order of their numbers.
  std::vector<CommandTime> List() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    CommandTime time;
    Clock::time_point start;
  };
  mutable std::mutex mutex_;
  std::map<uint64_t, Running> running_;
  std::deque<CommandTime> ended_;
};

// Where one rank's time went, in seconds.
struct RankTime {
  double computing = 0;
  double communicating = 0;
  double waiting = 0;
};
// Of one command; `ranks` are all ranks' times of it. In each stretch of calls the rank that was
// the fastest through them has come last, and has not waited: its time is that of moving the data,
// and what another rank took beyond that it waited. Calls that not all ranks have made yet are
// waiting.
std::vector<RankTime> SplitTimes(const std::vector<CommandTime>& ranks);

}  // namespace thalweg
