// Integer and real columns.
#include <cmath>
#include <span>

#include "base/error.h"
#include "frame/chunk_builder.h"
#include "ingest/csv/builder.h"
#include "ingest/csv/careful_scan.h"
#include "ingest/csv/numbers.h"

namespace thalweg::internal {
namespace {

// The loops over the usual spellings, apart from the rest so that everything stays in registers.
// They write cells from row `r` on and stop at the first one that they do not take; returned is its
// row.
size_t TakeIntegers(const TileColumn& tile, size_t r, int64_t* out) {
  const char* text = tile.text;
  const uint32_t* begins = tile.begins + r * tile.stride;
  const uint32_t* ends = tile.ends + r * tile.stride;
  const size_t stride = tile.stride;
  const uint32_t begin_shift = tile.begin_shift;
  const int64_t end_shift = tile.end_shift;
  for (const size_t rows = tile.rows; r < rows; ++r, begins += stride, ends += stride, ++out) {
    const uint32_t begin = *begins + begin_shift;
    const int64_t length = static_cast<int64_t>(*ends) - end_shift - begin;
    const char* cell = text + begin;
    if (length == 1) {
      const auto digit = static_cast<unsigned>(*cell - '0');
      if (digit > 9) break;
      *out = digit;
    } else if (length <= 0) {
      *out = kMissingInt;
    } else if (!FastInteger(cell, length, *out)) {
      break;
    }
  }
  return r;
}

// Decimals of at most `scale` digits behind the point.
size_t TakeDecimals(const TileColumn& tile, size_t r, char point, int scale, int64_t* out) {
  const char* text = tile.text;
  const uint32_t* begins = tile.begins + r * tile.stride;
  const uint32_t* ends = tile.ends + r * tile.stride;
  const size_t stride = tile.stride;
  const uint32_t begin_shift = tile.begin_shift;
  const int64_t end_shift = tile.end_shift;
  for (const size_t rows = tile.rows; r < rows; ++r, begins += stride, ends += stride, ++out) {
    const uint32_t begin = *begins + begin_shift;
    const int64_t length = static_cast<int64_t>(*ends) - end_shift - begin;
    if (length <= 0) {
      *out = kMissingInt;
      continue;
    }
    int64_t mantissa = 0;
    int digits = 0;
    if (!FastDecimal(text + begin, length, point, mantissa, digits)) break;
    int64_t factor = 1;
    if (digits != scale) {
      if (digits > scale) break;
      factor = kPowersOfTen[static_cast<size_t>(scale - digits)];
    }
    const auto product = static_cast<__int128>(mantissa) * factor;
    if (product > kMaxMantissa || product < -kMaxMantissa) break;
    *out = static_cast<int64_t>(product);
  }
  return r;
}

// Cells are kept in the narrowest form that holds all cells of the unit: integers (of a column
// planned so), decimals (mantissas under one common scale), doubles.
class NumberBuilder final : public ColumnBuilder {
 public:
  using ColumnBuilder::ColumnBuilder;

  void Append(const TileColumn& tile) override {
    if (fit() == Fit::kText) return;
    const size_t before = rows();
    // Forms change within a tile; each loop goes on where the one before stopped.
    size_t r = 0;
    if (form_ == Form::kIntegers) r = AppendIntegers(tile, r);
    if (r < tile.rows && form_ == Form::kDecimals) r = AppendDecimals(tile, r);
    if (r < tile.rows && form_ == Form::kReals) r = AppendReals(tile, r);
    if (fit() != Fit::kText) Check(rows() == before + tile.rows, "every row has its cell");
  }

  void AppendMissing(size_t count) override {
    if (fit() == Fit::kText) return;
    if (form_ == Form::kReals) {
      std::fill_n(reals_.Extend(count), count, kMissingReal);
    } else {
      std::fill_n(integers_.Extend(count), count, kMissingInt);
    }
  }

