// Does finding cells by bitmaps pay, against a loop over bytes?
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "kernels/csv_scan.h"

namespace thalweg {
namespace {

constexpr size_t kSize = size_t{128} << 10;

// Rows of ten cells of `cell` characters, every fifth one quoted.
std::string Text(size_t cell, bool quotes) {
  Random random(1);
  std::string text;
  while (text.size() < kSize) {
    for (int c = 0; c < 10; ++c) {
      std::string content;
      for (size_t i = 0; i < cell; ++i) content += static_cast<char>('0' + random.Below(10));
      const bool quoted = quotes && c % 5 == 0;
      text += (quoted ? "\"" + content + "\"" : content) + (c == 9 ? "\n" : ",");
    }
  }
  return text;
}

void Bitmaps(benchmark::State& state) {
  const std::string text = Text(static_cast<size_t>(state.range(0)), state.range(1) != 0);
  std::vector<uint32_t> ends(text.size() + 64);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        ScanCsv(text.data(), text.size(), text.size(), true, CsvSyntax(), ends.data()).count);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

void Bytes(benchmark::State& state) {
  const std::string text = Text(static_cast<size_t>(state.range(0)), state.range(1) != 0);
  std::vector<uint32_t> ends(text.size() + 64);
  for (auto _ : state) {
    size_t count = 0;
    bool inside = false;
    for (size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '"') inside = !inside;
      if (!inside && (c == ',' || c == '\n' || c == '\r')) ends[count++] = static_cast<uint32_t>(i);
    }
    benchmark::DoNotOptimize(count);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

BENCHMARK(Bitmaps)->ArgNames({"cell", "quotes"})->ArgsProduct({{1, 7, 30}, {0, 1}});
BENCHMARK(Bytes)->ArgNames({"cell", "quotes"})->ArgsProduct({{1, 7, 30}, {0, 1}});

}  // namespace
}  // namespace thalweg
