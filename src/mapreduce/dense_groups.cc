// Groups by one accumulator for every key word there can be.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "mapreduce/group_values.h"

namespace thalweg::internal {
namespace {

constexpr size_t kBlock = 1024;

template <class T>
void Append(const T& value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

template <class T>
T Take(std::string_view& bytes) {
  T value;
  Check(bytes.size() >= sizeof(T), "a rank's accumulators are cut off");
  std::memcpy(&value, bytes.data(), sizeof(T));
  bytes.remove_prefix(sizeof(T));
  return value;
}

// One per word, of one value column.
struct Accumulators {
  ScratchArray<int64_t> missing;
  ScratchArray<int64_t> sum;
  ScratchArray<__int128> squares;
  ScratchArray<int64_t> min;
  ScratchArray<int64_t> max;

  Accumulators(const ValueColumn& value, size_t words) {
    const auto make = [&](bool wanted, auto* array, auto zero) {
      using Array = std::remove_reference_t<decltype(*array)>;
      if (!wanted) return;
      *array = Array(words);
      std::fill_n(array->data(), words, zero);
    };
    make(value.form.missing > 0, &missing, int64_t{0});
    make(value.sum, &sum, int64_t{0});
    make(value.squares, &squares, __int128{0});
    make(value.extremes, &min, std::numeric_limits<int64_t>::max());
    make(value.extremes, &max, std::numeric_limits<int64_t>::min());
  }

  void Add(std::span<const uint32_t> words, const int64_t* cells) {
    const size_t n = words.size();
    if (!missing.empty()) return AddPresent(words, cells);
    if (!sum.empty()) {
      for (size_t i = 0; i < n; ++i) sum[words[i]] += cells[i];
    }
    if (!squares.empty()) {
      for (size_t i = 0; i < n; ++i)
        squares[words[i]] += static_cast<__int128>(cells[i]) * cells[i];
    }
    if (!min.empty()) {
      for (size_t i = 0; i < n; ++i) {
        min[words[i]] = std::min(min[words[i]], cells[i]);
        max[words[i]] = std::max(max[words[i]], cells[i]);
      }
    }
  }

  void AddPresent(std::span<const uint32_t> words, const int64_t* cells) {
    for (size_t i = 0; i < words.size(); ++i) {
      const uint32_t word = words[i];
      if (cells[i] == kMissingInt) {
        ++missing[word];
        continue;
      }
      if (!sum.empty()) sum[word] += cells[i];
      if (!squares.empty()) squares[word] += static_cast<__int128>(cells[i]) * cells[i];
      if (!min.empty()) {
        min[word] = std::min(min[word], cells[i]);
        max[word] = std::max(max[word], cells[i]);
      }
    }
  }

  void Join(const Accumulators& part, size_t begin, size_t end) {
    for (size_t w = begin; w < end; ++w) {
      if (!missing.empty()) missing[w] += part.missing[w];
      if (!sum.empty()) sum[w] += part.sum[w];
      if (!squares.empty()) squares[w] += part.squares[w];
      if (!min.empty()) min[w] = std::min(min[w], part.min[w]);
      if (!max.empty()) max[w] = std::max(max[w], part.max[w]);
    }
  }

  // visit(array) for those that there are.
  template <class Visit>
  void ForEach(Visit visit) const {
    const auto one = [&](const auto& array) {
      if (!array.empty()) visit(array);
    };
    one(missing);
    one(sum);
    one(squares);
    one(min);
    one(max);
  }

  // One word's of another rank, in the order of ForEach.
  void JoinWord(size_t w, std::string_view& bytes) {
    if (!missing.empty()) missing[w] += Take<int64_t>(bytes);
    if (!sum.empty()) sum[w] += Take<int64_t>(bytes);
    if (!squares.empty()) squares[w] += Take<__int128>(bytes);
    if (!min.empty()) min[w] = std::min(min[w], Take<int64_t>(bytes));
    if (!max.empty()) max[w] = std::max(max[w], Take<int64_t>(bytes));
  }

  GroupStats Stats(size_t word, int64_t rows) const {
    GroupStats stats{.present = missing.empty() ? rows : rows - missing[word]};
    if (!sum.empty()) stats.sum = sum[word];
    if (!squares.empty()) stats.squares = squares[word];
    if (!min.empty()) stats.min = min[word];
    if (!max.empty()) stats.max = max[word];
    return stats;
  }
};

// Of the rows of one segment.
struct Segment {
  ScratchArray<uint32_t> rows;
  std::vector<Accumulators> values;
};

Segment Accumulate(const RowKeys& keys, std::span<const ValueColumn> values, int64_t begin,
                   int64_t end) {
  const size_t words = size_t{1} << keys.bits();
  Segment segment{.rows = ScratchArray<uint32_t>(words), .values = {}};
  std::fill_n(segment.rows.data(), words, 0U);
  for (const ValueColumn& value : values) segment.values.emplace_back(value, words);
  std::array<uint64_t, kBlock> wide;
  std::array<uint32_t, kBlock> codes;
  std::array<int64_t, kBlock> cells;
  ForBlocks(keys.frame().layout(), begin, end, kBlock,
            [&](size_t chunk, size_t offset, size_t count, size_t) {
              keys.Read(chunk, offset, std::span(wide).first(count));
              for (size_t i = 0; i < count; ++i) codes[i] = static_cast<uint32_t>(wide[i]);
              for (size_t i = 0; i < count; ++i) ++segment.rows[codes[i]];
              for (size_t v = 0; v < values.size(); ++v) {
                ReadIntegers(keys.frame().column(values[v].column).chunk(chunk), values[v].form,
                             offset, std::span(cells).first(count));
                segment.values[v].Add(std::span<const uint32_t>(codes).first(count), cells.data());
              }
            });
  return segment;
}

constexpr size_t kTaskWords = 4096;

// Of all rows.
Segment AccumulateAll(const RowKeys& keys, std::span<const ValueColumn> values, ThreadPool& pool) {
  const int64_t rows = keys.frame().rows();
  const size_t words = size_t{1} << keys.bits();
  const size_t least = std::max(size_t{1} << 16, words * 4);
  const size_t count = std::clamp<size_t>(static_cast<size_t>(rows) / least, 1, 16);
  std::vector<Segment> segments(count);
  pool.Run(count, [&](size_t s, size_t) {
    const auto at = [&](size_t i) {
      return rows * static_cast<int64_t>(i) / static_cast<int64_t>(count);
    };
    segments[s] = Accumulate(keys, values, at(s), at(s + 1));
  });
  Segment& all = segments[0];
  pool.Run((words + kTaskWords - 1) / kTaskWords, [&](size_t task, size_t) {
    const size_t begin = task * kTaskWords;
    const size_t end = std::min(words, begin + kTaskWords);
    for (size_t s = 1; s < count; ++s) {
      for (size_t w = begin; w < end; ++w) all.rows[w] += segments[s].rows[w];
      for (size_t v = 0; v < values.size(); ++v) {
        all.values[v].Join(segments[s].values[v], begin, end);
      }
    }
  });
  return std::move(all);
}

// rows[w]: of each word.
template <class Count>
GroupResult Groups(const Segment& all, std::span<const Count> rows_of,
                   std::span<const AggregatePlan> plans, std::span<const ValueColumn> values,
                   ThreadPool& pool) {
  const size_t words = rows_of.size();
  const size_t tasks = (words + kTaskWords - 1) / kTaskWords;
  std::vector<size_t> offsets(tasks + 1);
  pool.Run(tasks, [&](size_t task, size_t) {
    size_t groups = 0;
    for (size_t w = task * kTaskWords; w < std::min(words, (task + 1) * kTaskWords); ++w) {
      groups += rows_of[w] > 0 ? 1 : 0;
    }
    offsets[task + 1] = groups;
  });
  for (size_t t = 0; t < tasks; ++t) offsets[t + 1] += offsets[t];
  GroupResult result;
  result.words = ScratchArray<uint64_t>(offsets[tasks]);
  result.cells = MakeCells(plans, values, offsets[tasks]);
  pool.Run(tasks, [&](size_t task, size_t) {
    size_t g = offsets[task];
    for (size_t w = task * kTaskWords; w < std::min(words, (task + 1) * kTaskWords); ++w) {
      if (rows_of[w] == 0) continue;
      result.words[g] = w;
      const int64_t group_rows = rows_of[w];
      for (size_t p = 0; p < plans.size(); ++p) {
        if (plans[p].value < 0) {
          PutCell(plans[p], nullptr, nullptr, group_rows, g, &result.cells[p]);
          continue;
        }
        const auto v = static_cast<size_t>(plans[p].value);
        const GroupStats stats = all.values[v].Stats(w, group_rows);
        PutCell(plans[p], &values[v], &stats, group_rows, g, &result.cells[p]);
      }
      ++g;
    }
  });
  return result;
}

// The words that occur, with their rows and accumulators.
std::string BytesOf(const Segment& segment) {
  std::string bytes;
  for (size_t w = 0; w < segment.rows.size(); ++w) {
    if (segment.rows[w] == 0) continue;
    Append(static_cast<uint32_t>(w), bytes);
    Append(segment.rows[w], bytes);
    for (const Accumulators& value : segment.values) {
      value.ForEach([&](const auto& array) { Append(array[w], bytes); });
    }
  }
  return bytes;
}

}  // namespace

GroupResult GroupDensely(const RowKeys& keys, std::span<const AggregatePlan> plans,
                         std::span<const ValueColumn> values, ThreadPool& pool) {
  const Segment all = AccumulateAll(keys, values, pool);
  return Groups(all, all.rows.span(), plans, values, pool);
}

GroupResult GroupDensely(const RowKeys& keys, std::span<const AggregatePlan> plans,
                         std::span<const ValueColumn> values, Communicator& ranks,
                         ThreadPool& pool) {
  const size_t words = size_t{1} << keys.bits();
  const std::vector<std::string> parts =
      ranks.AllGather(BytesOf(AccumulateAll(keys, values, pool)));
  // All ranks together may have more than 2^32 rows of one word.
  std::vector<int64_t> rows(words);
  Segment all;
  for (const ValueColumn& value : values) all.values.emplace_back(value, words);
  for (const std::string& part : parts) {
    for (std::string_view bytes = part; !bytes.empty();) {
      const auto word = Take<uint32_t>(bytes);
      Check(word < words, "a key word of these bits");
      rows[word] += Take<uint32_t>(bytes);
      for (Accumulators& value : all.values) value.JoinWord(word, bytes);
    }
  }
  return Groups(all, std::span<const int64_t>(rows), plans, values, pool);
}

}  // namespace thalweg::internal
