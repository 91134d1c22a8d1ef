// Keeps a data directory like the catalog: named frames, models and grids. Temporaries of sessions,
// uploads and tables of partial dependence stay in memory alone.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "jobs/commands.h"
#include "jobs/job.h"
#include "server/log.h"
#include "server/store/data_dir.h"

namespace thalweg {

// Thread rule: one thread calls Restore, Start and Stop; any thread the rest.
class CatalogSaver {
 public:
  // UserError as DataDir.
  CatalogSaver(const std::string& path, Ranks& ranks, Jobs& jobs, ServerLog& log);
  ~CatalogSaver();

  struct Restored {
    size_t frames = 0;
    size_t models = 0;
    size_t grids = 0;
    size_t failed = 0;
  };
  // Brings back what the directory holds; what cannot be used is named in the log and left there.
  Restored Restore();
  // From now on changes are saved by a thread of its own, soon after they happen.
  void Start();
  // Saves what is left, and ends. False where that took longer.
  bool Stop(std::chrono::milliseconds time);
  // Why something is not saved at the moment; empty where all is well.
  std::string trouble() const;

 private:
  enum class Outcome { kSaved, kLater, kFailed };
  void Run();
  // True where nothing is left to do for now.
  bool SaveOnce();
  Outcome Save(const Catalog::Item& item, const std::string& file);
  void Tell(const std::string& trouble, const std::vector<std::string>& names);

  DataDir dir_;
  Ranks& ranks_;
  Jobs& jobs_;
  ServerLog& log_;
  // Of the entries that are saved: number in the catalog to file; of the thread alone.
  std::unordered_map<uint64_t, StoredEntry> saved_;
  std::unordered_map<uint64_t, size_t> delays_;
  std::vector<StoredEntry> unread_;  // could not be restored; stay where they are

  std::thread thread_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  bool ended_ = false;
  std::string trouble_;
};

}  // namespace thalweg
