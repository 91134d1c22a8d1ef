#include "mapreduce/key_ranges.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "base/random.h"
#include "frame/chunk_builder.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/gather_rows.h"
#include "mapreduce/sort_rows.h"

namespace thalweg::internal {
namespace {

// Of each rank's rows, where it has so many. With s samples per range, a range is longer than it
// should be by more than a factor 1 + e with probability about exp(-s e^2 / 2): 8% of the rows with
// 2,048.
constexpr size_t kSampleRows = 2048;
constexpr size_t kBlock = 1024;

// Some of all ranks' rows; the same on all ranks.
struct Sample {
  Frame rows;                        // key columns only
  std::vector<int64_t> places = {};  // of each in the frame over the ranks
  std::vector<double> weights = {};  // how many rows each stands for
  int64_t first = 0;                 // the place of this rank's first row
  double total = 0;                  // all rows
};

// Columns under names that are new, as a key may stand there twice.
Frame Columns(const Frame& frame, std::span<const size_t> columns) {
  std::vector<std::string> names;
  std::vector<ColumnPtr> found;
  for (const size_t column : columns) {
    names.push_back(std::to_string(found.size()));
    found.push_back(frame.column_ptr(column));
  }
  return {frame.layout_ptr(), std::move(names), std::move(found)};
}

Sample TakeSample(const Frame& part, std::span<const size_t> columns, Communicator& ranks,
                  ThreadPool& pool) {
  const auto own_rows = static_cast<size_t>(part.rows());
  const std::vector<int64_t> rows = NumbersOfRanks(part.rows(), ranks);
  const size_t count = std::min(own_rows, kSampleRows);
  // One row out of each of `count` equal stretches; which one must not follow the rows' own rhythm.
  std::vector<uint32_t> picks(count);
  Random random(1, {static_cast<uint64_t>(ranks.rank())});
  for (size_t i = 0; i < count; ++i) {
    const size_t begin = own_rows * i / count;
    const size_t end = own_rows * (i + 1) / count;
    picks[i] = static_cast<uint32_t>(begin + random.Below(end - begin));
  }
  Frame own = GatherRows(Columns(part, columns), picks, pool);
  std::vector<int64_t> places(picks.begin(), picks.end());
  ChunkPtr chunk = EncodeIntegers(places);
  Sample sample{.rows = GatherFrame(PlaceParts(own, ranks), ranks)};
  const Frame numbers(
      std::make_shared<const Layout>(std::vector<int64_t>{0, static_cast<int64_t>(places.size())}),
      {"place"},
      {std::make_shared<const Column>(ColumnType::kInteger,
                                      std::vector<ChunkPtr>{std::move(chunk)})});
  const Frame all = GatherFrame(PlaceParts(numbers, ranks), ranks);
  sample.places.resize(static_cast<size_t>(all.rows()));
  ReadCells(all, 0, 0, std::span(sample.places));
  size_t at = 0;
  int64_t first = 0;
  for (size_t rank = 0; rank < rows.size(); ++rank) {
    if (rank == static_cast<size_t>(ranks.rank())) sample.first = first;
    const size_t taken = std::min(static_cast<size_t>(rows[rank]), kSampleRows);
    for (size_t i = 0; i < taken; ++i) {
      sample.places[at++] += first;
      sample.weights.push_back(static_cast<double>(rows[rank]) / static_cast<double>(taken));
    }
    first += rows[rank];
  }
  sample.total = static_cast<double>(first);
  return sample;
}

// The rows of `top` above those of `bottom`; columns of the same types.
Frame Stack(const Frame& top, const Frame& bottom) {
  std::vector<int64_t> starts = {0};
  for (const Frame* frame : {&top, &bottom}) {
    for (size_t c = 0; c < frame->layout().chunks(); ++c) {
      starts.push_back(starts.back() + frame->layout().ChunkRows(c));
    }
  }
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < top.columns(); ++i) {
    std::vector<ChunkPtr> chunks;
    for (const Frame* frame : {&top, &bottom}) {
      for (size_t c = 0; c < frame->layout().chunks(); ++c) {
        chunks.push_back(frame->column(i).chunk_ptr(c));
      }
    }
    const Column& column = bottom.column(i);
    columns.push_back(
        std::make_shared<const Column>(column.type(), std::move(chunks), column.domain()));
  }
  return {std::make_shared<const Layout>(starts), top.names(), std::move(columns)};
}

// Where a range begins: a word, and, where equal ones are spread, the place of a row.
struct Border {
  uint64_t word = 0;
  int64_t place = 0;
};

// The words of the first `count` rows.
std::vector<uint64_t> FirstWords(const RowKeys& keys, size_t count) {
  std::vector<uint64_t> words(count);
  ForBlocks(keys.frame().layout(), 0, static_cast<int64_t>(count), kBlock,
            [&](size_t chunk, size_t begin, size_t size, size_t row) {
              keys.Read(chunk, begin, std::span(words).subspan(row, size));
            });
  return words;
}

// The range of each row from `first_chunk` on; `borders` ascend.
std::vector<RankNumber> FindRanges(const RowKeys& keys, size_t first_chunk,
                                   std::span<const Border> borders, EqualKeys equal, int64_t first,
                                   ThreadPool& pool) {
  const Layout& layout = keys.frame().layout();
  const int64_t skipped = layout.ChunkStart(first_chunk);
  std::vector<RankNumber> ranges(static_cast<size_t>(layout.rows() - skipped));
  pool.Run(layout.chunks() - first_chunk, [&](size_t task, size_t) {
    const size_t chunk = first_chunk + task;
    std::array<uint64_t, kBlock> words;
    ForBlocks(layout, layout.ChunkStart(chunk), layout.ChunkStart(chunk + 1), kBlock,
              [&](size_t, size_t begin, size_t count, size_t row) {
                keys.Read(chunk, begin, std::span(words).first(count));
                const size_t at = row - static_cast<size_t>(skipped);
                for (size_t i = 0; i < count; ++i) {
                  const auto place = first + static_cast<int64_t>(at + i);
                  const auto after = std::partition_point(
                      borders.begin(), borders.end(), [&](const Border& border) {
                        if (border.word != words[i]) return border.word < words[i];
                        return equal == EqualKeys::kTogether || border.place <= place;
                      });
                  ranges[at + i] = static_cast<RankNumber>(after - borders.begin());
                }
              });
  });
  return ranges;
}

// Which of the sorted samples the ranges after the first begin with.
std::vector<size_t> PickBorders(std::span<const double> sorted_weights, double total,
                                size_t ranges) {
  std::vector<size_t> picks;
  double before = 0;
  for (size_t i = 0; i < sorted_weights.size() && picks.size() + 1 < ranges; ++i) {
    while (picks.size() + 1 < ranges &&
           before >= total * static_cast<double>(picks.size() + 1) / static_cast<double>(ranges)) {
      picks.push_back(i);
    }
    before += sorted_weights[i];
  }
  return picks;
}

std::vector<SortKey> Renumbered(std::span<const SortKey> keys, std::vector<size_t>* columns) {
  std::vector<SortKey> renumbered;
  for (const SortKey& key : keys) {
    renumbered.push_back({.column = columns->size(), .descending = key.descending});
    columns->push_back(key.column);
  }
  return renumbered;
}

}  // namespace

