// A Job is work that goes on while its user does something else: it reports progress, can be
// cancelled, and ends with a result under a name of the catalog.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/progress.h"

namespace thalweg {

enum class JobStatus { kCreated, kRunning, kDone, kFailed, kCancelled };

// As many jobs run as may (HTTP 503).
class TooManyJobs : public UserError {
 public:
  using UserError::UserError;
};

// What will be under a name when a job is done.
struct JobResult {
  std::string name;
  std::string type;  // "Frame", "Model", "Grid", …; as H2O's clients call it
  // After the end of the process the job can go on in another one, under the same key.
  bool recoverable = false;
};

// How a job stands at one moment.
struct JobState {
  JobStatus status = JobStatus::kCreated;
  double progress = 0;  // in [0, 1]
  std::string message;
  int64_t start_ms = 0;      // since 1970, UTC
  double seconds = 0;        // from its start until now, or until its end
  double seconds_left = -1;  // estimated from the progress; negative: not known
  std::vector<std::string> warnings;
  std::string error;       // of a failed one
  std::string error_type;  // "UserError", "MemoryError", "InternalError", …
};

// Thread rule: any thread may call any member at any time.
class Job : public ProgressListener {
 public:
  Job(std::string key, std::string description, JobResult result);

  const std::string& key() const { return key_; }
  const std::string& description() const { return description_; }
  const JobResult& result() const { return result_; }
  JobState state() const;
  bool ended() const;
  // Ends it soon; work that can keep what it has so far does.
  void Cancel() { cancel_.Cancel(); }
  const CancelToken& cancel() const { return cancel_; }
  // Keeps the first kMostWarnings.
  void Warn(const std::string& warning) override;
  static constexpr size_t kMostWarnings = 1000;
  // True if it ended within the time.
  bool WaitFor(std::chrono::milliseconds time) const;

  void Update(const ProgressUpdate& update) override;
  void Note(const std::string& text) override;

 private:
  friend class Jobs;
  void Start();
  void End(JobStatus status, const std::string& error, const std::string& error_type);

  const std::string key_;
  const std::string description_;
  const JobResult result_;
  CancelToken cancel_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  JobState state_;
  std::chrono::steady_clock::time_point started_;
};
using JobPtr = std::shared_ptr<Job>;

// All jobs of a server, each on a thread of its own.
// Thread rule: any thread may call any member at any time.
class Jobs {
 public:
  using Work = std::function<void(Job&)>;

  using Listener = std::function<void(Job&)>;
  // Each is a thread, and has threads of its own.
  static constexpr size_t kMostRunning = 200;

  // `key_suffix` makes the keys those of one server. At most `kept` jobs that have ended are
  // remembered. `on_change` (may be null) hears of each job when it has started and when it has
  // ended, on the job's thread.
  explicit Jobs(std::string key_suffix, Listener on_change = nullptr, size_t kept = 10'000);
  ~Jobs();  // cancels what runs and waits for its end

  // Runs `work`. What it throws makes the job failed (Cancelled: cancelled), with the message as
  // its error. A job whose work returns after Cancel() was called is cancelled, too. `key`: of a
  // job that goes on; empty: a new one. TooManyJobs where kMostRunning run already, or the system
  // gives no thread; UserError where the result's name is too long for the catalog, or a job of
  // this key has not ended.
  JobPtr Start(const std::string& description, const JobResult& result, Work work,
               const std::string& key = "");
  // Null if there is none.
  JobPtr Find(const std::string& key) const;
  // The oldest first.
  std::vector<JobPtr> List() const;
  // Those that have not ended.
  size_t running() const;
  // Cancels all, and waits so long for their end; false if some did not end.
  bool Stop(std::chrono::milliseconds time);

 private:
  void Forget();  // with the mutex held
  void Tell(Job& job) const;

  const std::string key_suffix_;
  const Listener on_change_;
  const size_t kept_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  uint64_t next_ = 1;
  size_t running_ = 0;  // jobs that have not ended
  size_t threads_ = 0;  // those, and jobs whose end is still being told
  std::map<uint64_t, JobPtr> jobs_;
  std::map<std::string, uint64_t, std::less<>> numbers_;
};

}  // namespace thalweg
