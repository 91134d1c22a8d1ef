#include "mapreduce/gather_rows.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "frame/chunk_builder.h"
#include "mapreduce/map_reduce.h"
#include "mapreduce/row_keys.h"
#include "mapreduce/row_records.h"

namespace thalweg {
namespace {

using internal::IntegerForm;
using internal::RecordField;
using internal::RowRecords;
using internal::ScratchArray;

constexpr int64_t kLeastChunkRows = 1024;
constexpr int64_t kMostChunkRows = 65'536;
// Where fewer than this share of the rows is picked, cells are read one by one.
constexpr size_t kFew = 64;

using ChunkTable = std::vector<std::vector<ChunkPtr>>;

ChunkPtr EncodeIntegersOf(const IntegerForm& form, std::span<const int64_t> cells) {
  if (form.scale > 0) return EncodeDecimals(cells, form.scale);
  return EncodeIntegers(cells);
}

void GatherNumbers(const Frame& frame, std::span<const size_t> columns,
                   std::span<const size_t> places, std::span<const uint32_t> rows, bool missing,
                   const Layout& layout, ThreadPool& pool, ChunkTable* chunks) {
  const RowRecords records(frame, columns, missing, pool);
  pool.Run(layout.chunks(), [&](size_t c, size_t) {
    const auto size = static_cast<size_t>(layout.ChunkRows(c));
    ScratchArray<uint64_t> words(records.words() * size);
    ScratchArray<int64_t> cells(size);
    records.Gather(rows.subspan(static_cast<size_t>(layout.ChunkStart(c)), size), words.data());
    for (size_t i = 0; i < columns.size(); ++i) {
      const RecordField& field = records.fields()[i];
      const std::span<const uint64_t> word(field.bits == 0
                                               ? reinterpret_cast<const uint64_t*>(cells.data())
                                               : words.data() + field.word * size,
                                           size);
      ChunkPtr& chunk = (*chunks)[places[i]][c];
      if (field.raw) {
        auto* reals = reinterpret_cast<double*>(cells.data());
        RowRecords::Doubles(field, word, reals);
        chunk = EncodeReals(std::span<const double>(reals, size));
      } else {
        RowRecords::Integers(field, word, cells.data());
        chunk = EncodeIntegersOf(field.form, cells.span());
      }
    }
  });
}

template <class Cell>
ChunkPtr EncodeCells(std::span<const Cell> cells);
template <>
ChunkPtr EncodeCells(std::span<const std::string_view> cells) {
  return EncodeStrings(cells);
}
template <>
ChunkPtr EncodeCells(std::span<const Uuid> cells) {
  return EncodeUuids(cells);
}
template <>
ChunkPtr EncodeCells(std::span<const int64_t> cells) {
  return EncodeIntegers(cells);
}
template <>
ChunkPtr EncodeCells(std::span<const double> cells) {
  return EncodeReals(cells);
}

// Cells that do not fit a record: all of them laid out, then picked.
template <class Cell>
void GatherCells(const Frame& frame, size_t column, Cell missing, std::span<const uint32_t> rows,
                 const Layout& layout, ThreadPool& pool, std::vector<ChunkPtr>* chunks) {
  ScratchArray<Cell> cells(static_cast<size_t>(frame.rows()));
  const Column& source = frame.column(column);
  pool.Run(source.chunks(), [&](size_t c, size_t) {
    source.chunk(c).Decode(0,
                           cells.span().subspan(static_cast<size_t>(frame.layout().ChunkStart(c)),
                                                source.chunk(c).rows()));
  });
  pool.Run(layout.chunks(), [&](size_t c, size_t) {
    const auto picks = rows.subspan(static_cast<size_t>(layout.ChunkStart(c)),
                                    static_cast<size_t>(layout.ChunkRows(c)));
    ScratchArray<Cell> picked(picks.size());
    for (size_t i = 0; i < picks.size(); ++i) {
      picked[i] = picks[i] == kMissingRow ? missing : cells[picks[i]];
    }
    (*chunks)[c] = EncodeCells<Cell>(picked.span());
  });
}

// A few cells, read one by one.
template <class Cell>
void GatherFew(const Frame& frame, size_t column, Cell missing, std::span<const uint32_t> rows,
               const Layout& layout, ThreadPool& pool, std::vector<ChunkPtr>* chunks) {
  const Column& source = frame.column(column);
  const Layout& cuts = frame.layout();
  pool.Run(layout.chunks(), [&](size_t c, size_t) {
    const auto picks = rows.subspan(static_cast<size_t>(layout.ChunkStart(c)),
                                    static_cast<size_t>(layout.ChunkRows(c)));
    std::vector<Cell> picked(picks.size());
    size_t chunk = 0;
    for (size_t i = 0; i < picks.size(); ++i) {
      picked[i] = missing;
      if (picks[i] == kMissingRow) continue;
      const int64_t row = picks[i];
      // Picks are often near each other.
      if (row < cuts.ChunkStart(chunk) || row >= cuts.ChunkStart(chunk + 1)) {
        chunk = cuts.ChunkOf(row);
      }
      source.chunk(chunk).Decode(static_cast<size_t>(row - cuts.ChunkStart(chunk)),
                                 std::span<Cell>(&picked[i], 1));
    }
    (*chunks)[c] = EncodeCells<Cell>(picked);
  });
}

// Whether any row is kMissingRow; all others are below `all`.
bool CheckPicks(std::span<const uint32_t> rows, uint64_t all, ThreadPool& pool) {
  constexpr size_t kTaskRows = size_t{1} << 18;
  return MapReduce(
      (rows.size() + kTaskRows - 1) / kTaskRows, pool, false,
      [&](size_t task) {
        const size_t begin = task * kTaskRows;
        // One more than the largest row that is not kMissingRow, which wraps to 0.
        uint32_t largest = 0;
        uint32_t above = 0;
        for (const uint32_t row : rows.subspan(begin, std::min(kTaskRows, rows.size() - begin))) {
          largest = std::max(largest, row);
          above = std::max(above, row + 1);
        }
        Check(above <= all, "a row that is picked lies outside the frame");
        return largest == kMissingRow ? 1 : 0;
      },
      [](size_t, int part, bool* any) { *any = *any || part != 0; });
}

}  // namespace

LayoutPtr ResultLayout(int64_t rows) {
  const int64_t size = std::clamp((rows + 15) / 16, kLeastChunkRows, kMostChunkRows);
  std::vector<int64_t> starts = {0};
  while (starts.back() < rows) starts.push_back(std::min(rows, starts.back() + size));
  if (rows == 0) starts.push_back(0);
  return std::make_shared<Layout>(starts);
}

std::vector<ColumnPtr> GatherColumns(const Frame& frame, std::span<const size_t> columns,
                                     std::span<const uint32_t> rows, const Layout& layout,
                                     ThreadPool& pool) {
  Check(static_cast<size_t>(layout.rows()) == rows.size(), "a layout has the rows gathered");
  internal::CheckRowCount(frame.rows());
  const auto all = static_cast<uint64_t>(frame.rows());
  const bool missing = CheckPicks(rows, all, pool);
  ChunkTable chunks(columns.size(), std::vector<ChunkPtr>(layout.chunks()));
  const bool few = rows.size() < all / kFew;
  std::vector<size_t> numbers;
  std::vector<size_t> places;
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto gather = [&]<class Cell>(Cell missing_cell) {
      if (few) {
        GatherFew<Cell>(frame, columns[i], missing_cell, rows, layout, pool, &chunks[i]);
      } else {
        GatherCells<Cell>(frame, columns[i], missing_cell, rows, layout, pool, &chunks[i]);
      }
    };
    switch (frame.column(columns[i]).type()) {
      case ColumnType::kString:
        gather(std::string_view());
        break;
      case ColumnType::kUuid:
        gather(kMissingUuid);
        break;
      case ColumnType::kReal:
        if (few) gather(kMissingReal);
        break;
      default:
        if (few) gather(kMissingInt);
        break;
    }
    if (!few && IsNumeric(frame.column(columns[i]).type())) {
      numbers.push_back(columns[i]);
      places.push_back(i);
    }
  }
  if (!numbers.empty()) {
    GatherNumbers(frame, numbers, places, rows, missing, layout, pool, &chunks);
  }
  std::vector<ColumnPtr> result;
  for (size_t i = 0; i < columns.size(); ++i) {
    const Column& source = frame.column(columns[i]);
    result.push_back(
        std::make_shared<Column>(source.type(), std::move(chunks[i]), source.domain()));
  }
  return result;
}

Frame GatherRows(const Frame& frame, std::span<const uint32_t> rows, ThreadPool& pool) {
  const LayoutPtr layout = ResultLayout(static_cast<int64_t>(rows.size()));
  std::vector<size_t> columns(frame.columns());
  std::iota(columns.begin(), columns.end(), size_t{0});
  return Frame(layout, frame.names(), GatherColumns(frame, columns, rows, *layout, pool));
}

}  // namespace thalweg