std::vector<RankNumber> RanksByKey(const Frame& part, std::span<const SortKey> keys,
                                   EqualKeys equal, Communicator& ranks, ThreadPool& pool) {
  std::vector<size_t> columns;
  const std::vector<SortKey> renumbered = Renumbered(keys, &columns);
  const Sample sample = TakeSample(part, columns, ranks, pool);
  const SortedRows sorted = SortRows(RowKeys(sample.rows, renumbered, pool), Grouping::kNone, pool);
  std::vector<double> weights;
  for (const uint32_t row : sorted.rows.span()) weights.push_back(sample.weights[row]);
  std::vector<uint32_t> rows;
  std::vector<Border> borders;
  for (const size_t pick : PickBorders(weights, sample.total, static_cast<size_t>(ranks.size()))) {
    rows.push_back(sorted.rows[pick]);
    borders.push_back({.place = sample.places[rows.back()]});
  }
  const Frame above = GatherRows(sample.rows, rows, pool);
  const Frame stacked = Stack(above, Columns(part, columns));
  const RowKeys words(stacked, renumbered, pool);
  const std::vector<uint64_t> first_words = FirstWords(words, rows.size());
  for (size_t i = 0; i < borders.size(); ++i) borders[i].word = first_words[i];
  return FindRanges(words, above.layout().chunks(), borders, equal, sample.first, pool);
}

