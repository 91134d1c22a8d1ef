// How fast do chunks decode and encode? Items are cells; bytes are those of the decoded cells.
// Names that end in an instruction set: decoding by its kernels alone.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "frame/chunk_builder.h"
#include "kernels/instruction_sets.h"

namespace thalweg {
namespace {

constexpr size_t kRows = 1 << 16;
// Readers take blocks that stay in the first-level cache.
constexpr size_t kBlock = 1024;

// Cells of one kind, and the encoding that they are put into.
struct Shape {
  std::string name;
  EncodingId encoding;
  double (*cell)(Random& random, size_t row);
};

const Shape kShapes[] = {
    {"constant", EncodingId::kConstant, [](Random&, size_t) { return 12.5; }},
    {"1_bit", EncodingId::kBitPacked,
     [](Random& random, size_t) { return static_cast<double>(random.Below(2)); }},
    {"8_bits", EncodingId::kBitPacked,
     [](Random& random, size_t) { return static_cast<double>(random.Below(256)); }},
    {"13_bits", EncodingId::kBitPacked,
     [](Random& random, size_t) { return static_cast<double>(random.Below(8000)) - 4000; }},
    {"13_bits_missing", EncodingId::kBitPacked,
     [](Random& random, size_t) {
       return random.Bernoulli(0.1) ? NAN : static_cast<double>(random.Below(8000));
     }},
    {"cents", EncodingId::kBitPacked,
     [](Random& random, size_t) { return static_cast<double>(random.Below(100'000)) / 100; }},
    {"40_bits", EncodingId::kBitPacked,
     [](Random& random, size_t) { return static_cast<double>(random.Next() >> 24); }},
    {"days", EncodingId::kBitPacked,
     [](Random& random, size_t) {
       return 86'400'000.0 * static_cast<double>(random.Below(20'000));
     }},
    {"sorted", EncodingId::kDelta,
     [](Random& random, size_t row) {
       return static_cast<double>(1000 * row + random.Below(900));
     }},
    {"float", EncodingId::kFloat,
     [](Random& random, size_t) {
       return static_cast<double>(std::ldexp(random.Below(1 << 24), -60));
     }},
    {"double", EncodingId::kDouble, [](Random& random, size_t) { return random.Normal(); }},
    {"sparse_1_percent", EncodingId::kSparse,
     [](Random& random, size_t) {
       return random.Bernoulli(0.01) ? static_cast<double>(random.Below(256)) : 0;
     }},
    {"sparse_10_percent", EncodingId::kSparse,
     [](Random& random, size_t) {
       return random.Bernoulli(0.1) ? static_cast<double>(random.Below(256)) : 0;
     }},
    {"sparse_cents_10_percent", EncodingId::kSparse,
     [](Random& random, size_t) {
       return random.Bernoulli(0.1) ? static_cast<double>(random.Below(100'000)) / 100 : 0;
     }},
    {"sparse_doubles_10_percent", EncodingId::kSparse,
     [](Random& random, size_t) { return random.Bernoulli(0.1) ? random.Normal() : 0; }},
    {"sparse_ones_1_percent", EncodingId::kSparseOnes,
     [](Random& random, size_t) { return random.Bernoulli(0.01) ? 1.0 : 0; }},
    {"sparse_ones_10_percent", EncodingId::kSparseOnes,
     [](Random& random, size_t) { return random.Bernoulli(0.1) ? 1.0 : 0; }},
    {"runs_of_50", EncodingId::kRunLength,
     [](Random&, size_t row) { return static_cast<double>(row / 50 * 7919 % 1000); }},
};

std::vector<double> Cells(const Shape& shape) {
  Random random(1);
  std::vector<double> cells(kRows);
  for (size_t i = 0; i < kRows; ++i) cells[i] = shape.cell(random, i);
  return cells;
}

template <class T>
void Decode(benchmark::State& state, const Shape& shape) {
  const ChunkPtr chunk = EncodeReals(Cells(shape), {.force = shape.encoding});
  std::vector<T> out(kBlock);
  for (auto _ : state) {
    for (size_t begin = 0; begin < kRows; begin += kBlock) {
      chunk->Decode(begin, std::span<T>(out));
      benchmark::DoNotOptimize(out.data());
      benchmark::ClobberMemory();
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(kRows) * state.iterations());
  state.SetBytesProcessed(static_cast<int64_t>(kRows * sizeof(T)) * state.iterations());
  state.SetLabel(std::string(EncodingName(chunk->encoding())));
}

void Encode(benchmark::State& state, const Shape& shape) {
  const std::vector<double> cells = Cells(shape);
  size_t bytes = 0;
  EncodingId encoding = EncodingId::kConstant;
  for (auto _ : state) {
    const ChunkPtr chunk = EncodeReals(cells);
    bytes = chunk->ByteSize();
    encoding = chunk->encoding();
  }
  state.SetItemsProcessed(static_cast<int64_t>(kRows) * state.iterations());
  state.SetLabel(std::string(EncodingName(encoding)));
  state.counters["bytes_per_cell"] = static_cast<double>(bytes) / kRows;
}

void EncodeMantissas(benchmark::State& state, const Shape& shape) {
  const std::vector<double> cells = Cells(shape);
  std::vector<int64_t> mantissas(kRows);
  for (size_t i = 0; i < kRows; ++i) {
    mantissas[i] = std::isnan(cells[i]) ? kMissingInt : std::llround(cells[i] * 100);
  }
  EncodingId encoding = EncodingId::kConstant;
  for (auto _ : state) {
    const ChunkPtr chunk = EncodeDecimals(mantissas, 2);
    encoding = chunk->encoding();
    benchmark::DoNotOptimize(chunk);
  }
  state.SetItemsProcessed(static_cast<int64_t>(kRows) * state.iterations());
  state.SetLabel(std::string(EncodingName(encoding)));
}

// Text cells: from few levels (a dictionary), or all different.
std::vector<std::string> Texts(uint64_t levels) {
  Random random(1);
  std::vector<std::string> texts;
  for (size_t i = 0; i < kRows; ++i) {
    texts.push_back("street " + std::to_string(random.Below(levels)));
  }
  return texts;
}

void EncodeTexts(benchmark::State& state) {
  const std::vector<std::string> texts = Texts(static_cast<uint64_t>(state.range(0)));
  const std::vector<std::string_view> cells(texts.begin(), texts.end());
  std::string label;
  for (auto _ : state) label = EncodingName(EncodeStrings(cells)->encoding());
  state.SetItemsProcessed(static_cast<int64_t>(kRows) * state.iterations());
  state.SetLabel(label);
}
BENCHMARK(EncodeTexts)->Arg(100)->Arg(20'000)->Arg(1'000'000'000);

void DecodeTexts(benchmark::State& state) {
  const std::vector<std::string> texts = Texts(static_cast<uint64_t>(state.range(0)));
  const ChunkPtr chunk = EncodeStrings(std::vector<std::string_view>(texts.begin(), texts.end()));
  std::vector<std::string_view> out(kBlock);
  for (auto _ : state) {
    for (size_t begin = 0; begin < kRows; begin += kBlock) {
      chunk->Decode(begin, std::span<std::string_view>(out));
      benchmark::DoNotOptimize(out.data());
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(kRows) * state.iterations());
  state.SetLabel(std::string(EncodingName(chunk->encoding())));
}
BENCHMARK(DecodeTexts)->Arg(100)->Arg(20'000)->Arg(1'000'000'000);

// Decode, with kernels bound to one instruction set.
template <class T>
void DecodeBy(benchmark::State& state, const Shape& shape, const std::string& set) {
  ForEachInstructionSet([&](const std::string& name) {
    if (name == set) Decode<T>(state, shape);
  });
}

[[maybe_unused]] const bool kRegistered = [] {
  std::vector<std::string> sets;
  ForEachInstructionSet([&](const std::string& set) { sets.push_back(set); });
  for (const Shape& shape : kShapes) {
    const auto add = [&](const char* what, void (*run)(benchmark::State&, const Shape&)) {
      benchmark::RegisterBenchmark((std::string(what) + shape.name).c_str(), run, shape);
    };
    add("decode_double/", Decode<double>);
    add("decode_float/", Decode<float>);
    add("encode_reals/", Encode);
    add("encode_decimals/", EncodeMantissas);
    for (const std::string& set : sets) {
      const std::string name = shape.name + "/" + set;
      benchmark::RegisterBenchmark(("decode_double/" + name).c_str(), DecodeBy<double>, shape, set);
      benchmark::RegisterBenchmark(("decode_float/" + name).c_str(), DecodeBy<float>, shape, set);
    }
  }
  return true;
}();

}  // namespace
}  // namespace thalweg
