#include "jobs/job.h"

#include <gtest/gtest.h>

#include <atomic>

namespace thalweg {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

JobState StateAtEnd(const JobPtr& job) {
  EXPECT_TRUE(job->WaitFor(seconds(30)));
  return job->state();
}

TEST(Jobs, EndWithWhatTheWorkCameTo) {
  Jobs jobs("_x");
  const JobPtr done = jobs.Start("work", {"f", "Frame"}, [](Job& job) {
    job.Update({0.5, "half"});
    job.Warn("careful");
  });
  const JobState state = StateAtEnd(done);
  EXPECT_EQ(state.status, JobStatus::kDone);
  EXPECT_EQ(state.progress, 1);
  EXPECT_EQ(state.message, "half");
  EXPECT_EQ(state.warnings, std::vector<std::string>{"careful"});
  EXPECT_EQ(jobs.Find(done->key()), done);
  EXPECT_EQ(jobs.Find("nothing"), nullptr);
  EXPECT_EQ(done->result().name, "f");
}

TEST(Jobs, FailuresKeepTheirMessageAndKind) {
  Jobs jobs("_x");
  const JobState user =
      StateAtEnd(jobs.Start("a", {}, [](Job&) { throw UserError("give a number"); }));
  EXPECT_EQ(user.status, JobStatus::kFailed);
  EXPECT_EQ(user.error, "give a number");
  EXPECT_EQ(user.error_type, "UserError");
  const JobState memory =
      StateAtEnd(jobs.Start("b", {}, [](Job&) { throw MemoryError("needs 3 GB"); }));
  EXPECT_EQ(memory.error_type, "MemoryError");
  const JobState out = StateAtEnd(jobs.Start("c", {}, [](Job&) { throw std::bad_alloc(); }));
  EXPECT_EQ(out.error_type, "MemoryError");
  const JobState bug =
      StateAtEnd(jobs.Start("d", {}, [](Job&) { throw InternalError("impossible"); }));
  EXPECT_EQ(bug.error_type, "InternalError");
}

TEST(Jobs, CancelledByThrowingOrByReturningEarly) {
  Jobs jobs("_x");
  for (const bool throws : {true, false}) {
    const JobPtr job = jobs.Start("wait", {}, [&](Job& self) {
      while (!self.cancel().cancelled()) std::this_thread::sleep_for(milliseconds(1));
      if (throws) throw Cancelled();
    });
    EXPECT_FALSE(job->WaitFor(milliseconds(5)));
    job->Cancel();
    EXPECT_EQ(StateAtEnd(job).status, JobStatus::kCancelled);
  }
}

TEST(Jobs, ProgressNeverFalls) {
  Job job("k", "d", {});
  job.Update({0.6, ""});
  job.Update({0.4, "still"});
  EXPECT_EQ(job.state().progress, 0.6);
  job.Update({7, ""});
  EXPECT_EQ(job.state().progress, 1);
  job.Update({-1, "not known"});
  EXPECT_EQ(job.state().progress, 1);
}

TEST(Jobs, StopCancelsAndWaits) {
  std::atomic<int> ended{0};
  {
    Jobs jobs("_x");
    for (int i = 0; i < 5; ++i) {
      jobs.Start("wait", {}, [&](Job& self) {
        while (!self.cancel().cancelled()) std::this_thread::sleep_for(milliseconds(1));
        ++ended;
      });
    }
    EXPECT_EQ(jobs.running(), 5U);
    EXPECT_TRUE(jobs.Stop(seconds(30)));
    EXPECT_EQ(jobs.running(), 0U);
  }
  EXPECT_EQ(ended, 5);
}

TEST(Jobs, OldOnesAreForgotten) {
  Jobs jobs("_x", nullptr, 3);
  std::string first;
  for (int i = 0; i < 6; ++i) {
    const JobPtr job = jobs.Start("short", {}, [](Job&) {});
    if (first.empty()) first = job->key();
    StateAtEnd(job);
  }
  EXPECT_LE(jobs.List().size(), 3U);
  EXPECT_EQ(jobs.Find(first), nullptr);
}

TEST(Jobs, AListenerHearsOfStartAndEnd) {
  std::string heard;
  {
    Jobs jobs("_x", [&](const Job& job) {
      heard += job.description() + (job.ended() ? " ended;" : " started;");
    });
    StateAtEnd(jobs.Start("a", {}, [](Job&) {}));
  }
  EXPECT_EQ(heard, "a started;a ended;");
}

TEST(Jobs, SoManyRunAtATime) {
  std::atomic<bool> end{false};
  Jobs jobs("_x");
  const auto work = [&](Job&) {
    while (!end) std::this_thread::sleep_for(milliseconds(5));
  };
  std::vector<JobPtr> started;
  for (size_t i = 0; i < Jobs::kMostRunning; ++i) started.push_back(jobs.Start("wait", {}, work));
  EXPECT_THROW(jobs.Start("one more", {}, work), TooManyJobs);
  EXPECT_EQ(jobs.List().size(), Jobs::kMostRunning);
  end = true;
  for (const JobPtr& job : started) EXPECT_EQ(StateAtEnd(job).status, JobStatus::kDone);
  EXPECT_EQ(StateAtEnd(jobs.Start("one more", {}, work)).status, JobStatus::kDone);
}

TEST(Jobs, WarningsAndNamesAreBounded) {
  Jobs jobs("_x");
  const JobState state = StateAtEnd(jobs.Start("warn", {}, [](Job& job) {
    for (size_t i = 0; i < 2 * Job::kMostWarnings; ++i) job.Warn("careful");
  }));
  EXPECT_EQ(state.warnings.size(), Job::kMostWarnings);
  EXPECT_THROW(jobs.Start("a", {std::string(100'000, 'x'), "Frame"}, [](Job&) {}), UserError);
  EXPECT_EQ(jobs.running(), 0U);
}

}  // namespace
}  // namespace thalweg
