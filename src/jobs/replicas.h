// Second copies: what a rank owns of the frames lies, compressed, on another rank too, its holder,
// so that a rank can get lost.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

// The rank that holds the copies of this rank's chunks, of at least two: the next one; for the last
// rank the one before it, so that what an heir takes over lies beside what it has.
int HolderOf(int rank, int ranks);

// The copies that this rank holds of others' chunks. They belong to this rank's own columns, which
// know everything of the same columns elsewhere but their cells, and go when those go.
// Thread rule: any thread may call any member at any time; collectives as their communicator.
class Replicas {
 public:
  // A collective; the ranks' parts of the same frames, in the same order. Afterwards all chunks of
  // these frames have their copies; only copies that were not there travel, in rounds of about
  // 64 MB from each rank. Frames that lie whole on each rank need none.
  void Complete(const std::vector<std::shared_ptr<const Frame>>& frames, Communicator& ranks);

  // The copies of chunks of `column`, by number; null where there is none. Empty: of none.
  std::vector<ChunkPtr> Of(const ColumnPtr& column) const;
  void Put(const ColumnPtr& column, std::vector<ChunkPtr> chunks);
  // Forgets copies whose columns are gone.
  void Sweep();
  size_t ByteSize() const;

 private:
  struct Held {
    std::weak_ptr<const Column> column;
    std::vector<ChunkPtr> chunks;
  };
  mutable std::mutex mutex_;
  std::unordered_map<const Column*, Held> held_;
};

}  // namespace thalweg
