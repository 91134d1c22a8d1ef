#include "jobs/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/wall_clock.h"
#include "jobs/catalog.h"

namespace thalweg {

Job::Job(std::string key, std::string description, JobResult result)
    : key_(std::move(key)), description_(std::move(description)), result_(std::move(result)) {
  state_.start_ms = WallClockMs();
  started_ = std::chrono::steady_clock::now();
}

void Job::Start() {
  std::lock_guard lock(mutex_);
  state_.status = JobStatus::kRunning;
  state_.start_ms = WallClockMs();
  started_ = std::chrono::steady_clock::now();
}

void Job::End(JobStatus status, const std::string& error, const std::string& error_type) {
  std::lock_guard lock(mutex_);
  state_.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  state_.status = status;
  state_.error = error;
  state_.error_type = error_type;
  if (status == JobStatus::kDone) state_.progress = 1;
  changed_.notify_all();
}

bool Job::ended() const {
  std::lock_guard lock(mutex_);
  return state_.status >= JobStatus::kDone;
}

JobState Job::state() const {
  std::lock_guard lock(mutex_);
  JobState state = state_;
  if (state.status < JobStatus::kDone) {
    state.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
    if (state.progress > 0) state.seconds_left = state.seconds / state.progress - state.seconds;
  }
  return state;
}

void Job::Warn(const std::string& warning) {
  std::lock_guard lock(mutex_);
  if (state_.warnings.size() < kMostWarnings) state_.warnings.push_back(warning);
}

bool Job::WaitFor(std::chrono::milliseconds time) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [&] { return state_.status >= JobStatus::kDone; });
}

void Job::Update(const ProgressUpdate& update) {
  std::lock_guard lock(mutex_);
  if (update.fraction >= 0) {
    state_.progress = std::clamp(update.fraction, state_.progress, 1.0);
  }
  state_.message = update.message;
}

void Job::Note(const std::string& text) {
  std::lock_guard lock(mutex_);
  state_.message = text;
}

Jobs::Jobs(std::string key_suffix, Listener on_change, size_t kept)
    : key_suffix_(std::move(key_suffix)), on_change_(std::move(on_change)), kept_(kept) {}

Jobs::~Jobs() {
  while (!Stop(std::chrono::seconds(1))) {
  }
}

JobPtr Jobs::Start(const std::string& description, const JobResult& result, Work work,
                   const std::string& key) {
  RequireShortName(result.name);
  JobPtr job;
  uint64_t number = 0;
  {
    std::lock_guard lock(mutex_);
    const auto old = numbers_.find(key);
    if (old != numbers_.end() && !jobs_.at(old->second)->ended()) {
      throw UserError("the job is still running: " + key);
    }
    if (running_ >= kMostRunning) {
      throw TooManyJobs(fmt::format(
          "{} jobs run, as many as may at the same time; try again when one has ended", running_));
    }
    if (old != numbers_.end()) {
      jobs_.erase(old->second);
      numbers_.erase(old);
    }
    number = next_++;
    job = std::make_shared<Job>(
        key.empty() ? fmt::format("$03{:016x}${}", number, key_suffix_) : key, description, result);
    Forget();
    jobs_[number] = job;
    numbers_[job->key()] = number;
    ++running_;
    ++threads_;
  }
  auto run = [this, job, work = std::move(work)]() mutable {
    job->Start();
    Tell(*job);
    // Whoever sees that it has ended may start another in its place.
    const auto end = [&](JobStatus status, const char* error, const char* error_type) {
      {
        std::lock_guard lock(mutex_);
        --running_;
      }
      job->End(status, error, error_type);
    };
    try {
      work(*job);
      work = nullptr;  // what it holds is let go before anyone hears of the end
      end(job->cancel_.cancelled() ? JobStatus::kCancelled : JobStatus::kDone, "", "");
    } catch (const Cancelled&) {
      end(JobStatus::kCancelled, "", "");
    } catch (const MemoryError& error) {
      end(JobStatus::kFailed, error.what(), "MemoryError");
    } catch (const UserError& error) {
      end(JobStatus::kFailed, error.what(), "UserError");
    } catch (const std::bad_alloc&) {
      end(JobStatus::kFailed, "not enough memory", "MemoryError");
    } catch (const std::exception& error) {
      end(JobStatus::kFailed, error.what(), "InternalError");
    }
    Tell(*job);
    std::lock_guard lock(mutex_);
    --threads_;
    changed_.notify_all();
  };
  try {
    std::thread(std::move(run)).detach();
  } catch (const std::system_error&) {
    std::lock_guard lock(mutex_);
    --running_;
    --threads_;
    jobs_.erase(number);
    numbers_.erase(job->key());
    changed_.notify_all();
    throw TooManyJobs("the system gives no thread for another job; try again when one has ended");
  }
  return job;
}

void Jobs::Tell(Job& job) const {
  if (!on_change_) return;
  try {
    on_change_(job);
  } catch (const std::exception&) {
    // Of memory: the job goes on.
  }
}

void Jobs::Forget() {
  for (auto it = jobs_.begin(); jobs_.size() >= kept_ && it != jobs_.end();) {
    if (it->second->ended()) {
      numbers_.erase(it->second->key());
      it = jobs_.erase(it);
    } else {
      ++it;
    }
  }
}

JobPtr Jobs::Find(const std::string& key) const {
  std::lock_guard lock(mutex_);
  const auto number = numbers_.find(key);
  return number == numbers_.end() ? nullptr : jobs_.at(number->second);
}

std::vector<JobPtr> Jobs::List() const {
  std::lock_guard lock(mutex_);
  std::vector<JobPtr> list;
  list.reserve(jobs_.size());
  for (const auto& [number, job] : jobs_) list.push_back(job);
  return list;
}

size_t Jobs::running() const {
  std::lock_guard lock(mutex_);
  return running_;
}

bool Jobs::Stop(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  for (const auto& [number, job] : jobs_) {
    if (!job->ended()) job->Cancel();
  }
  return changed_.wait_for(lock, time, [&] { return threads_ == 0; });
}

}  // namespace thalweg
