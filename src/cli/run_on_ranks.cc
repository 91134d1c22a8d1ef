#include "cli/run_on_ranks.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "base/error.h"
#include "cli/command_line.h"
#include "cluster/message_communicator.h"
#include "cluster/mpi/mpi_transport.h"
#include "cluster/time_limit.h"

namespace thalweg {
namespace {

int RunAsOther(Transport& transport, const std::function<int(Communicator*)>& work) {
  if (std::freopen("/dev/null", "w", stdout) == nullptr ||
      std::freopen("/dev/null", "w", stderr) == nullptr) {
    throw InternalError("cannot open /dev/null");
  }
  try {
    RunOnChannel(transport, kControlChannel + 1, kNoTimeLimit,
                 [&](Communicator& ranks) { work(&ranks); });
  } catch (const std::exception&) {
    // Rank 0 tells it. An exit code of this rank would make the launcher end rank 0 before.
  }
  transport.Leave();
  return kExitOk;
}

}  // namespace

int RunOnRanks(const std::function<int(Communicator* ranks)>& work) {
  if (!StartedByMpi()) return work(nullptr);
  const std::unique_ptr<Transport> transport = StartMpi();
  if (transport->size() == 1) return work(nullptr);
  if (transport->rank() != 0) return RunAsOther(*transport, work);
  int code = kExitOk;
  try {
    RunOnChannel(*transport, kControlChannel + 1, kNoTimeLimit,
                 [&](Communicator& ranks) { code = work(&ranks); });
  } catch (const RankFailure& failure) {
    if (failure.kind() == FailureKind::kLost) {
      throw UserError(fmt::format("{}; start the command again", failure.what()));
    }
    failure.Rethrow();
  }
  return code;
}

}  // namespace thalweg
