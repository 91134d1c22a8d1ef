#include "ingest/arrow/arrow_column.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "frame/chunk_builder.h"

namespace thalweg::internal {
namespace {

// Rows are counted without the array's offset here, and with it in the buffers.
bool Valid(const ArrowArray& array, size_t row) {
  const auto* bits = static_cast<const uint8_t*>(array.buffers[0]);
  const size_t at = static_cast<size_t>(array.offset) + row;
  return bits == nullptr || (bits[at / 8] >> (at % 8) & 1) != 0;
}

template <class T>
const T* Values(const ArrowArray& array) {
  return static_cast<const T*>(array.buffers[1]) + array.offset;
}

template <class Offset>
std::string_view TextAt(const ArrowArray& array, size_t row) {
  const Offset* offsets = Values<Offset>(array) + row;
  const char* bytes = static_cast<const char*>(array.buffers[2]);
  const auto size = static_cast<size_t>(offsets[1] - offsets[0]);
  return size == 0 ? std::string_view("") : std::string_view(bytes + offsets[0], size);
}

// 16 bytes: the length, then up to 12 bytes of text, or 4 bytes of it, a buffer's number and an
// offset.
std::string_view ViewAt(const ArrowArray& array, size_t row) {
  const char* view =
      static_cast<const char*>(array.buffers[1]) + 16 * (static_cast<size_t>(array.offset) + row);
  int32_t words[4];
  std::memcpy(words, view, sizeof(words));
  const auto size = static_cast<size_t>(words[0]);
  if (size <= 12) return {view + 4, size};
  return {static_cast<const char*>(array.buffers[2 + words[2]]) + words[3], size};
}

std::string_view TextAt(const ArrowArray& array, ArrowKind kind, size_t row) {
  if (kind == ArrowKind::kString) return TextAt<int32_t>(array, row);
  if (kind == ArrowKind::kLargeString) return TextAt<int64_t>(array, row);
  return ViewAt(array, row);
}

// IEEE 754 binary16.
double HalfToDouble(uint16_t half) {
  const int exponent = half >> 10 & 31;
  const int fraction = half & 1023;
  double value = 0;
  if (exponent == 31) {
    value = fraction == 0 ? std::numeric_limits<double>::infinity() : kMissingReal;
  } else {
    value = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  }
  return (half & 0x8000) != 0 ? -value : value;
}

using Int128 = __int128;

// A little-endian integer of 4 to 32 bytes, if it fits 128 bits.
std::optional<Int128> DecimalAt(const ArrowArray& array, int width, size_t row) {
  const char* bytes = static_cast<const char*>(array.buffers[1]) +
                      static_cast<size_t>(width) * (static_cast<size_t>(array.offset) + row);
  if (width == 4) {
    int32_t value = 0;
    std::memcpy(&value, bytes, 4);
    return value;
  }
  if (width == 8) {
    int64_t value = 0;
    std::memcpy(&value, bytes, 8);
    return value;
  }
  Int128 value = 0;
  std::memcpy(&value, bytes, 16);
  if (width == 32) {
    Int128 high = 0;
    std::memcpy(&high, bytes + 16, 16);
    if (high != (value < 0 ? -1 : 0)) return std::nullopt;
  }
  return value;
}

std::string Digits(Int128 value) {
  const bool negative = value < 0;
  std::string digits;
  do {
    const int digit = static_cast<int>(value % 10);
    digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
    value /= 10;
  } while (value != 0);
  if (negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

int64_t FloorDivide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

void ArrowColumn::AddLevels(const std::vector<std::string>& levels) {
  for (const std::string& level : levels) CodeOf(level);
}

size_t ArrowColumn::gathered() const {
  return std::max({integers_.size(), reals_.size(), uuids_.size(), ends_.size()});
}

void ArrowColumn::Append(const ArrowField& field, const ArrowArray& array) {
  const auto rows = static_cast<size_t>(array.length);
  if (field.dictionary) MapDictionary(*array.dictionary, field.dictionary_kind);
  for (size_t begin = 0; begin < rows;) {
    const size_t end = std::min(rows, begin + chunk_rows_ - gathered());
    AppendSlice(field, array, begin, end);
    begin = end;
    if (gathered() == chunk_rows_) Encode();
  }
}

void ArrowColumn::AppendMissing(size_t rows) {
  for (size_t i = 0; i < rows; ++i) {
    PushMissing();
    if (gathered() == chunk_rows_) Encode();
  }
}

void ArrowColumn::PushMissing() {
  ++missing_;
  if (type_ == ColumnType::kString) {
    PushText({});
  } else if (type_ == ColumnType::kUuid) {
    uuids_.push_back(kMissingUuid);
  } else if (type_ == ColumnType::kReal) {
    PushReal(kMissingReal);
  } else {
    integers_.push_back(kMissingInt);
  }
}

void ArrowColumn::AppendSlice(const ArrowField& field, const ArrowArray& array, size_t begin,
                              size_t end) {
  switch (field.kind) {
    case ArrowKind::kNull:
      for (size_t row = begin; row < end; ++row) PushMissing();
      return;
    case ArrowKind::kBool: {
      const auto* bits = static_cast<const uint8_t*>(array.buffers[1]);
      for (size_t row = begin; row < end; ++row) {
        const size_t at = static_cast<size_t>(array.offset) + row;
        const bool valid = Valid(array, row);
        missing_ += valid ? 0 : 1;
        integers_.push_back(valid ? CodeOf((bits[at / 8] >> (at % 8) & 1) != 0 ? "true" : "false")
                                  : kMissingInt);
      }
      return;
    }
    case ArrowKind::kInt8:
      return AppendIntegers<int8_t>(field, array, begin, end);
    case ArrowKind::kInt16:
      return AppendIntegers<int16_t>(field, array, begin, end);
    case ArrowKind::kInt32:
      return AppendIntegers<int32_t>(field, array, begin, end);
    case ArrowKind::kInt64:
      return AppendIntegers<int64_t>(field, array, begin, end);
    case ArrowKind::kUInt8:
      return AppendIntegers<uint8_t>(field, array, begin, end);
    case ArrowKind::kUInt16:
      return AppendIntegers<uint16_t>(field, array, begin, end);
    case ArrowKind::kUInt32:
      return AppendIntegers<uint32_t>(field, array, begin, end);
    case ArrowKind::kUInt64:
      return AppendIntegers<uint64_t>(field, array, begin, end);
    case ArrowKind::kHalf:
      return AppendReals<uint16_t>(array, begin, end);
    case ArrowKind::kFloat:
      return AppendReals<float>(array, begin, end);
    case ArrowKind::kDouble:
      return AppendReals<double>(array, begin, end);
    case ArrowKind::kDecimal:
      return AppendDecimals(field, array, begin, end);
    case ArrowKind::kString:
    case ArrowKind::kLargeString:
    case ArrowKind::kStringView:
      return AppendStrings(array, field.kind, begin, end);
    case ArrowKind::kUuid:
      return AppendUuids(array, begin, end);
  }
}

template <class T>
void ArrowColumn::AppendIntegers(const ArrowField& field, const ArrowArray& array, size_t begin,
                                 size_t end) {
  if (field.dictionary) return AppendCodes<T>(field, array, begin, end);
  // After decimals of another file.
  if (scale_ != 0 && gathered() > 0) WidenToReal();
  scale_ = 0;
  const T* values = Values<T>(array);
  for (size_t row = begin; row < end; ++row) {
    if (!Valid(array, row)) {
      ++missing_;
      PushInteger(kMissingInt);
      continue;
    }
    if constexpr (std::is_same_v<T, uint64_t>) {
      if (values[row] > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
        type_ = ColumnType::kReal;
        WidenToReal();
        PushReal(static_cast<double>(values[row]));
        continue;
      }
    }
    auto cell = static_cast<int64_t>(+values[row]);
    bool fits = cell != kMissingInt;
    if (field.divisor != 1) {
      cut_ += cell % field.divisor != 0 ? 1 : 0;
      cell = FloorDivide(cell, field.divisor);
    }
    if (field.multiplier != 1)
      fits = !__builtin_mul_overflow(cell, field.multiplier, &cell) && fits;
    if (!fits) {
      ++rejected_;
      ++missing_;
      cell = kMissingInt;
    }
    PushInteger(cell);
  }
}

template <class T>
void ArrowColumn::AppendReals(const ArrowArray& array, size_t begin, size_t end) {
  const T* values = Values<T>(array);
  for (size_t row = begin; row < end; ++row) {
    double cell = kMissingReal;
    if (Valid(array, row)) {
      if constexpr (std::is_same_v<T, uint16_t>) {
        cell = HalfToDouble(values[row]);
      } else {
        cell = values[row];
      }
    }
    missing_ += std::isnan(cell) ? 1 : 0;
    PushReal(cell);
  }
}

template <class T>
void ArrowColumn::AppendCodes(const ArrowField& field, const ArrowArray& array, size_t begin,
                              size_t end) {
  const T* values = Values<T>(array);
  for (size_t row = begin; row < end; ++row) {
    int64_t code = kMissingInt;
    if (Valid(array, row)) {
      const auto at = static_cast<uint64_t>(+values[row]);
      if (at >= dictionary_.size()) {
        throw UserError("column " + field.name + " has a code outside its dictionary");
      }
      code = dictionary_[at];
    }
    missing_ += code == kMissingInt ? 1 : 0;
    if (type_ == ColumnType::kString) {
      PushText(code == kMissingInt ? std::string_view()
                                   : std::string_view(levels_[static_cast<size_t>(code)]));
    } else {
      integers_.push_back(code);
    }
  }
}

void ArrowColumn::AppendDecimals(const ArrowField& field, const ArrowArray& array, size_t begin,
                                 size_t end) {
  const bool mantissas = field.scale >= 0 && field.scale <= 18;
  // Cells of another file, with another scale.
  if (gathered() > 0 && field.scale != scale_) WidenToReal();
  scale_ = field.scale;
  for (size_t row = begin; row < end; ++row) {
    if (!Valid(array, row)) {
      ++missing_;
      PushInteger(kMissingInt);
      continue;
    }
    const std::optional<Int128> value = DecimalAt(array, field.width, row);
    if (!value) {
      ++rejected_;
      ++missing_;
      PushInteger(kMissingInt);
      continue;
    }
    const bool fits = *value > std::numeric_limits<int64_t>::min() &&
                      *value <= std::numeric_limits<int64_t>::max();
    if (mantissas && fits && !as_reals_) {
      integers_.push_back(static_cast<int64_t>(*value));
    } else {
      WidenToReal();
      PushReal(
          ParseReal(Digits(*value) + "e" + std::to_string(-field.scale)).value_or(kMissingReal));
    }
  }
}

void ArrowColumn::AppendStrings(const ArrowArray& array, ArrowKind kind, size_t begin, size_t end) {
  for (size_t row = begin; row < end; ++row) {
    const bool valid = Valid(array, row);
    missing_ += valid ? 0 : 1;
    PushText(valid ? TextAt(array, kind, row) : std::string_view());
  }
}

void ArrowColumn::AppendUuids(const ArrowArray& array, size_t begin, size_t end) {
  for (size_t row = begin; row < end; ++row) {
    Uuid uuid = kMissingUuid;
    if (Valid(array, row)) {
      uint64_t words[2];
      std::memcpy(words,
                  static_cast<const char*>(array.buffers[1]) +
                      16 * (static_cast<size_t>(array.offset) + row),
                  sizeof(words));
      uuid = {__builtin_bswap64(words[0]), __builtin_bswap64(words[1])};
    }
    missing_ += uuid == kMissingUuid ? 1 : 0;
    uuids_.push_back(uuid);
  }
}

void ArrowColumn::PushInteger(int64_t cell) {
  if (as_reals_) {
    reals_.push_back(cell == kMissingInt ? kMissingReal : static_cast<double>(cell));
  } else {
    integers_.push_back(cell);
  }
}

void ArrowColumn::PushReal(double cell) {
  if (!as_reals_) WidenToReal();
  reals_.push_back(cell);
}

void ArrowColumn::PushText(std::string_view text) {
  bytes_ += text;
  ends_.push_back(bytes_.size());
  absent_.push_back(text.data() == nullptr);
}

int64_t ArrowColumn::CodeOf(std::string_view level) {
  const auto found = codes_.find(level);
  if (found != codes_.end()) return found->second;
  const auto code = static_cast<int64_t>(levels_.size());
  levels_.emplace_back(level);
  codes_.emplace(level, code);
  return code;
}

void ArrowColumn::MapDictionary(const ArrowArray& dictionary, ArrowKind kind) {
  dictionary_.assign(static_cast<size_t>(dictionary.length), kMissingInt);
  for (size_t i = 0; i < dictionary_.size(); ++i) {
    if (!Valid(dictionary, i)) continue;
    const std::string_view level = TextAt(dictionary, kind, i);
    // Most often the dictionary is the one of the batch before.
    dictionary_[i] =
        i < levels_.size() && levels_[i] == level ? static_cast<int64_t>(i) : CodeOf(level);
  }
}

void ArrowColumn::WidenToReal() {
  if (as_reals_) return;
  as_reals_ = true;
  reals_.reserve(integers_.size());
  for (const int64_t cell : integers_) {
    if (cell == kMissingInt) {
      reals_.push_back(kMissingReal);
    } else if (scale_ == 0) {
      reals_.push_back(static_cast<double>(cell));
    } else {
      reals_.push_back(
          ParseReal(std::to_string(cell) + "e" + std::to_string(-scale_)).value_or(kMissingReal));
    }
  }
  integers_.clear();
}

void ArrowColumn::Encode() {
  if (type_ == ColumnType::kString) {
    std::vector<std::string_view> cells(ends_.size());
    size_t begin = 0;
    for (size_t row = 0; row < cells.size(); ++row) {
      if (!absent_[row]) cells[row] = std::string_view(bytes_).substr(begin, ends_[row] - begin);
      begin = ends_[row];
    }
    chunks_.push_back(EncodeStrings(cells));
  } else if (type_ == ColumnType::kUuid) {
    chunks_.push_back(EncodeUuids(uuids_));
  } else if (as_reals_) {
    chunks_.push_back(EncodeReals(reals_));
  } else {
    chunks_.push_back(scale_ == 0 ? EncodeIntegers(integers_) : EncodeDecimals(integers_, scale_));
  }
  integers_.clear();
  reals_.clear();
  uuids_.clear();
  bytes_.clear();
  ends_.clear();
  absent_.clear();
  as_reals_ = false;
}

ColumnPtr ArrowColumn::Finish() {
  if (gathered() > 0) Encode();
  DomainPtr domain;
  if (type_ == ColumnType::kCategorical) domain = std::make_shared<Domain>(std::move(levels_));
  return std::make_shared<Column>(type_, std::move(chunks_), std::move(domain));
}

}  // namespace thalweg::internal
