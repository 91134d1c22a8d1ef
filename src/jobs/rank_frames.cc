#include "jobs/rank_frames.h"

#include "mapreduce/gather_frame.h"

namespace thalweg {

std::shared_ptr<const Frame> GetWholeFrame(const std::string& name, CommandContext& context) {
  std::shared_ptr<const Frame> frame = context.catalog.GetFrame(name);
  if (context.ranks.size() == 1) return frame;
  return std::make_shared<const Frame>(GatherFrame(*frame, context.ranks));
}

void PutWholeFrame(const std::string& name, const Frame& frame, CommandContext& context) {
  context.catalog.PutFrame(
      name, frame.layout().ranks() == 1 ? KeepOwnChunks(frame, context.ranks) : frame);
}

}  // namespace thalweg
