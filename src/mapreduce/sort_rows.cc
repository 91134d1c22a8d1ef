#include "mapreduce/sort_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <utility>
#include <vector>

namespace thalweg::internal {
namespace {

// Words of so many bits are sorted by counting alone.
constexpr int kDirectBits = 14;
constexpr int kMostTopBits = 11;
constexpr int kMostDigitBits = 11;
constexpr size_t kInsertionRows = 24;
constexpr size_t kBlock = 1024;
// Parts of more rows than this and an eighth of all are cut by all threads together.
constexpr size_t kLargePart = size_t{1} << 18;

// A row and what is left of its word, in 64 bits where that has at most 32, else in 128.
struct NarrowRecord {
  uint64_t bits;
  static NarrowRecord Of(uint64_t word, uint32_t row) { return {(word << 32) | row}; }
  uint64_t word() const { return bits >> 32; }
  uint32_t row() const { return static_cast<uint32_t>(bits); }
};
struct WideRecord {
  uint64_t bits;
  uint64_t number;
  static WideRecord Of(uint64_t word, uint32_t row) { return {word, row}; }
  uint64_t word() const { return bits; }
  uint32_t row() const { return static_cast<uint32_t>(number); }
};

uint64_t LowBits(uint64_t word, int bits) {
  return bits >= 64 ? word : word & ((uint64_t{1} << bits) - 1);
}

// Which rows a task of a parallel pass goes over; the same for every number of threads.
struct Segments {
  size_t rows;
  size_t count;
  Segments(size_t n, size_t smallest) : rows(n), count(std::clamp<size_t>(n / smallest, 1, 64)) {}
  size_t begin(size_t i) const { return rows * i / count; }
};

// counts[segment][bucket] to where each segment writes its rows of a bucket; returns the buckets'
// starts, one more than there are buckets.
std::vector<uint32_t> PlaceBuckets(size_t buckets, size_t segments, uint32_t* counts) {
  std::vector<uint32_t> starts(buckets + 1);
  uint32_t next = 0;
  for (size_t b = 0; b < buckets; ++b) {
    starts[b] = next;
    for (size_t s = 0; s < segments; ++s) {
      next += std::exchange(counts[s * buckets + b], next);
    }
  }
  starts[buckets] = next;
  return starts;
}

template <class Record>
void InsertionSort(Record* records, size_t size) {
  for (size_t i = 1; i < size; ++i) {
    const Record record = records[i];
    size_t j = i;
    for (; j > 0 && records[j - 1].bits > record.bits; --j) records[j] = records[j - 1];
    records[j] = record;
  }
}

// Sorts by the lowest `bits` bits of the words, all others being equal; the result comes to lie in
// `other` if `to_other`.
template <class Record>
void SortPart(Record* records, Record* other, size_t size, int bits, bool to_other) {
  if (size <= kInsertionRows || bits == 0) {
    if (bits > 0) InsertionSort(records, size);
    if (to_other) std::copy(records, records + size, other);
    return;
  }
  const int digit =
      std::min(bits, std::clamp(static_cast<int>(std::bit_width(size)) - 2, 2, kMostDigitBits));
  const int shift = bits - digit;
  const uint64_t mask = (uint64_t{1} << digit) - 1;
  std::array<uint32_t, (size_t{1} << kMostDigitBits) + 1> ends;
  const size_t buckets = size_t{1} << digit;
  std::fill_n(ends.begin(), buckets + 1, 0U);
  for (size_t i = 0; i < size; ++i) ++ends[((records[i].word() >> shift) & mask) + 1];
  for (size_t b = 1; b <= buckets; ++b) ends[b] += ends[b - 1];
  // ends[b] is where bucket b begins, and moves on to where it ends.
  for (size_t i = 0; i < size; ++i) {
    other[ends[(records[i].word() >> shift) & mask]++] = records[i];
  }
  uint32_t begin = 0;
  for (size_t b = 0; b < buckets; ++b) {
    const uint32_t end = ends[b];
    if (end > begin) SortPart(other + begin, records + begin, end - begin, shift, !to_other);
    begin = end;
  }
}

// Rows that agree in all but the lowest `bits` bits of their words.
struct Part {
  size_t begin = 0;
  size_t size = 0;
  int bits = 0;
  uint64_t prefix = 0;  // the other bits
  bool in_second = false;
};

// The sorting of words of more than kDirectBits bits.
template <class Record>
class PartSorter {
 public:
  PartSorter(size_t rows, ThreadPool& pool)
      : pool_(pool), first_(rows), second_(rows), rows_(rows) {}