  ChunkPtr Finish() override {
    if (fit() == Fit::kText) return {};
    switch (form_) {
      case Form::kIntegers:
        return EncodeIntegers(std::span(integers_.data(), integers_.size()));
      case Form::kDecimals:
        return EncodeDecimals(std::span(integers_.data(), integers_.size()), scale_);
      case Form::kReals:
        break;
    }
    return EncodeReals(std::span(reals_.data(), reals_.size()));
  }

 private:
  enum class Form { kIntegers, kDecimals, kReals };

  size_t rows() const { return form_ == Form::kReals ? reals_.size() : integers_.size(); }

  void Clear() override {
    integers_.clear();
    reals_.clear();
    form_ = column_.type == ColumnType::kInteger ? Form::kIntegers : Form::kDecimals;
    scale_ = 0;
    point_ = plan_.dialect.decimal_comma ? ',' : '.';
    ask_na_ = column_.na->has_number();
  }

  // What a cell holds that the fast forms do not take.
  struct Cell {
    bool missing = false;
    bool bad = false;
    Number number;
    std::string_view text;
  };
  Cell Read(const TileColumn& tile, size_t r) {
    Cell cell;
    const int64_t length = tile.Length(r);
    if (length <= 0) {
      cell.missing = true;
      return cell;
    }
    bool quoted = false;
    cell.text = {tile.Begin(r), static_cast<size_t>(length)};
    if (tile.quotes) cell.text = CellContent(cell.text, plan_.dialect, scratch_, quoted);
    cell.text = WithoutBlanks(cell.text);
    if (cell.text.empty() || column_.na->Contains(cell.text)) {
      cell.missing = true;
      return cell;
    }
    // The fast forms again, now without quotes and blanks; they read beyond the end of the text.
    // So not where the text was rewritten.
    const bool in_place =
        cell.text.data() >= tile.Begin(r) && cell.text.data() < tile.Begin(r) + length;
    const auto size = static_cast<int64_t>(cell.text.size());
    Number& number = cell.number;
    if (in_place && FastInteger(cell.text.data(), size, number.integer)) {
      number.kind = Number::Kind::kInteger;
      return cell;
    }
    if (in_place && FastDecimal(cell.text.data(), size, point_, number.integer, number.scale) &&
        number.scale > 0 && std::abs(number.integer) <= kMaxMantissa) {
      number.kind = Number::Kind::kDecimal;
      return cell;
    }
    number = ParseNumber(cell.text, plan_.dialect.decimal_comma);
    cell.bad = number.kind == Number::Kind::kNone;
    return cell;
  }

  // True if the cell is to be missing; false ends the column's part in this unit.
  bool TakeBad(const TileColumn& tile, size_t r, const Cell& cell) {
    if (column_.fixed) {
      Reject(rows(), tile.Begin(r), cell.text, "not a number");
      return true;
    }
    Widen(Fit::kText, rows(), tile.Begin(r), cell.text, "not a number");
    return false;
  }

  // A run of up to `room` integers from row r on; stops at the first cell of another form.
  size_t AppendIntegers(const TileColumn& tile, size_t r) {
    while (r < tile.rows) {
      if (!ask_na_) {
        int64_t* out = integers_.Extend(tile.rows - r);
        r = TakeIntegers(tile, r, out);
        integers_.Shrink(tile.rows - r);
        if (r == tile.rows) break;
      }
      const Cell cell = Read(tile, r);
      int64_t value = kMissingInt;
      if (cell.bad) {
        if (!TakeBad(tile, r, cell)) return tile.rows;
      } else if (!cell.missing) {
        if (cell.number.kind == Number::Kind::kInteger) {
          value = cell.number.integer;
        } else if (column_.fixed && !column_.may_be_real) {
          Reject(rows(), tile.Begin(r), cell.text, "not an integer");
        } else {
          Widen(Fit::kReal, rows(), tile.Begin(r), cell.text, "not an integer");
          form_ = Form::kDecimals;
          for (size_t i = 0; i < integers_.size(); ++i) {
            const int64_t mantissa = integers_[i];
            if (mantissa != kMissingInt && std::abs(mantissa) > kMaxMantissa) {
              BecomeReals();
              break;
            }
          }
          return r;
        }
      }
      *integers_.Extend(1) = value;
      ++r;
    }
    return r;
  }

