#include "frame/column.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "frame/heap_size.h"

namespace thalweg {

Domain::Domain(std::vector<std::string> levels) : levels_(std::move(levels)) {
  if (std::is_sorted(levels_.begin(), levels_.end())) return;
  order_.resize(levels_.size());
  std::iota(order_.begin(), order_.end(), 0U);
  std::sort(order_.begin(), order_.end(),
            [&](uint32_t a, uint32_t b) { return levels_[a] < levels_[b]; });
}

int64_t Domain::Find(std::string_view level) const {
  if (order_.empty()) {
    const auto found = std::lower_bound(levels_.begin(), levels_.end(), level);
    return found != levels_.end() && *found == level ? found - levels_.begin() : -1;
  }
  const auto found =
      std::lower_bound(order_.begin(), order_.end(), level,
                       [&](uint32_t code, std::string_view l) { return levels_[code] < l; });
  return found != order_.end() && levels_[*found] == level ? int64_t{*found} : -1;
}

size_t Domain::ByteSize() const {
  size_t bytes = sizeof(Domain) + internal::HeapSize(levels_) + internal::HeapSize(order_);
  for (const std::string& level : levels_) bytes += internal::HeapSize(level);
  return bytes;
}

Column::Column(ColumnType type, std::vector<ChunkPtr> chunks, DomainPtr domain)
    : type_(type), chunks_(std::move(chunks)), domain_(std::move(domain)) {
  Check((domain_ != nullptr) == (type == ColumnType::kCategorical),
        "categorical columns, and no others, have a domain");
  chunks_.shrink_to_fit();
}

const Chunk& Column::chunk(size_t i) const {
  Check(static_cast<bool>(chunks_[i]), "a chunk of another rank is read");
  return *chunks_[i];
}

size_t Column::ByteSize() const {
  size_t bytes = internal::SharedSize(*this) + internal::HeapSize(chunks_);
  for (const ChunkPtr& chunk : chunks_) bytes += chunk ? chunk->ByteSize() : 0;
  if (domain_) bytes += domain_->ByteSize();
  return bytes;
}

}  // namespace thalweg
