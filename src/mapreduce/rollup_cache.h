// Summaries of columns that have been computed once, for as long as the columns live.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "frame/column.h"
#include "mapreduce/column_summary.h"

namespace thalweg {

// Columns are immutable and shared between frames, so the object itself is the key: a frame that
// shares a column finds what was computed for another. Thread rule: any thread at any time.
class RollupCache {
 public:
  // The one of this process.
  static RollupCache& Shared();

  // Null if it has not been computed.
  std::shared_ptr<const ColumnSummary> Find(const ColumnPtr& column) const;
  void Put(const ColumnPtr& column, const ColumnSummary& summary);
  size_t size() const;

 private:
  struct Held {
    std::weak_ptr<const Column> column;
    std::shared_ptr<const ColumnSummary> summary;
  };
  void DropDead();  // with the mutex held

  mutable std::mutex mutex_;
  std::unordered_map<const Column*, Held> held_;
  size_t next_sweep_ = 1024;
};

}  // namespace thalweg
