#include "rapids/chunks.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "frame/select_rows.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/recut_over_ranks.h"

namespace thalweg::internal {

ChunkRange OwnChunks(const Layout& layout, Evaluator& evaluator) {
  if (layout.ranks() == 1) return {0, layout.chunks()};
  const auto rank = static_cast<size_t>(evaluator.context().ranks.rank());
  return {layout.FirstChunkOf(rank), layout.FirstChunkOf(rank + 1)};
}

std::vector<std::string> FromAllRanks(const std::string& mine, Evaluator& evaluator) {
  return evaluator.context().ranks.AllGather(mine);
}

void ShareChunkTexts(const Layout& layout, Evaluator& evaluator, std::vector<std::string>& parts) {
  const ChunkRange own = OwnChunks(layout, evaluator);
  std::string mine;
  for (size_t c = own.begin; c < own.end; ++c) {
    const uint64_t size = parts[c].size();
    mine.append(reinterpret_cast<const char*>(&size), sizeof(size));
    mine += parts[c];
  }
  size_t chunk = 0;
  for (const std::string& theirs : FromAllRanks(mine, evaluator)) {
    std::string_view rest = theirs;
    while (!rest.empty()) {
      uint64_t size = 0;
      std::memcpy(&size, rest.data(), sizeof(size));
      parts[chunk++] = rest.substr(sizeof(size), size);
      rest.remove_prefix(sizeof(size) + size);
    }
  }
  Check(chunk == parts.size(), "every chunk has a part");
}

bool OnAllRanks(bool mine, Evaluator& evaluator) {
  if (evaluator.context().ranks.size() == 1) return mine;
  for (const std::string& theirs : FromAllRanks(mine ? "y" : "n", evaluator)) {
    if (theirs != "y") return false;
  }
  return true;
}

int64_t MissingCells(const Layout& layout, const Column& column, Evaluator& evaluator) {
  const ChunkRange own = OwnChunks(layout, evaluator);
  int64_t missing = 0;
  for (size_t c = own.begin; c < own.end; ++c) missing += column.chunk(c).missing();
  if (layout.ranks() > 1) evaluator.context().ranks.AllReduceSum(std::span<int64_t>(&missing, 1));
  return missing;
}

ColumnPtr NumericColumn(std::vector<ChunkPtr> chunks, Evaluator& evaluator) {
  const bool integral =
      OnAllRanks(std::all_of(chunks.begin(), chunks.end(),
                             [](const ChunkPtr& c) { return !c || c->integral(); }),
                 evaluator);
  return std::make_shared<const Column>(integral ? ColumnType::kInteger : ColumnType::kReal,
                                        std::move(chunks));
}

ChunkPtr StringCells::Encode() const {
  std::vector<std::string_view> cells;
  cells.reserve(ends_.size());
  size_t begin = 0;
  for (const int64_t end : ends_) {
    if (end < 0) {
      cells.emplace_back();
      continue;
    }
    // Never null, also where it is empty.
    cells.emplace_back(bytes_.data() + begin, static_cast<size_t>(end) - begin);
    begin = static_cast<size_t>(end);
  }
  return EncodeStrings(cells);
}

ColumnPtr ConstantColumn(const Layout& layout, double value) {
  std::vector<ChunkPtr> chunks;
  chunks.reserve(layout.chunks());
  bool integral = true;
  for (size_t c = 0; c < layout.chunks(); ++c) {
    // Chunks of equal length are shared.
    const auto rows = static_cast<uint32_t>(layout.ChunkRows(c));
    if (!chunks.empty() && chunks.back()->rows() == rows) {
      chunks.push_back(chunks.back());
      continue;
    }
    chunks.push_back(EncodeReals(std::vector<double>(rows, value + 0.0)));
    integral = integral && chunks.back()->integral();
  }
  return std::make_shared<const Column>(integral ? ColumnType::kInteger : ColumnType::kReal,
                                        std::move(chunks));
}

ColumnPtr ConstantText(const Layout& layout, std::string_view value, Evaluator& evaluator) {
  return MakeStrings(layout, evaluator, [&](size_t chunk, StringCells& cells) {
    for (int64_t r = 0; r < layout.ChunkRows(chunk); ++r) cells.Add(value);
  });
}

Frame KeepRows(const Frame& frame, std::span<const uint8_t> keep, Evaluator& evaluator) {
  const Layout& layout = frame.layout();
  if (layout.ranks() == 1) return SelectRows(frame, keep, evaluator.pool());
  const ChunkRange own = OwnChunks(layout, evaluator);
  const Frame mine = OwnPart(frame, evaluator.context().ranks);
  const auto first = static_cast<size_t>(layout.ChunkStart(own.begin));
  const Frame kept =
      SelectRows(mine, keep.subspan(first, static_cast<size_t>(mine.rows())), evaluator.pool());
  // And back to their places.
  const LayoutPtr places = LayoutOfChunks(
      layout, evaluator, [&](size_t chunk) { return kept.layout().ChunkRows(chunk - own.begin); });
  std::vector<ColumnPtr> placed;
  for (size_t i = 0; i < frame.columns(); ++i) {
    std::vector<ChunkPtr> chunks(layout.chunks());
    for (size_t c = own.begin; c < own.end; ++c) {
      chunks[c] = kept.column(i).chunk_ptr(c - own.begin);
    }
    placed.push_back(std::make_shared<const Column>(frame.column(i).type(), std::move(chunks),
                                                    frame.column(i).domain()));
  }
  return Frame(places, frame.names(), std::move(placed));
}

LayoutPtr NewLayout(int64_t rows) {
  constexpr int64_t kChunkRows = 65'536;
  std::vector<int64_t> starts = {0};
  while (starts.back() < rows) starts.push_back(std::min(rows, starts.back() + kChunkRows));
  if (starts.size() == 1) starts.push_back(0);
  return std::make_shared<const Layout>(starts);
}

LayoutPtr SpreadLayout(int64_t rows, Evaluator& evaluator) {
  const LayoutPtr cuts = NewLayout(rows);
  return evaluator.context().ranks.size() == 1 ? cuts : SharedOut(*cuts, evaluator.context().ranks);
}

Frame CutAnew(const Frame& frame, const Layout& cuts, Evaluator& evaluator) {
  Communicator& ranks = evaluator.context().ranks;
  return RecutOverRanks(frame, SharedOut(cuts, ranks), ranks);
}

ColumnPtr AsNumericColumn(const Column& column, Evaluator& evaluator) {
  std::vector<ChunkPtr> chunks;
  for (size_t c = 0; c < column.chunks(); ++c) chunks.push_back(column.chunk_ptr(c));
  return NumericColumn(std::move(chunks), evaluator);
}

ColumnPtr NumbersColumn(const Layout& layout, std::span<const double> cells, Evaluator& evaluator) {
  return MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    std::copy_n(cells.begin() + layout.ChunkStart(chunk), out.size(), out.begin());
  });
}

ColumnPtr IntegersColumn(const Layout& layout, std::span<const int64_t> cells, ColumnType type,
                         DomainPtr domain, Evaluator& evaluator) {
  return MakeIntegers(
      layout, evaluator, type, std::move(domain), [&](size_t chunk, std::span<int64_t> out) {
        std::copy_n(cells.begin() + layout.ChunkStart(chunk), out.size(), out.begin());
      });
}

ColumnPtr TextsColumn(const Layout& layout, const std::vector<std::string>& cells,
                      Evaluator& evaluator) {
  return MakeStrings(layout, evaluator, [&](size_t chunk, StringCells& out) {
    for (int64_t r = layout.ChunkStart(chunk); r < layout.ChunkStart(chunk + 1); ++r) {
      out.Add(cells[static_cast<size_t>(r)]);
    }
  });
}

}  // namespace thalweg::internal
