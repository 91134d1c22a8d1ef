#include "jobs/rank_frames.h"

#include "base/available_memory.h"
#include "base/text.h"
#include "mapreduce/gather_frame.h"

namespace thalweg {

std::shared_ptr<const Frame> GetWholeFrame(const std::string& name, CommandContext& context) {
  std::shared_ptr<const Frame> frame = context.catalog.GetFrame(name);
  if (context.ranks.size() == 1 || frame->layout().ranks() == 1) return frame;
  // What each rank sends, and the whole that each of them makes of it.
  auto bytes = static_cast<int64_t>(frame->ByteSize());
  context.ranks.AllReduceSum(std::span<int64_t>(&bytes, 1));
  if (context.ranks.rank() == 0) {
    RequireMemory(2.0 * context.ranks.size() * static_cast<double>(bytes),
                  "the frame " + Printable(name) + ", gathered on " +
                      std::to_string(context.ranks.size()) + " ranks,");
  }
  context.ranks.Barrier();
  return std::make_shared<const Frame>(GatherFrame(*frame, context.ranks));
}

void PutWholeFrame(const std::string& name, const Frame& frame, CommandContext& context) {
  context.catalog.PutFrame(
      name, frame.layout().ranks() == 1 ? KeepOwnChunks(frame, context.ranks) : frame);
}

}  // namespace thalweg
