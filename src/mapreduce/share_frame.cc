#include "mapreduce/share_frame.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_record.h"
#include "base/error.h"
#include "mapreduce/share_chunks.h"

namespace thalweg {
namespace {

using internal::ByteReader;
using internal::ByteWriter;

// Everything but the chunks.
std::string Outline(const Frame& frame) {
  const Layout& layout = frame.layout();
  Check(layout.ranks() == 1, "a frame of this rank alone is shared out");
  ByteWriter writer;
  writer.Number(layout.chunks());
  for (size_t i = 0; i < layout.chunks(); ++i) {
    writer.Number(static_cast<uint64_t>(layout.ChunkRows(i)));
  }
  writer.Number(frame.columns());
  for (size_t c = 0; c < frame.columns(); ++c) {
    const Column& column = frame.column(c);
    writer.Text(frame.name(c));
    writer.Number(static_cast<uint64_t>(column.type()));
    writer.Number(column.domain() ? 1 : 0);
    if (!column.domain()) continue;
    writer.Number(column.domain()->levels().size());
    for (const std::string& level : column.domain()->levels()) writer.Text(level);
  }
  return writer.bytes();
}

// A frame of null chunks.
Frame FrameOf(const std::string& outline) {
  ByteReader reader(outline, "a frame's outline");
  std::vector<int64_t> starts = {0};
  for (uint64_t n = reader.Number(); n > 0; --n) {
    starts.push_back(starts.back() + static_cast<int64_t>(reader.Number()));
  }
  const size_t chunks = starts.size() - 1;
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (uint64_t n = reader.Number(); n > 0; --n) {
    names.emplace_back(reader.Text());
    const auto type = static_cast<ColumnType>(reader.Number());
    DomainPtr domain;
    if (reader.Number() == 1) {
      std::vector<std::string> levels(reader.Number());
      for (std::string& level : levels) level = reader.Text();
      domain = std::make_shared<Domain>(std::move(levels));
    }
    columns.push_back(
        std::make_shared<Column>(type, std::vector<ChunkPtr>(chunks), std::move(domain)));
  }
  return {std::make_shared<Layout>(starts), std::move(names), std::move(columns)};
}

}  // namespace

Frame ShareOutFrame(const std::optional<Frame>& frame, int root, Communicator& ranks) {
  const bool own = ranks.rank() == root;
  if (ranks.size() == 1) return *frame;
  const std::string outline = ranks.Broadcast(own ? Outline(*frame) : std::string(), root);
  const Frame scattered = own ? *frame : FrameOf(outline);
  const std::vector<int> holders(scattered.layout().chunks(), root);
  return ShareOutChunks(scattered, holders, ranks);
}

}  // namespace thalweg
