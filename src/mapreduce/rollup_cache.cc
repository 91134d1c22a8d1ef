#include "mapreduce/rollup_cache.h"

#include <algorithm>

namespace thalweg {

RollupCache& RollupCache::Shared() {
  static RollupCache cache;
  return cache;
}

std::shared_ptr<const ColumnSummary> RollupCache::Find(const ColumnPtr& column) const {
  std::lock_guard lock(mutex_);
  const auto found = held_.find(column.get());
  // Another column may have come to lie at the address of one that is gone.
  if (found == held_.end() || found->second.column.lock() != column) return nullptr;
  return found->second.summary;
}

void RollupCache::Put(const ColumnPtr& column, const ColumnSummary& summary) {
  auto shared = std::make_shared<const ColumnSummary>(summary);
  std::lock_guard lock(mutex_);
  held_[column.get()] = {column, std::move(shared)};
  if (held_.size() >= next_sweep_) DropDead();
}

size_t RollupCache::size() const {
  std::lock_guard lock(mutex_);
  return held_.size();
}

void RollupCache::DropDead() {
  std::erase_if(held_, [](const auto& entry) { return entry.second.column.expired(); });
  next_sweep_ = std::max<size_t>(1024, 2 * held_.size());
}

}  // namespace thalweg