  size_t AppendDecimals(const TileColumn& tile, size_t r) {
    while (r < tile.rows) {
      if (!ask_na_) {
        int64_t* out = integers_.Extend(tile.rows - r);
        r = TakeDecimals(tile, r, point_, scale_, out);
        integers_.Shrink(tile.rows - r);
        if (r == tile.rows) break;
      }
      int64_t mantissa = kMissingInt;
      int scale = scale_;
      const Cell cell = Read(tile, r);
      if (cell.bad) {
        if (!TakeBad(tile, r, cell)) return tile.rows;
      } else if (!cell.missing) {
        if (cell.number.kind == Number::Kind::kReal ||
            std::abs(cell.number.integer) > kMaxMantissa) {
          BecomeReals();
          return r;
        }
        mantissa = cell.number.integer;
        scale = cell.number.scale;
      }
      if (scale != scale_ && !Align(mantissa, scale)) {
        BecomeReals();
        return r;
      }
      if (mantissa != kMissingInt && std::abs(mantissa) > kMaxMantissa) {
        BecomeReals();
        return r;
      }
      *integers_.Extend(1) = mantissa;
      ++r;
    }
    return r;
  }

  // Brings a mantissa and those before to one scale; false where one would exceed 2^53.
  bool Align(int64_t& mantissa, int scale) {
    if (scale < scale_) {
      const int64_t factor = kPowersOfTen[static_cast<size_t>(scale_ - scale)];
      if (std::abs(mantissa) > kMaxMantissa / factor) return false;
      mantissa *= factor;
      return true;
    }
    if (scale > kMaxScale) return false;
    const int64_t factor = kPowersOfTen[static_cast<size_t>(scale - scale_)];
    const int64_t largest = kMaxMantissa / factor;
    for (size_t i = 0; i < integers_.size(); ++i) {
      if (integers_[i] != kMissingInt && std::abs(integers_[i]) > largest) return false;
    }
    for (size_t i = 0; i < integers_.size(); ++i) {
      if (integers_[i] != kMissingInt) integers_[i] *= factor;
    }
    scale_ = scale;
    return true;
  }

  void BecomeReals() {
    const auto divisor = static_cast<double>(kPowersOfTen[static_cast<size_t>(scale_)]);
    double* out = reals_.Extend(integers_.size());
    for (size_t i = 0; i < integers_.size(); ++i) {
      const int64_t mantissa = integers_[i];
      out[i] = mantissa == kMissingInt ? kMissingReal : static_cast<double>(mantissa) / divisor;
    }
    integers_.clear();
    form_ = Form::kReals;
  }

  size_t AppendReals(const TileColumn& tile, size_t r) {
    for (; r < tile.rows; ++r) {
      int64_t mantissa = 0;
      int scale = 0;
      const int64_t length = tile.Length(r);
      if (!ask_na_ && length > 0 && FastDecimal(tile.Begin(r), length, point_, mantissa, scale) &&
          std::abs(mantissa) <= kMaxMantissa) {
        *reals_.Extend(1) = static_cast<double>(mantissa) /
                            static_cast<double>(kPowersOfTen[static_cast<size_t>(scale)]);
        continue;
      }
      const Cell cell = Read(tile, r);
      double value = kMissingReal;
      if (cell.bad) {
        if (!TakeBad(tile, r, cell)) return tile.rows;
      } else if (!cell.missing) {
        value = cell.number.AsReal();
      }
      *reals_.Extend(1) = value;
    }
    return r;
  }

  Form form_ = Form::kIntegers;
  int scale_ = 0;
  char point_ = '.';
  bool ask_na_ = false;
  CellBuffer<int64_t> integers_;
  CellBuffer<double> reals_;
};

}  // namespace

std::unique_ptr<ColumnBuilder> MakeNumberBuilder(const CsvPlan& plan, const ColumnPlan& column) {
  return std::make_unique<NumberBuilder>(plan, column);
}

}  // namespace thalweg::internal
