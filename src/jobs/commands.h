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

namespace thalweg {

// What a command is given on each rank.
struct CommandContext {
  Communicator& ranks;      // of this command alone
  ThreadPool& pool;         // of this command alone
  Catalog& catalog;         // of this rank; all ranks' catalogs hold the same names
  const WorkContext& work;  // progress is heard on rank 0 only
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
// Called twice a second.
using RankState = std::function<Json()>;

struct RanksOptions {
  int ranks = 1;
  size_t threads = 0;  // of each rank; 0: the processors shared out among the ranks
};

// The ranks, as rank 0 sees them: threads of this process, or processes of which this is rank 0.
// Thread rule: any thread may call any member at any time; commands of different callers run side
// by side.
class Ranks {
 public:
  // `commands` are all there are; names are looked up in this list.
  Ranks(const RanksOptions& options, std::vector<Command> commands);
  // The other processes serve the same commands (ServeCommands) until this object's end. `threads`
  // as in RanksOptions, of this process. Where another rank has been silent for so long, commands
  // that run end with a RankFailure that names it.
  Ranks(Transport& transport, size_t threads, std::vector<Command> commands,
        std::chrono::milliseconds silence_limit = std::chrono::seconds(30));
  ~Ranks();  // no command may run any more

  // Runs a command on all ranks and returns rank 0's result. Throws what rank 0 threw, or, where
  // it went well there, a RankFailure that names another rank.
  Json Run(std::string_view command, const Json& arguments, const WorkContext& work);
  // Rank 0's: what the user sees.
  Catalog& catalog();
  int size() const;
  size_t threads() const;
  // Of every rank but 0, in their order; none where the ranks are threads.
  std::vector<RankReport> Reports() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

// What a process that is not rank 0 does: runs its part of each command, until rank 0's Ranks come
// to their end (true), or rank 0 is lost (false). A command that does not hear of the end within
// half a second still runs then, and uses the transport: such a process ends by _Exit.
bool ServeCommands(Transport& transport, size_t threads, const std::vector<Command>& commands,
                   const RankState& state = nullptr);

}  // namespace thalweg
