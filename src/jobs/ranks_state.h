// What lies behind Ranks: ranks that are threads of this process, or processes.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "jobs/commands.h"

namespace thalweg {

struct Ranks::State {
  virtual ~State() = default;
  virtual Json Run(std::string_view command, const Json& arguments, const WorkContext& work) = 0;
  virtual Catalog& catalog() = 0;
  virtual int size() const = 0;
  virtual size_t threads() const = 0;
  virtual std::vector<RankReport> Reports() const { return {}; }
};

namespace internal {

// One rank: its catalog, and pools that wait for the next command (starting threads costs more
// than a small command).
// Thread rule: any thread may call any member at any time.
class OwnRank {
 public:
  explicit OwnRank(size_t threads) : threads_(threads) {}

  // This rank's part of command `number`.
  Json Run(const Command& command, uint64_t number, const Json& arguments, Communicator& ranks,
           const WorkContext& work);
  Catalog& catalog() { return catalog_; }
  size_t threads() const { return threads_; }

 private:
  std::unique_ptr<ThreadPool> Take();
  void GiveBack(std::unique_ptr<ThreadPool> pool);

  static constexpr size_t kKept = 8;
  const size_t threads_;
  Catalog catalog_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<ThreadPool>> free_;
};

// The command of this name; InternalError where there is none.
const Command& FindCommand(const std::vector<Command>& commands, std::string_view name);

std::unique_ptr<Ranks::State> MakeThreadRanks(const RanksOptions& options,
                                              std::vector<Command> commands);
std::unique_ptr<Ranks::State> MakeProcessRanks(Transport& transport, size_t threads,
                                               std::vector<Command> commands,
                                               std::chrono::milliseconds silence_limit);

}  // namespace internal
}  // namespace thalweg
