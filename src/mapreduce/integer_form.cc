#include "mapreduce/integer_form.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/error.h"
#include "frame/encodings/chunk_access.h"
#include "frame/encodings/encodings.h"
#include "kernels/decimal.h"
#include "kernels/measure.h"
#include "mapreduce/map_reduce.h"

namespace thalweg::internal {
namespace {

constexpr size_t kBlock = 1024;
// Up to here a mantissa is found again by rounding cell * 10^scale.
constexpr double kLargestMantissa = 0x1p50;

bool AllMissing(const Chunk& chunk) { return chunk.missing() == chunk.rows(); }

bool StoresReals(const Chunk& chunk) { return (ChunkAccess::Flags(chunk) & kFlagReal) != 0; }

// The scale of the decimals of a real column, or -1 where its cells are not decimals.
int ScaleOf(const Column& column) {
  int scale = 0;
  for (size_t c = 0; c < column.chunks(); ++c) {
    const Chunk& chunk = column.chunk(c);
    if (AllMissing(chunk)) continue;
    if (StoresReals(chunk)) return -1;
    scale = std::max(scale, ChunkAccess::Scale(chunk));
  }
  return scale < static_cast<int>(std::size(kPowersOfTen)) ? scale : -1;
}

// Whether all mantissas at this scale are small enough to be found again.
bool Fits(const Chunk& chunk, int scale) {
  const double power = kPowersOfTen[static_cast<size_t>(scale)];
  if (AllMissing(chunk)) return true;
  if (chunk.encoding() == EncodingId::kBitPacked) {
    const double codes = std::ldexp(1.0, ChunkAccess::Width(chunk));
    const double divisor = std::max<uint32_t>(1, ChunkAccess::Extra(chunk));
    const double largest =
        std::abs(static_cast<double>(ChunkAccess::Bias(chunk))) + codes * divisor;
    const double chunk_power = kPowersOfTen[static_cast<size_t>(ChunkAccess::Scale(chunk))];
    return largest * (power / chunk_power) < kLargestMantissa;
  }
  std::array<double, kBlock> cells;
  for (size_t begin = 0; begin < chunk.rows(); begin += kBlock) {
    const auto block = std::span(cells).first(std::min(kBlock, chunk.rows() - begin));
    chunk.Decode(begin, block);
    for (const double cell : block) {
      if (std::abs(cell) * power >= kLargestMantissa) return false;
    }
  }
  return true;
}

// value * power, which is near an integer below 2^51, as that integer.
int64_t RoundedInteger(double value) {
  constexpr double kMagic = 0x1.8p52;
  return std::bit_cast<int64_t>(value + kMagic) - std::bit_cast<int64_t>(kMagic);
}

void ReadDecimals(const Chunk& chunk, int scale, size_t begin, std::span<int64_t> out) {
  if (scale == 0 && chunk.integral()) return chunk.Decode(begin, out);
  if (AllMissing(chunk)) {
    std::fill(out.begin(), out.end(), kMissingInt);
    return;
  }
  if (chunk.encoding() == EncodingId::kBitPacked) {
    EncodingOf(EncodingId::kBitPacked).decode_ints(chunk, begin, out);
    int64_t factor = 1;
    for (int s = ChunkAccess::Scale(chunk); s < scale; ++s) factor *= 10;
    if (factor == 1) return;
    for (int64_t& cell : out) cell = cell == kMissingInt ? kMissingInt : cell * factor;
    return;
  }
  const double power = kPowersOfTen[static_cast<size_t>(scale)];
  std::array<double, kBlock> cells;
  for (size_t done = 0; done < out.size(); done += kBlock) {
    const auto block = std::span(cells).first(std::min(kBlock, out.size() - done));
    chunk.Decode(begin + done, block);
    for (size_t i = 0; i < block.size(); ++i) {
      const int64_t integer = RoundedInteger(block[i] * power);
      out[done + i] = std::isnan(block[i]) ? kMissingInt : integer;
    }
  }
}

void ReadReals(const Chunk& chunk, size_t begin, std::span<int64_t> out) {
  std::array<double, kBlock> cells;
  for (size_t done = 0; done < out.size(); done += kBlock) {
    const auto block = std::span(cells).first(std::min(kBlock, out.size() - done));
    chunk.Decode(begin + done, block);
    for (size_t i = 0; i < block.size(); ++i) out[done + i] = OrderedBits(block[i]);
  }
}

bool AllFit(const Column& column, int scale, ThreadPool& pool) {
  return MapReduce(
      column.chunks(), pool, true, [&](size_t c) { return Fits(column.chunk(c), scale) ? 1 : 0; },
      [](size_t, int fits, bool* all) { *all = *all && fits != 0; });
}

// What all ranks say of each column.
template <class Part>
std::vector<std::vector<Part>> PartsOfRanks(const std::vector<Part>& mine, Communicator& ranks) {
  std::vector<std::vector<Part>> parts;
  for (const std::string& theirs :
       ranks.AllGather({reinterpret_cast<const char*>(mine.data()), mine.size() * sizeof(Part)})) {
    Check(theirs.size() == mine.size() * sizeof(Part), "a part for every column");
    parts.emplace_back(mine.size());
    if (!mine.empty()) {
      std::memcpy(static_cast<void*>(parts.back().data()), theirs.data(), theirs.size());
    }
  }
  return parts;
}

IntegerForm Measure(const Column& column, IntegerForm form, ThreadPool& pool) {
  return MapReduce(
      column.chunks(), pool, form,
      [&](size_t c) {
        const Chunk& chunk = column.chunk(c);
        IntegerForm part = form;
        std::array<int64_t, kBlock> cells;
        const size_t rows = chunk.encoding() == EncodingId::kConstant
                                ? std::min<size_t>(1, chunk.rows())
                                : chunk.rows();
        for (size_t begin = 0; begin < rows; begin += kBlock) {
          const auto block = std::span(cells).first(std::min(kBlock, rows - begin));
          ReadIntegers(chunk, form, begin, block);
          const IntegerMeasures measures = MeasureIntegers(block);
          part.min = std::min(part.min, measures.min);
          part.max = std::max(part.max, measures.max);
        }
        part.missing = chunk.missing();
        return part;
      },
      [](size_t, const IntegerForm& part, IntegerForm* whole) {
        whole->min = std::min(whole->min, part.min);
        whole->max = std::max(whole->max, part.max);
        whole->missing += part.missing;
      });
}

}  // namespace

int64_t OrderedBits(double value) {
  if (std::isnan(value)) return kMissingInt;
  const auto bits = std::bit_cast<int64_t>(value);
  return bits < 0 ? bits ^ std::numeric_limits<int64_t>::max() : bits;
}

double FromOrderedBits(int64_t bits) {
  if (bits == kMissingInt) return kMissingReal;
  return std::bit_cast<double>(bits < 0 ? bits ^ std::numeric_limits<int64_t>::max() : bits);
}

IntegerForm FindIntegerForm(const Column& column, ThreadPool& pool) {
  Check(IsNumeric(column.type()), "a column of text has no integer form");
  IntegerForm form;
  if (column.type() == ColumnType::kReal) {
    form.scale = ScaleOf(column);
    if (form.scale >= 0 && AllFit(column, form.scale, pool)) return Measure(column, form, pool);
    form = {.kind = IntegerForm::Kind::kReal};
  }
  return Measure(column, form, pool);
}

std::vector<IntegerForm> FindIntegerForms(const Frame& part, std::span<const size_t> columns,
                                          Communicator& ranks, ThreadPool& pool) {
  std::vector<int> scales;
  for (const size_t column : columns) {
    Check(IsNumeric(part.column(column).type()), "a column of text has no integer form");
    const bool real = part.column(column).type() == ColumnType::kReal;
    scales.push_back(real ? ScaleOf(part.column(column)) : 0);
  }
  for (const auto& theirs : PartsOfRanks(scales, ranks)) {
    for (size_t i = 0; i < scales.size(); ++i) {
      scales[i] = scales[i] < 0 || theirs[i] < 0 ? -1 : std::max(scales[i], theirs[i]);
    }
  }
  std::vector<int> fit;
  for (size_t i = 0; i < columns.size(); ++i) {
    const Column& column = part.column(columns[i]);
    const bool whole = column.type() != ColumnType::kReal;
    fit.push_back(whole || (scales[i] >= 0 && AllFit(column, scales[i], pool)) ? 1 : 0);
  }
  for (const auto& theirs : PartsOfRanks(fit, ranks)) {
    for (size_t i = 0; i < fit.size(); ++i) fit[i] &= theirs[i];
  }
  std::vector<IntegerForm> forms;
  for (size_t i = 0; i < columns.size(); ++i) {
    const IntegerForm form = fit[i] != 0 ? IntegerForm{.scale = scales[i]}
                                         : IntegerForm{.kind = IntegerForm::Kind::kReal};
    forms.push_back(Measure(part.column(columns[i]), form, pool));
  }
  std::vector<IntegerForm> all = forms;
  for (IntegerForm& form : all) form.missing = 0;
  for (const auto& theirs : PartsOfRanks(forms, ranks)) {
    for (size_t i = 0; i < all.size(); ++i) {
      all[i].min = std::min(all[i].min, theirs[i].min);
      all[i].max = std::max(all[i].max, theirs[i].max);
      all[i].missing += theirs[i].missing;
    }
  }
  return all;
}

void ReadIntegers(const Chunk& chunk, const IntegerForm& form, size_t begin,
                  std::span<int64_t> out) {
  if (form.kind == IntegerForm::Kind::kReal) return ReadReals(chunk, begin, out);
  ReadDecimals(chunk, form.scale, begin, out);
}

double RealOf(int64_t integer, const IntegerForm& form) {
  if (form.kind == IntegerForm::Kind::kReal) return FromOrderedBits(integer);
  if (integer == kMissingInt) return kMissingReal;
  if (form.scale == 0) return static_cast<double>(integer);
  return static_cast<double>(integer) / kPowersOfTen[static_cast<size_t>(form.scale)];
}

}  // namespace thalweg::internal
