// What the server has done: counts for /metrics and the last events for the timeline.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg {

struct ActivityEvent {
  int64_t time_ms = 0;  // its end, since 1970, UTC
  std::string kind;     // "request", "job"
  std::string what;     // "GET /3/Cloud", "Parse iris.hex"
  std::string outcome;  // "200", "DONE"
  double seconds = 0;
};

// Upper ends of the histogram of durations, in seconds; the last group has none.
inline constexpr std::array<double, 12> kDurationBounds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30};

// Thread rule: any thread may call any member at any time.
class Activity {
 public:
  // Requests that answer at once are counted, but no event: there may be thousands a second.
  void RequestDone(std::string_view method, std::string_view path, int status, double seconds,
                   bool quick);
  void JobDone(std::string_view description, std::string_view outcome, double seconds);

  struct Counts {
    std::array<uint64_t, 6> by_status{};  // [2]: 200 … 299
    std::array<uint64_t, kDurationBounds.size() + 1> by_duration{};
    double seconds = 0;
    uint64_t jobs_done = 0;
    uint64_t jobs_failed = 0;
    uint64_t jobs_cancelled = 0;
  };
  Counts counts() const;
  // The last ones, the oldest first.
  std::vector<ActivityEvent> Events() const;

 private:
  void Add(ActivityEvent event);

  static constexpr size_t kKept = 2000;
  std::array<std::atomic<uint64_t>, 6> by_status_{};
  std::array<std::atomic<uint64_t>, kDurationBounds.size() + 1> by_duration_{};
  std::atomic<uint64_t> microseconds_{0};
  std::array<std::atomic<uint64_t>, 3> jobs_{};
  mutable std::mutex mutex_;
  std::deque<ActivityEvent> events_;
};

}  // namespace thalweg
