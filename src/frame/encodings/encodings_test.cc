// Properties of all encodings, over random cells of many shapes: what goes in comes out bit by bit,
// from every range, in every form.
#include "frame/encodings/encodings.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "frame/chunk_builder.h"
#include "frame/encodings/exact_division.h"

namespace thalweg {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kDenormal = std::numeric_limits<double>::denorm_min();
constexpr int64_t kMaxInt = std::numeric_limits<int64_t>::max();

uint64_t Bits(double value) {
  // Every NaN reads back as the one that stands for a missing cell.
  return std::bit_cast<uint64_t>(std::isnan(value) ? kMissingReal : value);
}

bool SameFloat(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) || (a != a && b != b);
}

// Lengths around the sizes of blocks, and longer ones.
size_t RandomLength(Random& random) {
  static constexpr size_t kEdges[] = {1, 2, 7, 15, 16, 17, 127, 128, 129, 511, 512, 513, 1025};
  if (random.Bernoulli(0.5)) return kEdges[random.Below(std::size(kEdges))];
  return 1 + random.Below(6000);
}

struct IntShape {
  const char* name;
  int64_t (*cell)(Random& random, int64_t before);
};

const IntShape kIntShapes[] = {
    {"bit", [](Random& r, int64_t) { return static_cast<int64_t>(r.Below(2)); }},
    {"byte", [](Random& r, int64_t) { return static_cast<int64_t>(r.Below(256)); }},
    {"signed", [](Random& r, int64_t) { return static_cast<int64_t>(r.Below(30'000)) - 15'000; }},
    {"far",
     [](Random& r, int64_t) { return 9'000'000'000'000'000 + static_cast<int64_t>(r.Below(100)); }},
    {"any", [](Random& r, int64_t) { return static_cast<int64_t>(r.Next()); }},
    {"any width", [](Random& r, int64_t) { return static_cast<int64_t>(r.Next() >> r.Below(64)); }},
    {"extremes", [](Random& r, int64_t) { return r.Bernoulli(0.5) ? kMaxInt : -kMaxInt; }},
    {"powers",
     [](Random& r, int64_t) { return (int64_t{1} << r.Below(63)) * (r.Bernoulli(0.5) ? 1 : -1); }},
    {"constant", [](Random&, int64_t) { return int64_t{-42}; }},
    {"days", [](Random& r,
                int64_t) { return 86'400'000 * (static_cast<int64_t>(r.Below(20'000)) - 3000); }},
    {"odd seconds",
     [](Random& r, int64_t) {
       return 1'600'000'000'123 + 1000 * static_cast<int64_t>(r.Below(40'000'000));
     }},
    {"decades",
     [](Random& r, int64_t) { return 315'360'000'000 * static_cast<int64_t>(r.Below(2000)) - 7; }},
    {"divisor and bounds",
     [](Random& r, int64_t) {
       return (int64_t{1} << 52) - 1024 * static_cast<int64_t>(r.Below(int64_t{1} << 43));
     }},
    {"rising",
     [](Random& r, int64_t before) {
       return (before == kMissingInt ? 0 : before) + static_cast<int64_t>(r.Below(30));
     }},
    {"steady",
     [](Random&, int64_t before) {
       return (before == kMissingInt ? 1'600'000'000'000 : before) + 60'000;
     }},
    {"runs",
     [](Random& r, int64_t before) {
       return r.Bernoulli(0.02) || before == kMissingInt ? static_cast<int64_t>(r.Below(1000))
                                                         : before;
     }},
    {"sparse",
     [](Random& r, int64_t) {
       return r.Bernoulli(0.03) ? static_cast<int64_t>(r.Below(500)) - 100 : 0;
     }},
    {"half zero",
     [](Random& r, int64_t) { return r.Bernoulli(0.5) ? static_cast<int64_t>(r.Below(200)) : 0; }},
    {"sparse ones", [](Random& r, int64_t) { return r.Bernoulli(0.01) ? int64_t{1} : 0; }},
    {"sparse wide",
     [](Random& r, int64_t) { return r.Bernoulli(0.1) ? static_cast<int64_t>(r.Next()) : 0; }},
};

struct RealShape {
  const char* name;
  double (*cell)(Random& random);
};

const RealShape kRealShapes[] = {
    {"cents", [](Random& r) { return static_cast<double>(r.Below(100'000)) / 100; }},
    {"halves of thousands",
     [](Random& r) { return 500.5 * static_cast<double>(r.Below(100'000)) - 1e6; }},
    {"some decimals",
     [](Random& r) { return static_cast<double>(r.Below(1000)) / std::pow(10.0, r.Below(4)); }},
    {"normal", [](Random& r) { return r.Normal(); }},
    {"float", [](Random& r) { return static_cast<double>(static_cast<float>(r.Normal())); }},
    {"bits", [](Random& r) { return std::bit_cast<double>(r.Next()); }},
    {"integers near 2^53",
     [](Random& r) { return 0x1p53 + 2.0 * static_cast<double>(r.Below(9)) - 8; }},
    {"large integers",
     [](Random& r) { return std::ldexp(static_cast<double>(r.Below(1000)), 52); }},
    {"special",
     [](Random& r) {
       static constexpr double kCells[] = {
           0.0,    -0.0,    kInfinity, -kInfinity, kDenormal, 0x1p-1022, 1.7976931348623157e308,
           0x1p53, -0x1p63, 0x1p63,    0.1};
       return kCells[r.Below(std::size(kCells))];
     }},
    {"zeros of both signs", [](Random& r) { return r.Bernoulli(0.5) ? 0.0 : -0.0; }},
    {"minus zero", [](Random&) { return -0.0; }},
    {"infinite", [](Random&) { return kInfinity; }},
    {"sparse decimals",
     [](Random& r) { return r.Bernoulli(0.05) ? static_cast<double>(r.Below(100)) / 10 : 0.0; }},
    {"sparse normal", [](Random& r) { return r.Bernoulli(0.05) ? r.Normal() : 0.0; }},
    {"sparse float",
     [](Random& r) {
       return r.Bernoulli(0.05) ? static_cast<double>(static_cast<float>(r.Normal())) : 0.0;
     }},
    {"sparse third", [](Random& r) { return r.Bernoulli(0.05) ? 1.0 / 3 : 0.0; }},
    {"runs",
     [](Random& r) {
       static double cell = 0;
       return cell = r.Bernoulli(0.03) ? r.Normal() : cell;
     }},
};

// All forms of reading `chunk` against the cells it was made of.
void CheckNumbers(const Chunk& chunk, const std::vector<double>& cells,
                  const std::vector<int64_t>* ints, Random& random) {
  ASSERT_EQ(chunk.rows(), cells.size());
  size_t missing = 0;
  size_t nonzeros = 0;
  bool integral = true;
  for (const double cell : cells) {
    missing += std::isnan(cell) ? 1 : 0;
    nonzeros += cell == 0 ? 0 : 1;
    const bool whole =
        cell == std::trunc(cell) && std::abs(cell) < 0x1p63 && !(cell == 0 && std::signbit(cell));
    integral = integral && (std::isnan(cell) || whole);
  }
  ASSERT_EQ(chunk.missing(), missing);
  ASSERT_EQ(chunk.nonzeros(), nonzeros);
  ASSERT_EQ(chunk.integral(), ints != nullptr || integral);
  for (int trial = 0; trial < 8; ++trial) {
    size_t begin = trial == 0 ? 0 : random.Below(cells.size() + 1);
    size_t end = trial == 0 ? cells.size() : random.Below(cells.size() + 1);
    if (begin > end) std::swap(begin, end);
    const size_t size = end - begin;
    std::vector<double> doubles(size, 77);
    std::vector<float> floats(size, 77);
    chunk.Decode(begin, std::span<double>(doubles));
    chunk.Decode(begin, std::span<float>(floats));
    std::vector<uint32_t> rows(size);
    std::vector<double> values(size);
    const size_t count = chunk.NonZeros(begin, end, rows, values);
    size_t entry = 0;
    for (size_t i = 0; i < size; ++i) {
      const double cell = cells[begin + i];
      ASSERT_EQ(Bits(doubles[i]), Bits(cell))
          << doubles[i] << " for " << cell << " in row " << begin + i;
      ASSERT_TRUE(SameFloat(floats[i], static_cast<float>(cell))) << floats[i] << " for " << cell;
      if (cell == 0) continue;
      ASSERT_LT(entry, count);
      ASSERT_EQ(rows[entry], begin + i);
      ASSERT_EQ(Bits(values[entry]), Bits(cell));
      ++entry;
    }
    ASSERT_EQ(entry, count);
    if (!chunk.integral()) continue;
    std::vector<int64_t> decoded(size, 77);
    chunk.Decode(begin, std::span<int64_t>(decoded));
    for (size_t i = 0; i < size; ++i) {
      const double cell = cells[begin + i];
      const int64_t expected = ints != nullptr    ? (*ints)[begin + i]
                               : std::isnan(cell) ? kMissingInt
                                                  : static_cast<int64_t>(cell);
      ASSERT_EQ(decoded[i], expected) << "row " << begin + i;
    }
  }
}

// Which encodings were really used: a test that never forces one tests nothing of it.
std::set<EncodingId> g_used;

void CheckEveryEncoding(const std::string& name, Random& random,
                        const std::function<ChunkPtr(const EncodeOptions&)>& encode,
                        const std::vector<double>& cells, const std::vector<int64_t>* ints) {
  for (size_t id = 0; id <= kEncodingCount; ++id) {
    EncodeOptions options;
    if (id < kEncodingCount) options.force = static_cast<EncodingId>(id);
    const ChunkPtr chunk = encode(options);
    SCOPED_TRACE(name + " as " + std::string(EncodingName(chunk->encoding())) + ", rows " +
                 std::to_string(cells.size()));
    g_used.insert(chunk->encoding());
    CheckNumbers(*chunk, cells, ints, random);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(EncodingsTest, IntegersOfAllShapes) {
  Random random(1);
  g_used.clear();
  for (const IntShape& shape : kIntShapes) {
    for (const double missing_share : {0.0, 0.05, 0.97}) {
      for (int trial = 0; trial < 4; ++trial) {
        std::vector<int64_t> ints(RandomLength(random));
        std::vector<double> cells(ints.size());
        int64_t before = kMissingInt;
        for (size_t i = 0; i < ints.size(); ++i) {
          before = shape.cell(random, before);
          ints[i] = random.Bernoulli(missing_share) ? kMissingInt : before;
          cells[i] = ints[i] == kMissingInt ? kMissingReal : static_cast<double>(ints[i]);
        }
        CheckEveryEncoding(
            shape.name, random, [&](const EncodeOptions& o) { return EncodeIntegers(ints, o); },
            cells, &ints);
        if (HasFatalFailure()) return;
      }
    }
  }
  for (const EncodingId id :
       {EncodingId::kConstant, EncodingId::kBitPacked, EncodingId::kDelta, EncodingId::kDouble,
        EncodingId::kSparse, EncodingId::kSparseOnes, EncodingId::kRunLength}) {
    EXPECT_TRUE(g_used.contains(id)) << EncodingName(id);
  }
}

TEST(EncodingsTest, RealsOfAllShapes) {
  Random random(2);
  g_used.clear();
  for (const RealShape& shape : kRealShapes) {
    for (const double missing_share : {0.0, 0.05, 0.97}) {
      for (int trial = 0; trial < 4; ++trial) {
        std::vector<double> cells(RandomLength(random));
        for (double& cell : cells) {
          cell = random.Bernoulli(missing_share) ? -kMissingReal : shape.cell(random);
        }
        CheckEveryEncoding(
            shape.name, random, [&](const EncodeOptions& o) { return EncodeReals(cells, o); },
            cells, nullptr);
        if (HasFatalFailure()) return;

        std::vector<uint32_t> rows;
        std::vector<double> entries;
        for (size_t i = 0; i < cells.size(); ++i) {
          // Some zeros are given, too.
          if (Bits(cells[i]) == 0 && random.Bernoulli(0.99)) continue;
          rows.push_back(static_cast<uint32_t>(i));
          entries.push_back(cells[i]);
        }
        CheckEveryEncoding(
            shape.name, random,
            [&](const EncodeOptions& o) {
              return EncodeSparse(static_cast<uint32_t>(cells.size()), rows, entries, o);
            },
            cells, nullptr);
        if (HasFatalFailure()) return;
      }
    }
  }
  for (size_t id = 0; id <= static_cast<size_t>(EncodingId::kRunLength); ++id) {
    EXPECT_TRUE(g_used.contains(static_cast<EncodingId>(id)))
        << EncodingName(static_cast<EncodingId>(id));
  }
}

// Gaps of all sizes, values of all widths, in windows that start and end anywhere.
TEST(EncodingsTest, SparseChunksOfEveryGapAndValueWidth) {
  Random random(6);
  for (int gap_bits = 0; gap_bits <= 22; ++gap_bits) {
    for (int value_bits = 0; value_bits <= 50;
         value_bits += 1 + static_cast<int>(random.Below(4))) {
      const double scale = random.Bernoulli(0.3) ? 100 : 1;
      const double missing_share = random.Bernoulli(0.3) ? 0.1 : 0;
      std::vector<uint32_t> rows;
      std::vector<double> values;
      uint32_t row = 0;
      for (size_t i = 0, size = 1 + random.Below(400); i < size; ++i) {
        row += static_cast<uint32_t>(
            random.Below(uint64_t{1} << random.Below(static_cast<uint64_t>(gap_bits) + 1)));
        rows.push_back(row++);
        const uint64_t code = random.Next() & ((uint64_t{1} << value_bits) - 1);
        values.push_back(random.Bernoulli(missing_share) ? kMissingReal
                                                         : static_cast<double>(code + 1) / scale);
      }
      const uint32_t chunk_rows = row + static_cast<uint32_t>(random.Below(200));
      const ChunkPtr chunk = EncodeSparse(chunk_rows, rows, values, {.force = EncodingId::kSparse});
      ASSERT_EQ(chunk->encoding(), EncodingId::kSparse);
      for (int window = 0; window < 12; ++window) {
        // Around an entry, or the tail.
        const size_t middle = rows[random.Below(rows.size())];
        size_t begin = middle - std::min(middle, size_t{random.Below(300)});
        size_t end = std::min<size_t>(chunk_rows, middle + random.Below(300));
        if (window == 0) end = chunk_rows, begin = end - std::min<size_t>(end, 150);
        const size_t size = end - begin;
        std::vector<double> expected(size);
        for (size_t i = 0; i < rows.size(); ++i) {
          if (rows[i] >= begin && rows[i] < end) expected[rows[i] - begin] = values[i];
        }
        std::vector<double> doubles(size, 77);
        std::vector<float> floats(size, 77);
        chunk->Decode(begin, std::span<double>(doubles));
        chunk->Decode(begin, std::span<float>(floats));
        for (size_t i = 0; i < size; ++i) {
          ASSERT_EQ(Bits(doubles[i]), Bits(expected[i])) << gap_bits << " " << value_bits;
          ASSERT_TRUE(SameFloat(floats[i], static_cast<float>(expected[i])));
        }
      }
      std::vector<uint32_t> all_rows(rows.size());
      std::vector<double> all_values(rows.size());
      ASSERT_EQ(chunk->NonZeros(0, chunk_rows, all_rows, all_values), rows.size());
      ASSERT_EQ(all_rows, rows);
    }
  }
}

TEST(EncodingsTest, StringsOfAllShapes) {
  Random random(3);
  g_used.clear();
  for (int trial = 0; trial < 120; ++trial) {
    const size_t length = RandomLength(random);
    const uint64_t levels = 1 + random.Below(trial % 2 == 0 ? 20 : 4000);
    const double missing_share = trial % 3 == 0 ? 0.2 : 0;
    std::vector<std::string> texts(length);
    std::vector<std::string_view> cells(length);
    for (size_t i = 0; i < length; ++i) {
      const uint64_t level = random.Below(levels);
      // Level 0 is the empty string; one has a zero byte.
      texts[i] = std::string(level % 30, 'x').substr(0, level == 0 ? 0 : 30);
      if (level > 0) texts[i] += std::to_string(level) + (level == 1 ? std::string(1, '\0') : "é");
      cells[i] = random.Bernoulli(missing_share) ? std::string_view() : texts[i];
    }
    for (const EncodingId id :
         {EncodingId::kConstant, EncodingId::kStringPlain, EncodingId::kStringDictionary}) {
      const ChunkPtr chunk = EncodeStrings(cells, {.force = id});
      g_used.insert(chunk->encoding());
      for (int range = 0; range < 5; ++range) {
        const size_t begin = random.Below(length + 1);
        std::vector<std::string_view> out(random.Below(length - begin + 1));
        chunk->Decode(begin, std::span<std::string_view>(out));
        for (size_t i = 0; i < out.size(); ++i) {
          ASSERT_EQ(out[i], cells[begin + i]);
          ASSERT_EQ(out[i].data() == nullptr, cells[begin + i].data() == nullptr);
        }
      }
    }
  }
  EXPECT_TRUE(g_used.contains(EncodingId::kStringPlain));
  EXPECT_TRUE(g_used.contains(EncodingId::kStringDictionary));
}

TEST(EncodingsTest, UuidsAndMissingCellsOfAnyType) {
  Random random(4);
  std::vector<Uuid> cells(300);
  for (Uuid& cell : cells) {
    cell = random.Bernoulli(0.1) ? kMissingUuid : Uuid{random.Next(), random.Next()};
  }
  std::vector<Uuid> out(123);
  EncodeUuids(cells)->Decode(100, std::span<Uuid>(out));
  EXPECT_TRUE(std::equal(out.begin(), out.end(), cells.begin() + 100));

  const std::vector<Uuid> missing(5, kMissingUuid);
  const ChunkPtr chunk = EncodeUuids(missing);
  EXPECT_EQ(chunk->encoding(), EncodingId::kConstant);
  EXPECT_EQ(chunk->missing(), 5U);
  std::vector<Uuid> back(5);
  chunk->Decode(0, std::span<Uuid>(back));
  EXPECT_EQ(back, missing);
  const ChunkPtr strings = EncodeStrings(std::vector<std::string_view>(5));
  EXPECT_EQ(strings->encoding(), EncodingId::kConstant);
  std::vector<std::string_view> views(5, "x");
  strings->Decode(0, std::span<std::string_view>(views));
  EXPECT_EQ(views[4].data(), nullptr);
}

TEST(ExactDivisionTest, IsDivision) {
  Random random(8);
  for (uint64_t divisor :
       {uint64_t{1}, uint64_t{2}, uint64_t{3}, uint64_t{1000}, uint64_t{86'400'000},
        uint64_t{1} << 40, (uint64_t{1} << 53) - 1, ~uint64_t{0}}) {
    const internal::ExactDivision division(divisor);
    for (int i = 0; i < 300; ++i) {
      const uint64_t value = random.Next() >> random.Below(64);
      EXPECT_EQ(division.Divides(value), value % divisor == 0);
      const uint64_t multiple = value / divisor * divisor;
      EXPECT_TRUE(division.Divides(multiple));
      EXPECT_EQ(division.Quotient(multiple), value / divisor);
    }
  }
}

TEST(EncodingsTest, TheTableIsInTheOrderOfTheIds) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kEncodingCount; ++i) {
    EXPECT_EQ(static_cast<size_t>(internal::Encodings()[i].id), i);
    EXPECT_TRUE(names.insert(internal::Encodings()[i].name).second);
  }
}

// The choice: each kind of cells gets the encoding made for it.
TEST(EncodingsTest, ChoiceFollowsTheCells) {
  Random random(5);
  const std::map<std::string, EncodingId> expected = {
      {"byte", EncodingId::kBitPacked},        {"constant", EncodingId::kConstant},
      {"rising", EncodingId::kDelta},          {"steady", EncodingId::kDelta},
      {"runs", EncodingId::kRunLength},        {"sparse", EncodingId::kSparse},
      {"sparse ones", EncodingId::kSparseOnes}};
  for (const IntShape& shape : kIntShapes) {
    const auto found = expected.find(shape.name);
    if (found == expected.end()) continue;
    std::vector<int64_t> cells(5000);
    int64_t before = kMissingInt;
    for (int64_t& cell : cells) cell = before = shape.cell(random, before);
    EXPECT_EQ(EncodeIntegers(cells)->encoding(), found->second) << shape.name;
  }
}

}  // namespace
}  // namespace thalweg