  // `source(begin, end, visit)` calls visit(word, row) for positions of the input.
  template <class Source>
  void Cut(const Part& part, Record* out, bool out_is_second, Source source) {
    const int top = std::min(
        part.bits, std::clamp(static_cast<int>(std::bit_width(part.size)) - 12, 4, kMostTopBits));
    const int low = part.bits - top;
    const size_t buckets = size_t{1} << top;
    const Segments segments(part.size, size_t{1} << 16);
    std::vector<uint32_t> counts(segments.count * buckets);
    pool_.Run(segments.count, [&](size_t s, size_t) {
      uint32_t* count = counts.data() + s * buckets;
      source(segments.begin(s), segments.begin(s + 1),
             [&](uint64_t word, uint32_t) { ++count[LowBits(word, part.bits) >> low]; });
    });
    const std::vector<uint32_t> starts = PlaceBuckets(buckets, segments.count, counts.data());
    pool_.Run(segments.count, [&](size_t s, size_t) {
      uint32_t* next = counts.data() + s * buckets;
      source(segments.begin(s), segments.begin(s + 1), [&](uint64_t word, uint32_t row) {
        const uint64_t rest = LowBits(word, part.bits);
        out[next[rest >> low]++] = Record::Of(LowBits(rest, low), row);
      });
    });
    for (size_t b = 0; b < buckets; ++b) {
      if (starts[b + 1] == starts[b]) continue;
      parts_.push_back({.begin = part.begin + starts[b],
                        .size = starts[b + 1] - starts[b],
                        .bits = low,
                        .prefix = part.prefix | (uint64_t{b} << low),
                        .in_second = out_is_second});
    }
  }

  template <class Source>
  void CutAll(int bits, Source source) {
    Cut({.size = rows_, .bits = bits}, first_.data(), false, source);
    CutLargeParts();
  }

  SortedRows Sort(Grouping grouping) {
    SortedRows sorted;
    sorted.rows = ScratchArray<uint32_t>(rows_);
    const bool groups = grouping == Grouping::kGroups;
    // As if every row were a group; moved together below.
    ScratchArray<uint32_t> starts(groups ? rows_ : 0);
    ScratchArray<uint64_t> words(groups ? rows_ : 0);
    std::vector<size_t> counts(parts_.size());
    pool_.Run(parts_.size(), [&](size_t p, size_t) {
      const Part& part = parts_[p];
      Record* records = (part.in_second ? second_ : first_).data() + part.begin;
      Record* other = (part.in_second ? first_ : second_).data() + part.begin;
      SortPart(records, other, part.size, part.bits, false);
      for (size_t i = 0; i < part.size; ++i) sorted.rows[part.begin + i] = records[i].row();
      if (!groups) return;
      size_t count = 0;
      uint64_t previous = 0;
      for (size_t i = 0; i < part.size; ++i) {
        const uint64_t word = records[i].word();
        if (i > 0 && word == previous) continue;
        previous = word;
        starts[part.begin + count] = static_cast<uint32_t>(part.begin + i);
        words[part.begin + count] = part.prefix | word;
        ++count;
      }
      counts[p] = count;
    });
    if (!groups) return sorted;
    first_ = ScratchArray<Record>();
    second_ = ScratchArray<Record>();
    std::vector<size_t> offsets(parts_.size() + 1);
    for (size_t p = 0; p < parts_.size(); ++p) offsets[p + 1] = offsets[p] + counts[p];
    sorted.starts = ScratchArray<uint32_t>(offsets.back() + 1);
    sorted.words = ScratchArray<uint64_t>(offsets.back());
    sorted.starts[offsets.back()] = static_cast<uint32_t>(rows_);
    pool_.Run(parts_.size(), [&](size_t p, size_t) {
      const size_t begin = parts_[p].begin;
      std::copy_n(starts.data() + begin, counts[p], sorted.starts.data() + offsets[p]);
      std::copy_n(words.data() + begin, counts[p], sorted.words.data() + offsets[p]);
    });
    return sorted;
  }

 private:
  void CutLargeParts() {
    const size_t large = std::max(kLargePart, rows_ / 8);
    for (size_t p = 0; p < parts_.size();) {
      const Part part = parts_[p];
      if (part.size <= large || part.bits <= kMostDigitBits) {
        ++p;
        continue;
      }
      // Its own parts come in its place, in their order.
      std::vector<Part> after(parts_.begin() + static_cast<ptrdiff_t>(p) + 1, parts_.end());
      parts_.resize(p);
      const Record* in = (part.in_second ? second_ : first_).data() + part.begin;
      Record* out = (part.in_second ? first_ : second_).data() + part.begin;
      Cut(part, out, !part.in_second, [&](size_t begin, size_t end, auto visit) {
        for (size_t i = begin; i < end; ++i) visit(in[i].word(), in[i].row());
      });
      parts_.insert(parts_.end(), after.begin(), after.end());
    }
  }