JoinRanks RanksByJoinKey(const Frame& left, const Frame& right, std::span<const KeyPair> pairs,
                         LevelOrder order, Communicator& ranks, ThreadPool& pool) {
  std::vector<size_t> left_columns;
  std::vector<size_t> right_columns;
  std::vector<KeyPair> renumbered;
  for (size_t i = 0; i < pairs.size(); ++i) {
    left_columns.push_back(pairs[i].left);
    right_columns.push_back(pairs[i].right);
    renumbered.push_back({.left = i, .right = i, .form = pairs[i].form});
  }
  const Sample samples[] = {TakeSample(left, left_columns, ranks, pool),
                            TakeSample(right, right_columns, ranks, pool)};
  // Both sides' samples in the order of their words.
  struct Entry {
    uint64_t word = 0;
    size_t side = 0;
    uint32_t row = 0;
  };
  std::vector<Entry> entries;
  {
    const JoinKeys keys = MakeJoinKeys(samples[0].rows, samples[1].rows, renumbered, order, pool);
    for (size_t side = 0; side < 2; ++side) {
      const auto words = FirstWords(side == 0 ? keys.left : keys.right,
                                    static_cast<size_t>(samples[side].rows.rows()));
      for (size_t i = 0; i < words.size(); ++i) {
        entries.push_back({.word = words[i], .side = side, .row = static_cast<uint32_t>(i)});
      }
    }
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.word < b.word; });
  std::vector<double> weights;
  for (const Entry& entry : entries) weights.push_back(samples[entry.side].weights[entry.row]);
  const std::vector<size_t> picks =
      PickBorders(weights, samples[0].total + samples[1].total, static_cast<size_t>(ranks.size()));
  std::vector<uint32_t> rows[2];
  for (const size_t pick : picks) rows[entries[pick].side].push_back(entries[pick].row);
  const Frame above[] = {GatherRows(samples[0].rows, rows[0], pool),
                         GatherRows(samples[1].rows, rows[1], pool)};
  const Frame stacked[] = {Stack(above[0], Columns(left, left_columns)),
                           Stack(above[1], Columns(right, right_columns))};
  const JoinKeys keys = MakeJoinKeys(stacked[0], stacked[1], renumbered, order, pool);
  std::vector<Border> borders;
  for (size_t side = 0; side < 2; ++side) {
    for (const uint64_t word : FirstWords(side == 0 ? keys.left : keys.right, rows[side].size())) {
      borders.push_back({.word = word});
    }
  }
  std::sort(borders.begin(), borders.end(),
            [](const Border& a, const Border& b) { return a.word < b.word; });
  return {.left = FindRanges(keys.left, above[0].layout().chunks(), borders, EqualKeys::kTogether,
                             0, pool),
          .right = FindRanges(keys.right, above[1].layout().chunks(), borders, EqualKeys::kTogether,
                              0, pool)};
}

}  // namespace thalweg::internal
