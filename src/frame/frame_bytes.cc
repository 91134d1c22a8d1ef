#include "frame/frame_bytes.h"

#include <memory>
#include <utility>
#include <vector>

#include "base/byte_record.h"
#include "base/error.h"
#include "frame/chunk_bytes.h"

namespace thalweg {

using internal::ByteReader;
using internal::ByteWriter;

std::string OutlineBytes(const Frame& frame) {
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

Frame FrameOfOutline(std::string_view outline) {
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

std::string FrameBytes(const Frame& frame) {
  ByteWriter writer;
  writer.Text(OutlineBytes(frame));
  std::string chunks;
  for (size_t c = 0; c < frame.columns(); ++c) {
    for (size_t i = 0; i < frame.layout().chunks(); ++i) {
      AppendChunkBytes(frame.column(c).chunk(i), chunks);
    }
  }
  writer.Text(chunks);
  return writer.bytes();
}

Frame FrameFromBytes(std::string_view bytes) {
  ByteReader reader(bytes, "a frame");
  const Frame outline = FrameOfOutline(reader.Text());
  std::string_view rest = reader.Text();
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < outline.columns(); ++c) {
    std::vector<ChunkPtr> chunks;
    for (size_t i = 0; i < outline.layout().chunks(); ++i) chunks.push_back(TakeChunk(rest));
    columns.push_back(std::make_shared<Column>(outline.column(c).type(), std::move(chunks),
                                               outline.column(c).domain()));
  }
  return {outline.layout_ptr(), outline.names(), std::move(columns)};
}

}  // namespace thalweg