  ThreadPool& pool_;
  ScratchArray<Record> first_;
  ScratchArray<Record> second_;
  size_t rows_;
  std::vector<Part> parts_;
};

// Words of few bits: rows go to their places at once.
SortedRows SortDirectly(const uint16_t* words, size_t rows, int bits, const Segments& segments,
                        std::vector<uint32_t> counts, Grouping grouping, ThreadPool& pool) {
  const size_t buckets = size_t{1} << bits;
  const std::vector<uint32_t> starts = PlaceBuckets(buckets, segments.count, counts.data());
  SortedRows sorted;
  sorted.rows = ScratchArray<uint32_t>(rows);
  pool.Run(segments.count, [&](size_t s, size_t) {
    uint32_t* next = counts.data() + s * buckets;
    for (size_t i = segments.begin(s); i < segments.begin(s + 1); ++i) {
      sorted.rows[next[words[i]]++] = static_cast<uint32_t>(i);
    }
  });
  if (grouping == Grouping::kNone) return sorted;
  size_t groups = 0;
  for (size_t b = 0; b < buckets; ++b) groups += starts[b + 1] > starts[b] ? 1 : 0;
  sorted.starts = ScratchArray<uint32_t>(groups + 1);
  sorted.words = ScratchArray<uint64_t>(groups);
  size_t g = 0;
  for (size_t b = 0; b < buckets; ++b) {
    if (starts[b + 1] == starts[b]) continue;
    sorted.starts[g] = starts[b];
    sorted.words[g++] = b;
  }
  sorted.starts[groups] = static_cast<uint32_t>(rows);
  return sorted;
}

// `read(begin, end, visit)` calls visit(first position, span of words) in the order of positions.
template <class Read>
SortedRows SortAll(size_t rows, int bits, Read read, Grouping grouping, ThreadPool& pool) {
  CheckRowCount(static_cast<int64_t>(rows));
  if (bits <= kDirectBits) {
    const size_t buckets = size_t{1} << bits;
    const Segments segments(rows, std::max(size_t{1} << 16, buckets * 8));
    std::vector<uint32_t> counts(segments.count * buckets);
    ScratchArray<uint16_t> words(rows);
    pool.Run(segments.count, [&](size_t s, size_t) {
      uint32_t* count = counts.data() + s * buckets;
      read(segments.begin(s), segments.begin(s + 1),
           [&](size_t first, std::span<const uint64_t> block) {
             for (size_t i = 0; i < block.size(); ++i) {
               words[first + i] = static_cast<uint16_t>(block[i]);
               ++count[block[i]];
             }
           });
    });
    return SortDirectly(words.data(), rows, bits, segments, std::move(counts), grouping, pool);
  }
  const auto sort = [&]<class Record, class Word>(const Record*, const Word*) {
    ScratchArray<Word> words(rows);
    const Segments segments(rows, size_t{1} << 16);
    pool.Run(segments.count, [&](size_t s, size_t) {
      read(segments.begin(s), segments.begin(s + 1),
           [&](size_t first, std::span<const uint64_t> block) {
             for (size_t i = 0; i < block.size(); ++i) {
               words[first + i] = static_cast<Word>(block[i]);
             }
           });
    });
    PartSorter<Record> sorter(rows, pool);
    sorter.CutAll(bits, [&](size_t begin, size_t end, auto visit) {
      for (size_t i = begin; i < end; ++i) visit(words[i], static_cast<uint32_t>(i));
    });
    words = ScratchArray<Word>();
    return sorter.Sort(grouping);
  };
  const NarrowRecord* narrow = nullptr;
  const WideRecord* wide = nullptr;
  const uint32_t* word32 = nullptr;
  const uint64_t* word64 = nullptr;
  // The first cut takes at least 4 bits.
  if (bits <= 32) return sort(narrow, word32);
  if (bits <= 36) return sort(narrow, word64);
  return sort(wide, word64);
}

}  // namespace

SortedRows SortRows(const RowKeys& keys, Grouping grouping, ThreadPool& pool) {
  const Layout& layout = keys.frame().layout();
  const auto read = [&](size_t begin, size_t end, auto visit) {
    std::array<uint64_t, kBlock> words;
    ForBlocks(layout, static_cast<int64_t>(begin), static_cast<int64_t>(end), kBlock,
              [&](size_t chunk, size_t offset, size_t count, size_t row) {
                const auto block = std::span(words).first(count);
                keys.Read(chunk, offset, block);
                visit(row, std::span<const uint64_t>(block));
              });
  };
  return SortAll(static_cast<size_t>(layout.rows()), keys.bits(), read, grouping, pool);
}

SortedRows SortWords(std::span<const uint64_t> words, int bits, Grouping grouping,
                     ThreadPool& pool) {
  const auto read = [&](size_t begin, size_t end, auto visit) {
    visit(begin, words.subspan(begin, end - begin));
  };
  return SortAll(words.size(), bits, read, grouping, pool);
}

}  // namespace thalweg::internal
