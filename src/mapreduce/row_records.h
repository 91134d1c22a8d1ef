// Numeric columns turned into rows: all cells of a row lie together in few bits, so that a row that
// is read at random costs one cache miss, not one per column.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "frame/frame.h"
#include "mapreduce/integer_form.h"
#include "mapreduce/scratch_array.h"

namespace thalweg::internal {

// Where the cells of one column lie in the words of a record, and what they mean.
struct RecordField {
  size_t column = 0;
  IntegerForm form = {};
  bool raw = false;      // the bits of the double, 64 of them
  bool missing = false;  // code 0 means missing; the others are integer - min + 1
  int bits = 0;          // 0: every cell is form.min
  size_t word = 0;
  int shift = 0;
};

// Immutable once made; any number of threads may read.
class RowRecords {
 public:
  // Of all rows. `with_missing_row`: there is one more record, of missing cells only, that stands
  // for kMissingRow.
  RowRecords(const Frame& frame, std::span<const size_t> columns, bool with_missing_row,
             ThreadPool& pool);
  // The same where the columns' forms are known, or are wider than these rows need.
  RowRecords(const Frame& frame, std::span<const size_t> columns,
             std::span<const IntegerForm> forms, bool with_missing_row, ThreadPool& pool);

  const std::vector<RecordField>& fields() const { return fields_; }
  // The words of some rows, word k of row i at words[k * rows.size() + i].
  size_t words() const { return words_; }
  void Gather(std::span<const uint32_t> rows, uint64_t* words) const;
  // The cells of a field out of its word: integers of its form (kMissingInt: missing), ...
  static void Integers(const RecordField& field, std::span<const uint64_t> word, int64_t* out);
  // ... or doubles, for a raw field.
  static void Doubles(const RecordField& field, std::span<const uint64_t> word, double* out);

 private:
  void PlaceFields();
  void AddField(size_t column, const IntegerForm& form, bool with_missing_row);
  void FillAll(const Frame& frame, ThreadPool& pool);
  template <class Word>
  void Fill(const Frame& frame, Word* records, ThreadPool& pool);

  std::vector<RecordField> fields_;
  size_t rows_ = 0;
  size_t words_ = 0;   // of 64 bits
  size_t stride_ = 0;  // between records, in words
  bool narrow_ = false;
  ScratchArray<uint64_t> wide_records_;
  ScratchArray<uint32_t> narrow_records_;  // where 32 bits are enough
};

}  // namespace thalweg::internal
