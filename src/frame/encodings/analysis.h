// The first act of compression: measuring the cells.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "frame/encodings/cells.h"

namespace thalweg::internal {

// Of the cells that are not zero: mantissas as in CellStats, and whether all are the same.
struct EntryStats {
  int64_t min = 0;
  int64_t max = 0;
  bool same = true;
  GapCodes gaps;
};

// The cells of one chunk to be and all that is known of them. What is not always needed is made
// when first asked for. Refers to the cells it is given; not thread-safe.
class Analysis {
 public:
  explicit Analysis(const Cells& cells);
  // Numeric cells that are zero but for the entries, none of which is zero (-0.0 included).
  Analysis(uint32_t rows, CellKind kind, int scale, const SparseCells& entries);

  CellKind kind() const { return cells_.kind; }
  bool numeric() const { return kind() == CellKind::kScaled || kind() == CellKind::kReal; }
  bool scaled() const { return kind() == CellKind::kScaled; }
  int scale() const { return cells_.scale; }
  bool given_sparse() const { return given_sparse_; }
  const CellStats& stats() const { return stats_; }

  std::span<const int64_t> mantissas();
  std::span<const double> reals();
  std::span<const std::string_view> strings() const { return cells_.strings; }
  std::span<const Uuid> uuids() const { return cells_.uuids; }

  // Scaled cells: what all mantissas less the least one are multiples of, as far as it is worth
  // dividing by (16 … 2^32 - 1); else 1. Mantissas are at most 2^52 where it is not 1.
  uint32_t divisor();

  const SparseCells& sparse();
  const EntryStats& entry_stats();

  const StringLevels& levels();

 private:
  void MeasureEntries();

  Cells cells_;
  CellStats stats_;
  bool given_sparse_ = false;
  std::optional<uint32_t> divisor_;
  std::optional<SparseCells> sparse_;
  std::optional<EntryStats> entry_stats_;
  std::optional<StringLevels> levels_;
  // Owned where made here.
  std::vector<uint32_t> own_rows_;
  std::vector<int64_t> own_mantissas_;
  std::vector<double> own_reals_;
};

}  // namespace thalweg::internal
