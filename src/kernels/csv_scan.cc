#include "kernels/csv_scan.h"

#include <cstring>

#include "kernels/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/csv_scan.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace thalweg {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Bitmaps of 64 bytes, lowest bit first.
struct Bitmaps {
  uint64_t separators = 0;
  uint64_t newlines = 0;
  uint64_t returns = 0;
  uint64_t quotes = 0;
  uint64_t comments = 0;
};

#if HWY_TARGET == HWY_SCALAR
uint64_t Matches(const uint8_t* text, char c) {
  uint64_t bits = 0;
  for (size_t i = 0; i < 64; ++i) bits |= uint64_t{text[i] == static_cast<uint8_t>(c)} << i;
  return bits;
}

HWY_INLINE Bitmaps Load(const uint8_t* text, const CsvSyntax& syntax) {
  Bitmaps maps{Matches(text, syntax.separator), Matches(text, '\n'), Matches(text, '\r'), 0, 0};
  if (syntax.has_quote) maps.quotes = Matches(text, syntax.quote);
  if (syntax.has_comment) maps.comments = Matches(text, syntax.comment);
  return maps;
}
#else
using Bytes = hn::CappedTag<uint8_t, 64>;
constexpr Bytes kBytes;

template <class M>
HWY_INLINE uint64_t Bits(M mask) {
  uint64_t bits = 0;
  hn::StoreMaskBits(kBytes, mask, reinterpret_cast<uint8_t*>(&bits));
  return bits;
}

HWY_INLINE Bitmaps Load(const uint8_t* text, const CsvSyntax& syntax) {
  const auto separator = hn::Set(kBytes, static_cast<uint8_t>(syntax.separator));
  const auto newline = hn::Set(kBytes, uint8_t{'\n'});
  const auto carriage_return = hn::Set(kBytes, uint8_t{'\r'});
  const auto quote = hn::Set(kBytes, static_cast<uint8_t>(syntax.quote));
  const auto comment = hn::Set(kBytes, static_cast<uint8_t>(syntax.comment));
  Bitmaps maps;
  for (size_t i = 0; i < 64; i += hn::Lanes(kBytes)) {
    const auto bytes = hn::LoadU(kBytes, text + i);
    maps.separators |= Bits(hn::Eq(bytes, separator)) << i;
    maps.newlines |= Bits(hn::Eq(bytes, newline)) << i;
    maps.returns |= Bits(hn::Eq(bytes, carriage_return)) << i;
    maps.quotes |= Bits(hn::Eq(bytes, quote)) << i;
    maps.comments |= Bits(hn::Eq(bytes, comment)) << i;
  }
  if (!syntax.has_quote) maps.quotes = 0;
  if (!syntax.has_comment) maps.comments = 0;
  return maps;
}
#endif

HWY_INLINE uint64_t PrefixXor(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

// Writes the positions of all set bits (and up to seven values more, to be overwritten).
HWY_INLINE size_t WritePositions(uint64_t bits, uint32_t base, uint32_t* out) {
  const auto count = static_cast<size_t>(__builtin_popcountll(bits));
  for (size_t i = 0; i < count; i += 8) {
    for (size_t k = 0; k < 8; ++k) {
      out[i + k] = base + static_cast<uint32_t>(__builtin_ctzll(bits | (uint64_t{1} << 63)));
      bits &= bits - 1;
    }
  }
  return count;
}

CsvScan ScanCsv(const char* text, size_t size, size_t available, bool at_end,
                const CsvSyntax& syntax, uint32_t* ends) {
  CsvScan scan;
  size_t lines = 0;
  uint64_t inside_before = 0;  // all ones inside quotes
  uint64_t cell_begin = 1;     // bit 0: the first byte of the word begins a cell
  uint64_t reopen = 0;         // bit 0: the byte before closed a quoted stretch
  uint64_t line_begin = 1;     // bit 0: the first byte of the word begins a row
  uint64_t return_before = 0;  // bit 0: the byte before is '\r'
  alignas(64) uint8_t tail[64];
  for (size_t base = 0; base < size; base += 64) {
    const auto* word = reinterpret_cast<const uint8_t*>(text) + base;
    const size_t length = size - base < 64 ? size - base : 64;
    uint64_t valid = ~uint64_t{0};
    if (length < 64) {
      std::memset(tail, 0, sizeof(tail));
      std::memcpy(tail, word, length);
      word = tail;
      valid >>= 64 - length;
    }
    Bitmaps maps = Load(word, syntax);
    if (length < 64) {
      maps.separators &= valid;
      maps.newlines &= valid;
      maps.returns &= valid;
      maps.quotes &= valid;
      maps.comments &= valid;
    }
    uint64_t line_ends = maps.newlines;
    if ((maps.returns | return_before) != 0) {
      // The last byte of the word looks at the first of the next one.
      const size_t next = base + length;
      const bool last_is_end = next < available ? text[next] != '\n' : at_end;
      const uint64_t last = uint64_t{1} << (length - 1);
      line_ends |= maps.returns & ~(maps.newlines >> 1) & ~last;
      if (last_is_end) line_ends |= maps.returns & last;
    }
    uint64_t inside = inside_before;
    if (maps.quotes != 0) {
      scan.quotes = true;
      inside ^= PrefixXor(maps.quotes);
    }
    const uint64_t row_ends = line_ends & ~inside;
    const uint64_t all = (maps.separators | line_ends) & ~inside;
    if (maps.quotes != 0) {
      const uint64_t opens = maps.quotes & inside;
      const uint64_t closes = maps.quotes & ~inside;
      if ((opens & ~((all << 1) | cell_begin | (closes << 1) | reopen)) != 0) {
        scan.irregular = true;
        return scan;
      }
      reopen = closes >> 63;
    } else {
      reopen = 0;
    }
    if ((maps.comments & ~inside & ((row_ends << 1) | line_begin)) != 0) {
      scan.irregular = true;
      return scan;
    }
    if (row_ends != 0) {
      const int last = 63 - __builtin_clzll(row_ends);
      scan.last_row_end = base + static_cast<size_t>(last) + 1;
      scan.row_ends += static_cast<size_t>(__builtin_popcountll(row_ends));
      scan.lines = lines + static_cast<size_t>(
                               __builtin_popcountll(line_ends & (~uint64_t{0} >> (63 - last))));
      if ((maps.returns | return_before) != 0) {
        const uint64_t after_return = (maps.returns << 1) | return_before;
        scan.crlf +=
            static_cast<size_t>(__builtin_popcountll(maps.newlines & after_return & row_ends));
      }
    }
    lines += static_cast<size_t>(__builtin_popcountll(line_ends));
    if (ends != nullptr) {
      scan.count += WritePositions(all, static_cast<uint32_t>(base), ends + scan.count);
    }
    inside_before = static_cast<uint64_t>(static_cast<int64_t>(inside) >> 63);
    cell_begin = all >> 63;
    line_begin = row_ends >> 63;
    return_before = maps.returns >> 63;
  }
  return scan;
}

}  // namespace HWY_NAMESPACE
}  // namespace thalweg
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace thalweg {

HWY_EXPORT(ScanCsv);

CsvScan ScanCsv(const char* text, size_t size, size_t available, bool at_end,
                const CsvSyntax& syntax, uint32_t* ends) {
  return HWY_DYNAMIC_DISPATCH(ScanCsv)(text, size, available, at_end, syntax, ends);
}

}  // namespace thalweg
#endif
