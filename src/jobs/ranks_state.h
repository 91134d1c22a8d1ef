// What lies behind Ranks: ranks that are threads of this process, or processes.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "jobs/commands.h"
#include "jobs/replicas.h"
#include "jobs/take_over.h"

namespace thalweg {

struct Ranks::State {
  virtual ~State() = default;
  virtual Json Run(std::string_view command, const Json& arguments, const WorkContext& work) = 0;
  virtual Catalog& catalog() = 0;
  virtual int size() const = 0;
  virtual size_t threads() const = 0;
  virtual std::vector<RankReport> Reports() const { return {}; }
  virtual std::vector<RankLoss> Losses() const { return {}; }
  virtual void OnLoss(std::function<void(const RankLoss&)> /*listener*/) {}
};

namespace internal {

// One rank: its catalog, and pools that wait for the next command (starting threads costs more
// than a small command).
// Thread rule: any thread may call any member at any time.
class OwnRank {
 public:
  enum class Kind { kThread, kProcess };
  // With replicas, every frame that a command leaves has its second copies at the command's end,
  // and what a command changes can be taken back until Settle.
  OwnRank(Kind kind, size_t threads, bool replicas)
      : kind_(kind), threads_(threads), with_replicas_(replicas) {}

  // This rank's part of command `number`.
  Json Run(const Command& command, uint64_t number, const Json& arguments, Communicator& ranks,
           const WorkContext& work, KeptModel* kept = nullptr);
  Catalog& catalog() { return catalog_; }
  size_t threads() const { return threads_; }

  // After a command's end on this rank: what it has changed stays, or is taken back.
  void Settle(uint64_t number, bool take_back);
  // The survivors' part of a repair, once no command runs: prepared by all (a collective;
  // arguments as those of TakeOver), then done; then second copies are made (a collective).
  void PrepareTakeOver(const std::vector<int>& lost, int before, Communicator& survivors);
  // Returns the names of the frames that are gone.
  std::vector<std::string> FinishTakeOver();
  void CompleteReplicas(Communicator& ranks);

 private:
  double ShareOfBytes(int ranks) const;
  std::unique_ptr<ThreadPool> Take();
  void GiveBack(std::unique_ptr<ThreadPool> pool);

  static constexpr size_t kKept = 8;
  const Kind kind_;
  const size_t threads_;
  const bool with_replicas_;
  Catalog catalog_;
  Replicas replicas_;
  std::optional<TakeOver> take_over_;  // prepared
  CommandTimes times_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<ThreadPool>> free_;
};

// Makes second copies of all frames that have none.
inline constexpr std::string_view kCompleteReplicas = "complete_replicas";

// The command of this name; InternalError where there is none.
const Command& FindCommand(const std::vector<Command>& commands, std::string_view name);

std::unique_ptr<Ranks::State> MakeThreadRanks(const RanksOptions& options,
                                              std::vector<Command> commands);
std::unique_ptr<Ranks::State> MakeProcessRanks(Transport& transport, const ProcessOptions& options,
                                               std::vector<Command> commands);

}  // namespace internal
}  // namespace thalweg
