// Whatever the cells: every encoding gives them back, bit by bit, as a whole and from any row on.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "frame/chunk_builder.h"

namespace {

using namespace thalweg;

void Require(bool holds) {
  if (!holds) std::abort();
}

bool Same(double a, double b) {
  return std::isnan(a) ? std::isnan(b) : std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}
bool Same(int64_t a, int64_t b) { return a == b; }
bool Same(std::string_view a, std::string_view b) {
  return a == b && (a.data() == nullptr) == (b.data() == nullptr);
}

template <class T, class Encode>
void CheckAll(const std::vector<T>& cells, size_t begin, Encode encode) {
  begin = std::min(begin, cells.size());
  for (size_t id = 0; id <= kEncodingCount; ++id) {
    EncodeOptions options;
    if (id < kEncodingCount) options.force = static_cast<EncodingId>(id);
    const ChunkPtr chunk = encode(options);
    for (const size_t from : {size_t{0}, begin}) {
      std::vector<T> out(cells.size() - from);
      chunk->Decode(from, std::span<T>(out));
      for (size_t i = 0; i < out.size(); ++i) Require(Same(out[i], cells[from + i]));
    }
  }
}

template <class T>
std::vector<T> Words(const uint8_t* data, size_t size) {
  std::vector<T> words(size / sizeof(T));
  if (!words.empty()) std::memcpy(words.data(), data, words.size() * sizeof(T));
  return words;
}

}  // namespace

// Byte 0: what the others are (its upper bits: what integers are multiplied by); byte 1: the row to
// begin at.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const int kind = data[0] % 5;
  constexpr int64_t kFactors[] = {1, 16, 1000, 86'400'000};
  const int64_t factor = kFactors[data[0] / 5 % 4];
  const size_t begin = data[1];
  data += 2;
  size -= 2;
  if (kind == 0) {
    std::vector<int64_t> cells = Words<int64_t>(data, size);
    for (int64_t& cell : cells) {
      if (factor > 1 && cell != kMissingInt) cell = cell % (int64_t{1} << 26) * factor + 7;
    }
    CheckAll(cells, begin, [&](const EncodeOptions& o) { return EncodeIntegers(cells, o); });
  } else if (kind == 1) {
    const std::vector<double> cells = Words<double>(data, size);
    CheckAll(cells, begin, [&](const EncodeOptions& o) { return EncodeReals(cells, o); });
  } else if (kind == 2) {
    // Steps of a rising or falling series; 127 is a missing cell.
    std::vector<int64_t> cells;
    int64_t sum = 0;
    for (const int8_t step : Words<int8_t>(data, size)) {
      sum += step;
      cells.push_back(step == 127 ? kMissingInt : sum);
    }
    CheckAll(cells, begin, [&](const EncodeOptions& o) { return EncodeIntegers(cells, o); });
  } else if (kind == 3) {
    // Pairs of a gap and a value in tenths.
    std::vector<double> cells;
    std::vector<uint32_t> rows;
    std::vector<double> values;
    for (size_t i = 0; i + 1 < size; i += 2) {
      cells.resize(cells.size() + data[i], 0.0);
      rows.push_back(static_cast<uint32_t>(cells.size()));
      values.push_back(data[i + 1] == 255 ? kMissingReal : data[i + 1] / 10.0);
      cells.push_back(values.back());
    }
    CheckAll(cells, begin, [&](const EncodeOptions& o) {
      return EncodeSparse(static_cast<uint32_t>(cells.size()), rows, values, o);
    });
  } else {
    // Words between line feeds; "?" is missing.
    std::vector<std::string_view> cells;
    std::string_view text(reinterpret_cast<const char*>(data), size);
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      cells.push_back(text.substr(0, end) == "?" ? std::string_view() : text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    CheckAll(cells, begin, [&](const EncodeOptions& o) { return EncodeStrings(cells, o); });
  }
  return 0;
}
