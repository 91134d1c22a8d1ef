// What becomes of the frames when ranks are lost.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cluster/communicator.h"
#include "jobs/catalog.h"
#include "jobs/replicas.h"

namespace thalweg {

// A collective. The frames that all ranks have under the same name in the same version, in the same
// order on all.
std::vector<std::shared_ptr<const Frame>> CommonFrames(const Catalog& catalog, Communicator& ranks);

// Frames without the lost ranks, made but not yet in place: that is for when all survivors have
// come so far.
class TakeOver {
 public:
  // A collective of the survivors, whose catalogs hold the same frames; some that not all have are
  // left as they are. `lost`: numbers of the lost ones among the `before` ranks that there were, in
  // rising order. An heir puts the copies that it holds into what it owns.
  TakeOver(const Catalog& catalog, const Replicas& replicas, const std::vector<int>& lost,
           int before, Communicator& survivors);

  // Each rank for itself: frames and copies take their places. Frames of which both copies of a
  // chunk are gone are removed. Second copies are to be made anew
  // (Replicas::Complete).
  void Apply(Catalog& catalog, Replicas& replicas) const;
  // The same on all ranks.
  const std::vector<std::string>& gone() const { return gone_; }

 private:
  struct Kept {
    std::string name;
    EntryPtr before;
    std::shared_ptr<const FrameEntry> after;
  };
  struct Copies {
    ColumnPtr column;
    std::vector<ChunkPtr> chunks;
  };
  std::vector<Kept> kept_;
  std::vector<Copies> copies_;
  std::vector<std::string> gone_;
};

}  // namespace thalweg
