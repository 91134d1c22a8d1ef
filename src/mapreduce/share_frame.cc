#include "mapreduce/share_frame.h"

#include <string>
#include <vector>

#include "frame/frame_bytes.h"
#include "mapreduce/share_chunks.h"

namespace thalweg {

Frame ShareOutFrame(const std::optional<Frame>& frame, int root, Communicator& ranks) {
  const bool own = ranks.rank() == root;
  if (ranks.size() == 1) return *frame;
  const std::string outline = ranks.Broadcast(own ? OutlineBytes(*frame) : std::string(), root);
  const Frame scattered = own ? *frame : FrameOfOutline(outline);
  const std::vector<int> holders(scattered.layout().chunks(), root);
  return ShareOutChunks(scattered, holders, ranks);
}

}  // namespace thalweg
