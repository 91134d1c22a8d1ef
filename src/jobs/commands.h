// The command loop of the ranks: every change of data is a command that all ranks run, in the same
// order, each on its own part of the rows. With one rank, a command is a call.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_fwd.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "cluster/transport.h"
#include "jobs/catalog.h"
#include "jobs/command_times.h"

namespace thalweg {

// What a command is given on each rank.
struct CommandContext {
  Communicator& ranks;        // of this command alone
  ThreadPool& pool;           // of this command alone
  Catalog& catalog;           // of this rank; all ranks' catalogs hold the same names
  const WorkContext& work;    // progress is heard on rank 0 only
  const CommandTimes& times;  // of this rank
  // On rank 0, where a command can begin again without a rank that was lost: what a training leaves
  // to go on with, kept from one run to the next. Else null.
  KeptModel* kept = nullptr;
  // Of a frame's bytes over all ranks, about how many this process holds, second copies included.
  double share_of_bytes = 1;
};

// Arguments are JSON, as they travel to other processes. What rank 0 returns is the result.
// Everything that throws on one rank ends the command on all (Communicator::Agree).
using CommandFunction = Json (*)(const Json& arguments, CommandContext& context);

struct Command {
  std::string_view name;
  CommandFunction run;
};

// What a rank that is a process has last said of itself.
struct RankReport {
  int rank = 0;
  std::shared_ptr<const Json> state;  // of ServeCommands' function; null: nothing yet
  double silent_seconds = 0;          // since then
  bool lost = false;
};
// A rank that is a process and was lost; the others go on without it.
struct RankLoss {
  int rank = 0;
  std::string host;    // empty: not known
  std::string reason;  // "its process is gone"
  int64_t time_ms = 0;
  double repair_seconds = 0;             // until the others had taken over its rows
  std::vector<std::string> frames_gone;  // of which the second copy was lost, too
  std::string trouble = {};  // why second copies could not be made again; empty: they were
};

// Called twice a second.
using RankState = std::function<Json()>;

struct RanksOptions {
  int ranks = 1;
  size_t threads = 0;  // of each rank; 0: the processors shared out among the ranks
};

// Of ranks that are processes, for all of them the same.
struct ProcessOptions {
  size_t threads = 0;  // of this process; 0: its share of the processors
  // A rank that has been silent for so long is lost. Without replicas it is one that may come back:
  // what runs ends with a RankFailure that names it.
  std::chrono::milliseconds silence_limit = std::chrono::seconds(10);
  // Each chunk has a second copy on another rank, so that frames survive the loss of one rank at a
  // time, and commands that ran begin again without it.
  bool replicas = true;
};

// The ranks, as rank 0 sees them: threads of this process, or processes of which this is rank 0.
// Thread rule: any thread may call any member at any time; commands of different callers run side
// by side.
class Ranks {
 public:
  // `commands` are all there are; names are looked up in this list.
  Ranks(const RanksOptions& options, std::vector<Command> commands);
  // The other processes serve the same commands (ServeCommands) until this object's end.
  Ranks(Transport& transport, const ProcessOptions& options, std::vector<Command> commands);
  ~Ranks();  // no command may run any more

  // Runs a command on all ranks and returns rank 0's result. Throws what rank 0 threw, or, where
  // it went well there, a RankFailure that names another rank. Where a rank is lost and there are
  // replicas, the command runs again on the others, and `work.progress` is told (Warn).
  Json Run(std::string_view command, const Json& arguments, const WorkContext& work);
  // Rank 0's: what the user sees.
  Catalog& catalog();
  int size() const;
  size_t threads() const;
  // Of every rank but 0, in their order; none where the ranks are threads. Ranks that the others
  // go on without are not among them.
  std::vector<RankReport> Reports() const;
  // In the order in which they were noticed.
  std::vector<RankLoss> Losses() const;
  // Hears of each loss once the others have taken over, on a thread of its own. Set once, before
  // the first command.
  void OnLoss(std::function<void(const RankLoss&)> listener);

  struct State;

 private:
  std::unique_ptr<State> state_;
};

// What a process that is not rank 0 does: runs its part of each command, until rank 0's Ranks come
// to their end (true), or rank 0 is lost (false). A command that does not hear of the end within
// half a second still runs then, and uses the transport: such a process ends by _Exit.
bool ServeCommands(Transport& transport, const ProcessOptions& options,
                   const std::vector<Command>& commands, const RankState& state = nullptr);

}  // namespace thalweg
