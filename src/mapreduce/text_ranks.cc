#include "mapreduce/text_ranks.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "mapreduce/map_reduce.h"
#include "mapreduce/row_keys.h"
#include "mapreduce/sort_rows.h"

namespace thalweg::internal {
namespace {

// The first 8 bytes from `skip` on, the first one the most significant; zeros where it is shorter.
uint64_t Prefix(std::string_view text, size_t skip) {
  uint64_t word = 0;
  if (text.size() >= skip + 8) {
    std::memcpy(&word, text.data() + skip, 8);
  } else if (text.size() > skip) {
    std::memcpy(&word, text.data() + skip, text.size() - skip);
  }
  return __builtin_bswap64(word);
}

// Bytes that all texts of a chunk and `model` begin with, at most `most`.
size_t CommonPrefix(std::span<const std::string_view> texts, std::string_view model, size_t most) {
  for (const std::string_view text : texts) {
    if (text.data() == nullptr) continue;
    most = std::min(most, text.size());
    if (std::memcmp(text.data(), model.data(), most) == 0) continue;
    most = static_cast<size_t>(
        std::mismatch(text.begin(), text.begin() + static_cast<ptrdiff_t>(most), model.begin())
            .first -
        text.begin());
  }
  return most;
}

template <class Cell>
ScratchArray<Cell> AllCells(std::span<const ColumnOf> columns, std::span<const size_t> offsets,
                            ThreadPool& pool) {
  ScratchArray<Cell> cells(offsets.back());
  for (size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i].frame->column(columns[i].column);
    const Layout& layout = columns[i].frame->layout();
    pool.Run(column.chunks(), [&](size_t c, size_t) {
      const Chunk& chunk = column.chunk(c);
      chunk.Decode(0, cells.span().subspan(offsets[i] + static_cast<size_t>(layout.ChunkStart(c)),
                                           chunk.rows()));
    });
  }
  return cells;
}

// Tasks over ranges of groups with about equally many rows.
std::vector<size_t> GroupRanges(const SortedRows& sorted, size_t rows) {
  const size_t count = std::clamp<size_t>(rows >> 14, 1, 256);
  std::vector<size_t> ranges = {0};
  for (size_t i = 1; i < count; ++i) {
    const auto* begin = sorted.starts.data();
    const auto* found =
        std::lower_bound(begin, begin + sorted.groups(), static_cast<uint32_t>(rows * i / count));
    ranges.push_back(std::max(ranges.back(), static_cast<size_t>(found - begin)));
  }
  ranges.push_back(sorted.groups());
  return ranges;
}

// Numbers the different cells, given words that order cells as far as they differ. less and same
// compare cells; missing(cell) ones get no number.
template <class Cell, class Less, class Missing>
uint32_t RankCells(std::span<const Cell> cells, SortedRows sorted, Less less, Missing missing,
                   uint32_t* ranks, ThreadPool& pool) {
  const std::vector<size_t> ranges = GroupRanges(sorted, cells.size());
  const size_t tasks = ranges.size() - 1;
  std::vector<uint32_t> counts(tasks);
  pool.Run(tasks, [&](size_t task, size_t) {
    uint32_t next = 0;
    for (size_t g = ranges[task]; g < ranges[task + 1]; ++g) {
      uint32_t* rows = sorted.rows.data() + sorted.starts[g];
      const size_t size = sorted.starts[g + 1] - sorted.starts[g];
      // Missing cells to the front.
      uint32_t* const present = std::stable_partition(
          rows, rows + size, [&](uint32_t row) { return missing(cells[row]); });
      for (uint32_t* row = rows; row < present; ++row) ranks[*row] = kNoRow;
      if (present == rows + size) continue;
      const bool same = std::all_of(present, rows + size, [&](uint32_t row) {
        return !less(cells[row], cells[*present]) && !less(cells[*present], cells[row]);
      });
      if (!same) {
        std::sort(present, rows + size,
                  [&](uint32_t a, uint32_t b) { return less(cells[a], cells[b]); });
      }
      ranks[*present] = next;
      for (uint32_t* row = present + 1; row < rows + size; ++row) {
        if (!same && less(cells[row[-1]], cells[*row])) ++next;
        ranks[*row] = next;
      }
      ++next;
    }
    counts[task] = next;
  });
  uint32_t total = 0;
  for (uint32_t& count : counts) total += std::exchange(count, total);
  pool.Run(tasks, [&](size_t task, size_t) {
    for (size_t i = sorted.starts[ranges[task]]; i < sorted.starts[ranges[task + 1]]; ++i) {
      uint32_t& rank = ranks[sorted.rows[i]];
      if (rank != kNoRow) rank += counts[task];
    }
  });
  return total;
}

uint32_t RankStrings(std::span<const std::string_view> cells, uint32_t* ranks, ThreadPool& pool) {
  std::string_view model;
  for (const std::string_view cell : cells) {
    if (cell.data() != nullptr) {
      model = cell;
      break;
    }
  }
  const size_t block = size_t{1} << 16;
  const size_t tasks = (cells.size() + block - 1) / block;
  const size_t skip = MapReduce(
      tasks, pool, model.size(),
      [&](size_t task) {
        const size_t begin = task * block;
        return CommonPrefix(cells.subspan(begin, std::min(block, cells.size() - begin)), model,
                            model.size());
      },
      [](size_t, size_t part, size_t* least) { *least = std::min(*least, part); });
  ScratchArray<uint64_t> words(cells.size());
  pool.Run(tasks, [&](size_t task, size_t) {
    const size_t end = std::min(cells.size(), (task + 1) * block);
    for (size_t i = task * block; i < end; ++i) words[i] = Prefix(cells[i], skip);
  });
  SortedRows sorted = SortWords(words.span(), 64, Grouping::kGroups, pool);
  return RankCells(
      cells, std::move(sorted), [](std::string_view a, std::string_view b) { return a < b; },
      [](std::string_view cell) { return cell.data() == nullptr; }, ranks, pool);
}

uint32_t RankUuids(std::span<const Uuid> cells, uint32_t* ranks, ThreadPool& pool) {
  ScratchArray<uint64_t> words(cells.size());
  for (size_t i = 0; i < cells.size(); ++i) words[i] = cells[i].high;
  SortedRows sorted = SortWords(words.span(), 64, Grouping::kGroups, pool);
  return RankCells(
      cells, std::move(sorted), [](const Uuid& a, const Uuid& b) { return a < b; },
      [](const Uuid& cell) { return cell == kMissingUuid; }, ranks, pool);
}

}  // namespace

TextRanks RankTexts(std::span<const ColumnOf> columns, ThreadPool& pool) {
  std::vector<size_t> offsets = {0};
  for (const ColumnOf& column : columns) {
    offsets.push_back(offsets.back() + static_cast<size_t>(column.frame->rows()));
  }
  CheckRowCount(static_cast<int64_t>(offsets.back()));
  ScratchArray<uint32_t> ranks(offsets.back());
  TextRanks result;
  if (columns.front().frame->column(columns.front().column).type() == ColumnType::kUuid) {
    const auto cells = AllCells<Uuid>(columns, offsets, pool);
    result.count = RankUuids(cells.span(), ranks.data(), pool);
  } else {
    const auto cells = AllCells<std::string_view>(columns, offsets, pool);
    result.count = RankStrings(cells.span(), ranks.data(), pool);
  }
  if (columns.size() == 1) {
    result.ranks.push_back(std::move(ranks));
    return result;
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    ScratchArray<uint32_t> own(offsets[i + 1] - offsets[i]);
    std::copy_n(ranks.data() + offsets[i], own.size(), own.data());
    result.ranks.push_back(std::move(own));
  }
  return result;
}

}  // namespace thalweg::internal
