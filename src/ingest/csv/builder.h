// Builders turn the cells of one column into chunks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "frame/chunk.h"
#include "ingest/csv/domain_join.h"
#include "ingest/csv/level_dictionary.h"
#include "ingest/csv/plan.h"
#include "ingest/csv/tokenizer.h"

namespace thalweg::internal {

// A cell that does not fit its column.
struct Misfit {
  size_t row = 0;               // of the unit
  const char* place = nullptr;  // in the text of the unit
  std::string text;
  std::string reason;
};

// What the cells met so far need.
enum class Fit { kAsPlanned, kReal, kText };

// One column of one thread, used for unit after unit: Start, Append…, Finish.
class ColumnBuilder {
 public:
  ColumnBuilder(const CsvPlan& plan, const ColumnPlan& column) : plan_(plan), column_(column) {}
  ColumnBuilder(const ColumnBuilder&) = delete;
  ColumnBuilder& operator=(const ColumnBuilder&) = delete;
  virtual ~ColumnBuilder() = default;

  void Start();
  // Cells of a tile. After fit() == kText nothing is kept any more.
  virtual void Append(const TileColumn& tile) = 0;
  virtual void AppendMissing(size_t rows) = 0;
  // The chunk of all cells since Start; null after fit() == kText.
  virtual ChunkPtr Finish() = 0;
  // Of categorical columns. Codes of texts that are no levels do not occur in chunks.
  virtual ThreadLevels levels() const { return {}; }

  Fit fit() const { return fit_; }
  // The first cell that made the fit what it is.
  const Misfit& misfit() const { return misfit_; }
  // Cells that became missing because the type is fixed; the first kKept of them.
  size_t rejected() const { return rejected_; }
  const std::vector<Misfit>& first_rejected() const { return first_rejected_; }
  static constexpr size_t kKept = 100;

 protected:
  virtual void Clear() = 0;
  // Notes a cell that does not fit the planned type.
  void Widen(Fit fit, size_t row, const char* place, std::string_view text, std::string reason);
  void Reject(size_t row, const char* place, std::string_view text, std::string reason);

  const CsvPlan& plan_;
  const ColumnPlan& column_;
  std::string scratch_;

 private:
  Fit fit_ = Fit::kAsPlanned;
  Misfit misfit_;
  size_t rejected_ = 0;
  std::vector<Misfit> first_rejected_;
};

// A list that grows without zeroing what it adds.
template <class T>
class CellBuffer {
 public:
  // Room for `count` more cells; the caller fills them.
  T* Extend(size_t count) {
    if (size_ + count > capacity_) {
      const size_t capacity = std::max(size_ + count, capacity_ * 3 / 2);
      std::unique_ptr<T[]> larger(new T[capacity]);
      std::copy(cells_.get(), cells_.get() + size_, larger.get());
      cells_ = std::move(larger);
      capacity_ = capacity;
    }
    T* begin = cells_.get() + size_;
    size_ += count;
    return begin;
  }
  void Shrink(size_t count) { size_ -= count; }
  void clear() { size_ = 0; }
  size_t size() const { return size_; }
  T* data() { return cells_.get(); }
  T& operator[](size_t i) { return cells_[i]; }

 private:
  std::unique_ptr<T[]> cells_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

std::unique_ptr<ColumnBuilder> MakeBuilder(const CsvPlan& plan, const ColumnPlan& column);

std::unique_ptr<ColumnBuilder> MakeNumberBuilder(const CsvPlan& plan, const ColumnPlan& column);
std::unique_ptr<ColumnBuilder> MakeCategoricalBuilder(const CsvPlan& plan,
                                                      const ColumnPlan& column);
std::unique_ptr<ColumnBuilder> MakeStringBuilder(const CsvPlan& plan, const ColumnPlan& column);
std::unique_ptr<ColumnBuilder> MakeTimeBuilder(const CsvPlan& plan, const ColumnPlan& column);
std::unique_ptr<ColumnBuilder> MakeUuidBuilder(const CsvPlan& plan, const ColumnPlan& column);

// Blanks around a text.
inline std::string_view WithoutBlanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace thalweg::internal
