#include "mapreduce/row_records.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "base/error.h"
#include "mapreduce/row_keys.h"

namespace thalweg::internal {
namespace {

constexpr size_t kBlock = 512;
// Records ahead that are fetched into the cache.
constexpr size_t kAhead = 24;

uint64_t Mask(int bits) { return bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1; }

// The codes of some cells, into words that are zero in their place.
template <class Word>
void PutCodes(const RecordField& field, const Chunk& chunk, size_t begin, size_t count,
              size_t stride, Word* records) {
  if (field.raw) {
    std::array<double, kBlock> cells;
    chunk.Decode(begin, std::span(cells).first(count));
    for (size_t i = 0; i < count; ++i) {
      records[i * stride] = static_cast<Word>(std::bit_cast<uint64_t>(cells[i]));
    }
    return;
  }
  std::array<int64_t, kBlock> cells;
  ReadIntegers(chunk, field.form, begin, std::span(cells).first(count));
  const auto min = static_cast<uint64_t>(field.form.min);
  const int shift = field.shift;
  if (!field.missing) {
    for (size_t i = 0; i < count; ++i) {
      records[i * stride] |= static_cast<Word>((static_cast<uint64_t>(cells[i]) - min) << shift);
    }
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    const uint64_t code = cells[i] == kMissingInt ? 0 : static_cast<uint64_t>(cells[i]) - min + 1;
    records[i * stride] |= static_cast<Word>(code << shift);
  }
}

template <class Word, size_t kStride>
void GatherRecords(const Word* records, size_t size, std::span<const uint32_t> rows, size_t words,
                   size_t stride, uint64_t* out) {
  const size_t step = kStride == 0 ? stride : kStride;
  const size_t count = rows.size();
  const auto last = static_cast<uint32_t>(size - 1);
  for (size_t i = 0; i < count; ++i) {
    // kMissingRow is the last record.
    __builtin_prefetch(records + std::min(rows[std::min(i + kAhead, count - 1)], last) * step);
    const Word* record = records + size_t{std::min(rows[i], last)} * step;
    for (size_t w = 0; w < words; ++w) out[w * count + i] = record[w];
  }
}

}  // namespace

RowRecords::RowRecords(const Frame& frame, std::span<const size_t> columns, bool with_missing_row,
                       ThreadPool& pool)
    : rows_(static_cast<size_t>(frame.rows()) + (with_missing_row ? 1 : 0)) {
  for (const size_t column : columns) {
    AddField(column, FindIntegerForm(frame.column(column), pool), with_missing_row);
  }
  FillAll(frame, pool);
}

RowRecords::RowRecords(const Frame& frame, std::span<const size_t> columns,
                       std::span<const IntegerForm> forms, bool with_missing_row, ThreadPool& pool)
    : rows_(static_cast<size_t>(frame.rows()) + (with_missing_row ? 1 : 0)) {
  Check(columns.size() == forms.size(), "a form for every column");
  for (size_t i = 0; i < columns.size(); ++i) AddField(columns[i], forms[i], with_missing_row);
  FillAll(frame, pool);
}

void RowRecords::AddField(size_t column, const IntegerForm& form, bool with_missing_row) {
  RecordField field{.column = column, .form = form};
  field.raw = field.form.kind == IntegerForm::Kind::kReal;
  field.missing = with_missing_row || field.form.missing > 0;
  if (field.form.empty()) {
    field.form.min = field.form.max = 0;
    field.missing = field.missing || rows_ > 0;
  }
  field.bits = field.raw
                   ? 64
                   : static_cast<int>(std::bit_width(field.form.range() + (field.missing ? 1 : 0)));
  fields_.push_back(field);
}

void RowRecords::FillAll(const Frame& frame, ThreadPool& pool) {
  PlaceFields();
  if (words_ == 0 || rows_ == 0) return;
  if (narrow_) {
    narrow_records_ = ScratchArray<uint32_t>(rows_);
    Fill(frame, narrow_records_.data(), pool);
  } else {
    wide_records_ = ScratchArray<uint64_t>(rows_ * stride_);
    Fill(frame, wide_records_.data(), pool);
  }
}

void RowRecords::PlaceFields() {
  // The widest first, each into the first word that has room for it.
  std::vector<size_t> order(fields_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return fields_[a].bits > fields_[b].bits; });
  std::vector<int> used;
  for (const size_t i : order) {
    RecordField& field = fields_[i];
    if (field.bits == 0) continue;
    size_t word = 0;
    while (word < used.size() && used[word] + field.bits > 64) ++word;
    if (word == used.size()) used.push_back(0);
    field.word = word;
    field.shift = used[word];
    used[word] += field.bits;
  }
  words_ = used.size();
  narrow_ = words_ == 1 && used[0] <= 32;
  // Records of up to 8 words do not cross more cache lines than they must.
  stride_ = words_ <= 8 ? std::bit_ceil(words_) : words_;
}

