// Gathers the cells of Arrow arrays and encodes them as the chunks of a column.
#pragma once

#include <arrow/c/abi.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frame/column.h"
#include "ingest/arrow/arrow_field.h"

namespace thalweg::internal {

// Not thread-safe; different columns may be filled by different threads.
class ArrowColumn {
 public:
  // Chunks have `chunk_rows` rows, but for the last.
  ArrowColumn(ColumnType type, size_t chunk_rows) : type_(type), chunk_rows_(chunk_rows) {}

  // Categorical columns: the first levels, in this order; others follow as they occur.
  void AddLevels(const std::vector<std::string>& levels);
  void Append(const ArrowField& field, const ArrowArray& array);
  void AppendMissing(size_t rows);
  ColumnPtr Finish();

  // May have changed from integer to real.
  ColumnType type() const { return type_; }
  int64_t missing() const { return missing_; }
  // Cells that no frame can hold (the smallest 64-bit integer, times out of range); now missing.
  int64_t rejected() const { return rejected_; }
  // Times with parts of a millisecond, which were cut off.
  int64_t cut() const { return cut_; }

 private:
  void AppendSlice(const ArrowField& field, const ArrowArray& array, size_t begin, size_t end);
  template <class T>
  void AppendIntegers(const ArrowField& field, const ArrowArray& array, size_t begin, size_t end);
  template <class T>
  void AppendReals(const ArrowArray& array, size_t begin, size_t end);
  template <class T>
  void AppendCodes(const ArrowField& field, const ArrowArray& array, size_t begin, size_t end);
  void AppendDecimals(const ArrowField& field, const ArrowArray& array, size_t begin, size_t end);
  void AppendStrings(const ArrowArray& array, ArrowKind kind, size_t begin, size_t end);
  void AppendUuids(const ArrowArray& array, size_t begin, size_t end);

  void PushMissing();
  void PushInteger(int64_t cell);
  void PushReal(double cell);
  void PushText(std::string_view text);  // null data where missing
  int64_t CodeOf(std::string_view level);
  void MapDictionary(const ArrowArray& dictionary, ArrowKind kind);
  // The rows gathered so far become real cells.
  void WidenToReal();
  size_t gathered() const;
  void Encode();

  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  ColumnType type_;
  const size_t chunk_rows_;
  std::vector<ChunkPtr> chunks_;

  // The rows of the chunk at hand: in one of these.
  std::vector<int64_t> integers_;  // integers, codes, times, mantissas
  std::vector<double> reals_;
  std::vector<Uuid> uuids_;
  std::string bytes_;  // strings
  std::vector<size_t> ends_;
  std::vector<bool> absent_;
  int scale_ = 0;          // of mantissas
  bool as_reals_ = false;  // the chunk at hand is gathered in reals_

  std::vector<std::string> levels_;
  std::unordered_map<std::string, int64_t, Hash, std::equal_to<>> codes_;
  std::vector<int64_t> dictionary_;  // codes of the array at hand to codes of the column

  int64_t missing_ = 0;
  int64_t rejected_ = 0;
  int64_t cut_ = 0;
};

}  // namespace thalweg::internal
