#include "server/activity.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "base/wall_clock.h"

namespace thalweg {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr size_t kLongestText = 300;  // of an event

}  // namespace

void Activity::RequestDone(std::string_view method, std::string_view path, int status,
                           double seconds, bool quick) {
  by_status_[static_cast<size_t>(std::clamp(status / 100, 0, 5))].fetch_add(1, kRelaxed);
  const auto bound = std::lower_bound(kDurationBounds.begin(), kDurationBounds.end(), seconds);
  by_duration_[static_cast<size_t>(bound - kDurationBounds.begin())].fetch_add(1, kRelaxed);
  microseconds_.fetch_add(static_cast<uint64_t>(seconds * 1e6), kRelaxed);
  if (quick && status < 400) return;
  Add({WallClockMs(), "request", std::string(method) + " " + Printable(path, kLongestText),
       std::to_string(status), seconds});
}

void Activity::JobDone(std::string_view description, std::string_view outcome, double seconds) {
  jobs_[outcome == "DONE" ? 0 : outcome == "FAILED" ? 1 : 2].fetch_add(1, kRelaxed);
  Add({WallClockMs(), "job", Printable(description, kLongestText), std::string(outcome), seconds});
}

void Activity::Add(ActivityEvent event) {
  std::lock_guard lock(mutex_);
  events_.push_back(std::move(event));
  if (events_.size() > kKept) events_.pop_front();
}

Activity::Counts Activity::counts() const {
  Counts counts;
  for (size_t i = 0; i < by_status_.size(); ++i) counts.by_status[i] = by_status_[i].load(kRelaxed);
  for (size_t i = 0; i < by_duration_.size(); ++i) {
    counts.by_duration[i] = by_duration_[i].load(kRelaxed);
  }
  counts.seconds = static_cast<double>(microseconds_.load(kRelaxed)) / 1e6;
  counts.jobs_done = jobs_[0].load(kRelaxed);
  counts.jobs_failed = jobs_[1].load(kRelaxed);
  counts.jobs_cancelled = jobs_[2].load(kRelaxed);
  return counts;
}

std::vector<ActivityEvent> Activity::Events() const {
  std::lock_guard lock(mutex_);
  return {events_.begin(), events_.end()};
}

}  // namespace thalweg