template <class Word>
void RowRecords::Fill(const Frame& frame, Word* records, ThreadPool& pool) {
  const size_t rows = static_cast<size_t>(frame.rows());
  constexpr size_t kTaskRows = size_t{1} << 16;
  const size_t tasks = (rows + kTaskRows - 1) / kTaskRows;
  pool.Run(tasks, [&](size_t task, size_t) {
    const auto end = static_cast<int64_t>(std::min(rows, (task + 1) * kTaskRows));
    ForBlocks(frame.layout(), static_cast<int64_t>(task * kTaskRows), end, kBlock,
              [&](size_t chunk, size_t begin, size_t count, size_t row) {
                Word* block = records + row * stride_;
                std::fill_n(block, count * stride_, Word{0});
                for (const RecordField& field : fields_) {
                  if (field.bits == 0) continue;
                  PutCodes(field, frame.column(field.column).chunk(chunk), begin, count, stride_,
                           block + field.word);
                }
              });
  });
  if (rows_ == rows) return;
  std::fill_n(records + rows * stride_, stride_, Word{0});
  for (const RecordField& field : fields_) {
    if (field.raw) {
      records[rows * stride_ + field.word] =
          static_cast<Word>(std::bit_cast<uint64_t>(kMissingReal));
    }
  }
}

void RowRecords::Gather(std::span<const uint32_t> rows, uint64_t* words) const {
  if (words_ == 0 || rows.empty()) return;
  Check(rows_ > 0, "rows of a frame without rows are gathered");
  if (narrow_) {
    GatherRecords<uint32_t, 1>(narrow_records_.data(), rows_, rows, 1, 1, words);
    return;
  }
  const uint64_t* records = wide_records_.data();
  switch (stride_) {
    case 1:
      return GatherRecords<uint64_t, 1>(records, rows_, rows, 1, 1, words);
    case 2:
      return GatherRecords<uint64_t, 2>(records, rows_, rows, 2, 2, words);
    default:
      return GatherRecords<uint64_t, 0>(records, rows_, rows, words_, stride_, words);
  }
}

void RowRecords::Integers(const RecordField& field, std::span<const uint64_t> word, int64_t* out) {
  if (field.bits == 0) {
    std::fill_n(out, word.size(), field.form.min);
    return;
  }
  const uint64_t mask = Mask(field.bits);
  const int shift = field.shift;
  const auto min = static_cast<uint64_t>(field.form.min);
  if (!field.missing) {
    for (size_t i = 0; i < word.size(); ++i) {
      out[i] = static_cast<int64_t>(((word[i] >> shift) & mask) + min);
    }
    return;
  }
  for (size_t i = 0; i < word.size(); ++i) {
    const uint64_t code = (word[i] >> shift) & mask;
    out[i] = code == 0 ? kMissingInt : static_cast<int64_t>(code - 1 + min);
  }
}

void RowRecords::Doubles(const RecordField& field, std::span<const uint64_t> word, double* out) {
  Check(field.raw, "doubles are read from a raw field");
  for (size_t i = 0; i < word.size(); ++i) out[i] = std::bit_cast<double>(word[i]);
}

}  // namespace thalweg::internal
