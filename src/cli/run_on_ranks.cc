#include "cli/run_on_ranks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <cstdio>
#include <optional>

#include "base/error.h"
#include "cli/command_line.h"
#include "cluster/mpi/mpi_transport.h"
#include "cluster/survivors.h"

namespace thalweg {
namespace {

// What this process prints is dropped while it lives.
class Silence {
 public:
  Silence() {
    fflush(stdout);
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
      saved_[stream] = fcntl(stream, F_DUPFD_CLOEXEC, 3);
      if (nowhere < 0 || dup2(nowhere, stream) < 0) throw InternalError("cannot open /dev/null");
    }
    close(nowhere);
  }
  ~Silence() {
    fflush(stdout);
    for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
      if (saved_[stream] >= 0) dup2(saved_[stream], stream);
      close(saved_[stream]);
    }
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  int saved_[3] = {-1, -1, -1};
};

int RunTogether(Transport& transport, double silence_limit,
                const std::function<int(Communicator*)>& work) {
  int code = kExitOk;
  bool first = true;
  std::optional<Silence> silence;
  silence.emplace();
  try {
    const std::chrono::milliseconds limit(static_cast<int64_t>(1000 * silence_limit));
    RunOnSurvivors(transport, limit, [&](Communicator& ranks, const LostBefore& lost) {
      first = ranks.rank() == 0;
      if (first) silence.reset();
      if (first && !lost.empty()) {
        fmt::print(stderr, "warning: {}; the others go on without it\n", lost.back().what());
      }
      code = work(&ranks);
    });
  } catch (const RankFailure& failure) {
    if (failure.kind() == FailureKind::kLost) {
      // This one, that is: it was stopped, and the others have gone on. They tell the rest.
      fmt::print(stderr, "warning: {}\n", failure.what());
      first = false;
    }
    if (first) failure.Rethrow();
    code = kExitOk;
  } catch (const std::exception&) {
    // Rank 0 tells it. An exit code of this rank would make the launcher end rank 0 before.
    if (first) throw;
    code = kExitOk;
  }
  if (first) return code;
  transport.Leave();
  return kExitOk;
}

}  // namespace

void AddRankTimeout(CLI::App& app, double& seconds) {
  app.add_option("--rank_timeout", seconds,
                 "Seconds after which a rank that says nothing counts as lost. [10]")
      ->check(CLI::Range(1.0, 1e6));
}

int RunOnRanks(double silence_limit, const std::function<int(Communicator* ranks)>& work) {
  if (!StartedByMpi()) return work(nullptr);
  const std::unique_ptr<Transport> transport = StartMpi();
  if (transport->size() == 1) return work(nullptr);
  return RunTogether(*transport, silence_limit, work);
}

}  // namespace thalweg
