#include "frame/encodings/delta.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <vector>

#include "frame/encodings/bit_array.h"
#include "frame/encodings/chunk_access.h"
#include "kernels/decimal.h"

namespace thalweg::internal {
namespace {

constexpr size_t kBlock = 128;
constexpr int kMaxWidth = 57;
constexpr uint64_t kFixed = 16;
// Read one by one, where bit-packed cells are read by vectors.
constexpr double kWeight = 1.15;
constexpr size_t kSampleBlocks = 8;

uint64_t Difference(int64_t a, int64_t b) {
  return static_cast<uint64_t>(a) - static_cast<uint64_t>(b);
}

struct BlockStats {
  int64_t start = 0;
  int64_t least = 0;
  int width = 0;
};

BlockStats MeasureBlock(std::span<const int64_t> cells, bool has_missing) {
  BlockStats block;
  int64_t least = std::numeric_limits<int64_t>::max();
  int64_t most = std::numeric_limits<int64_t>::min();
  int64_t first = kMissingInt;
  int64_t last = kMissingInt;
  if (!has_missing) {
    // A loop without a branch, for the compiler to vectorize.
    first = cells[0];
    for (size_t i = 1; i < cells.size(); ++i) {
      const auto difference = static_cast<int64_t>(Difference(cells[i], cells[i - 1]));
      least = std::min(least, difference);
      most = std::max(most, difference);
    }
    cells = {};
  }
  for (const int64_t cell : cells) {
    if (cell == kMissingInt) continue;
    if (last == kMissingInt) {
      first = cell;
    } else {
      const auto difference = static_cast<int64_t>(Difference(cell, last));
      least = std::min(least, difference);
      most = std::max(most, difference);
    }
    last = cell;
  }
  if (least > most) least = most = 0;
  block.least = least;
  block.width = BitWidth(Difference(most, least) + (has_missing ? 1 : 0));
  // A block without a present cell starts anywhere; the chunk's other starts are near zero bits.
  if (first != kMissingInt) block.start = static_cast<int64_t>(Difference(first, least));
  return block;
}

// The directory of a chunk, from the blocks that it is to have.
struct Plan {
  std::vector<BlockStats> blocks;
  int64_t least_start = 0;
  int64_t least_difference = 0;
  int start_width = 0;
  int difference_width = 0;
  uint64_t code_bytes = 0;
  bool fits = true;

  explicit Plan(std::span<const int64_t> cells, bool has_missing) {
    for (size_t begin = 0; begin < cells.size(); begin += kBlock) {
      blocks.push_back(
          MeasureBlock(cells.subspan(begin, std::min(kBlock, cells.size() - begin)), has_missing));
    }
    if (blocks.empty()) return;
    int64_t most_start = blocks[0].start;
    int64_t most_difference = blocks[0].least;
    least_start = most_start;
    least_difference = most_difference;
    for (const BlockStats& block : blocks) {
      least_start = std::min(least_start, block.start);
      most_start = std::max(most_start, block.start);
      least_difference = std::min(least_difference, block.least);
      most_difference = std::max(most_difference, block.least);
      code_bytes += kBlock / 8 * static_cast<uint64_t>(block.width);
      fits = fits && block.width <= kMaxWidth;
    }
    start_width = BitWidth(Difference(most_start, least_start));
    difference_width = BitWidth(Difference(most_difference, least_difference));
    fits = fits && start_width <= kMaxWidth && difference_width <= kMaxWidth;
  }

  uint64_t bytes() const {
    return kFixed + BitArrayBytes(blocks.size(), start_width) +
           BitArrayBytes(blocks.size(), difference_width) + blocks.size() + code_bytes +
           kBitArraySlack;
  }
};

bool MayPay(const Analysis& cells) {
  // Sparse cells would have to be spread out first, and never are runs of small differences.
  if (!cells.scaled() || cells.given_sparse()) return false;
  const CellStats& stats = cells.stats();
  return BitWidth(Difference(stats.max, stats.min)) >= 6 && stats.rows >= 2 * kBlock;
}

// Bits per cell of some blocks, spread evenly.
double SampleWidth(std::span<const int64_t> cells, bool has_missing) {
  const size_t blocks = cells.size() / kBlock;
  const size_t count = std::min(blocks, kSampleBlocks);
  int sum = 0;
  for (size_t i = 0; i < count; ++i) {
    sum += MeasureBlock(cells.subspan(i * blocks / count * kBlock, kBlock), has_missing).width;
  }
  return static_cast<double>(sum) / static_cast<double>(std::max<size_t>(count, 1));
}

std::optional<uint64_t> Estimate(Analysis& cells) {
  if (!cells.scaled()) return std::nullopt;
  const CellStats& stats = cells.stats();
  const bool has_missing = stats.missing > 0;
  const int range_width = BitWidth(Difference(stats.max, stats.min));
  // In long chunks a sample stands for the whole. Sums and differences of cells of so few bits fit.
  if (range_width <= 54 && stats.rows > 4 * kSampleBlocks * kBlock) {
    const double width = SampleWidth(cells.mantissas(), has_missing);
    const uint64_t blocks = stats.rows / kBlock + 1;
    return static_cast<uint64_t>(width * stats.rows / 8) +
           blocks * static_cast<uint64_t>(1 + range_width / 8 * 2);
  }
  const Plan plan(cells.mantissas(), has_missing);
  if (!plan.fits) return std::nullopt;
  return plan.bytes();
}

ChunkPtr Compress(Analysis& cells) {
  const CellStats& stats = cells.stats();
  const std::span<const int64_t> mantissas = cells.mantissas();
  const Plan plan(mantissas, stats.missing > 0);
  Chunk* chunk = ChunkAccess::Make({.encoding = EncodingId::kDelta,
                                    .rows = stats.rows,
                                    .missing = stats.missing,
                                    .bias = plan.least_start,
                                    .scale = static_cast<uint8_t>(cells.scale()),
                                    .flags = stats.integral ? kFlagIntegral : uint8_t{0}},
                                   plan.bytes());
  std::byte* at = ChunkAccess::Payload(chunk);
  std::memcpy(at, &plan.least_difference, sizeof(plan.least_difference));
  at[8] = static_cast<std::byte>(plan.start_width);
  at[9] = static_cast<std::byte>(plan.difference_width);
  std::byte* starts = at + kFixed;
  std::byte* differences = starts + BitArrayBytes(plan.blocks.size(), plan.start_width);
  std::byte* widths = differences + BitArrayBytes(plan.blocks.size(), plan.difference_width);
  std::byte* codes = widths + plan.blocks.size();
  for (size_t b = 0; b < plan.blocks.size(); ++b) {
    const BlockStats& block = plan.blocks[b];
    WriteBits(starts, plan.start_width, b, Difference(block.start, plan.least_start));
    WriteBits(differences, plan.difference_width, b,
              Difference(block.least, plan.least_difference));
    widths[b] = static_cast<std::byte>(block.width);
    const size_t rows = std::min(kBlock, mantissas.size() - b * kBlock);
    auto sum = static_cast<uint64_t>(block.start);
    BitWriter writer(codes, block.width);
    for (size_t i = 0; i < rows; ++i) {
      const int64_t cell = mantissas[b * kBlock + i];
      if (cell == kMissingInt) {
        writer.Add((uint64_t{1} << block.width) - 1);
      } else {
        const uint64_t next = sum + static_cast<uint64_t>(block.least);
        writer.Add(static_cast<uint64_t>(cell) - next);
        sum = static_cast<uint64_t>(cell);
      }
    }
    writer.Finish();
    codes += kBlock / 8 * static_cast<size_t>(block.width);
  }
  return ChunkPtr(chunk);
}

// The parts of a chunk's payload.
struct View {
  explicit View(const Chunk& chunk)
      : least_start(static_cast<uint64_t>(ChunkAccess::Bias(chunk))),
        has_missing(chunk.missing() > 0) {
    const std::byte* payload = ChunkAccess::Payload(chunk);
    const size_t blocks = (chunk.rows() + kBlock - 1) / kBlock;
    std::memcpy(&least_difference, payload, sizeof(least_difference));
    start_width = static_cast<int>(payload[8]);
    difference_width = static_cast<int>(payload[9]);
    starts = payload + kFixed;
    differences = starts + BitArrayBytes(blocks, start_width);
    widths = differences + BitArrayBytes(blocks, difference_width);
    codes = widths + blocks;
  }

  int Width(size_t block) const { return static_cast<int>(widths[block]); }
  size_t CodeOffset(size_t block) const {
    size_t sum = 0;
    for (size_t b = 0; b < block; ++b) sum += static_cast<size_t>(widths[b]);
    return sum * (kBlock / 8);
  }
  // The first `count` cells of a block.
  void Block(size_t block, const std::byte* block_codes, size_t count, int64_t* out) const {
    const int width = Width(block);
    uint64_t sum = least_start + ReadBits(starts, start_width, block);
    const uint64_t least = least_difference + ReadBits(differences, difference_width, block);
    const uint64_t missing = (uint64_t{1} << width) - 1;
    if (width == 0 && !has_missing) {
      for (size_t i = 0; i < count; ++i) out[i] = static_cast<int64_t>(sum + least * (i + 1));
      return;
    }
    if (!has_missing) {
      const auto step = static_cast<uint64_t>(width);
      for (size_t i = 0, bit = 0; i < count; ++i, bit += step) {
        uint64_t word;
        std::memcpy(&word, block_codes + bit / 8, sizeof(word));
        sum += least + ((word >> (bit % 8)) & missing);
        out[i] = static_cast<int64_t>(sum);
      }
      return;
    }
    for (size_t i = 0; i < count; ++i) {
      const uint64_t code = ReadBits(block_codes, width, i);
      if (code == missing) {
        out[i] = kMissingInt;
      } else {
        sum += least + code;
        out[i] = static_cast<int64_t>(sum);
      }
    }
  }

  uint64_t least_start;
  bool has_missing;
  uint64_t least_difference = 0;
  int start_width = 0;
  int difference_width = 0;
  const std::byte* starts = nullptr;
  const std::byte* differences = nullptr;
  const std::byte* widths = nullptr;
  const std::byte* codes = nullptr;
};

template <class T>
void Convert(std::span<const int64_t> cells, int scale, bool has_missing, T* out) {
  if constexpr (std::is_same_v<T, int64_t>) {
    std::copy(cells.begin(), cells.end(), out);
  } else if (scale == 0 && !has_missing) {
    for (size_t i = 0; i < cells.size(); ++i) {
      out[i] = static_cast<T>(static_cast<double>(cells[i]));
    }
  } else {
    for (size_t i = 0; i < cells.size(); ++i) {
      const bool missing = has_missing && cells[i] == kMissingInt;
      out[i] = static_cast<T>(missing ? kMissingReal : DecimalValue(cells[i], scale));
    }
  }
}

template <class T>
void Decode(const Chunk& chunk, size_t begin, std::span<T> out) {
  if (out.empty()) return;
  const View view(chunk);
  const int scale = ChunkAccess::Scale(chunk);
  size_t block = begin / kBlock;
  size_t skip = begin % kBlock;
  const std::byte* codes = view.codes + view.CodeOffset(block);
  int64_t cells[kBlock];
  for (size_t done = 0; done < out.size(); ++block, skip = 0) {
    const size_t take = std::min(out.size() - done, kBlock - skip);
    view.Block(block, codes, skip + take, cells);
    Convert(std::span<const int64_t>(cells + skip, take), scale, view.has_missing,
            out.data() + done);
    codes += kBlock / 8 * static_cast<size_t>(view.Width(block));
    done += take;
  }
}

}  // namespace

const Encoding kDeltaEncoding = {.id = EncodingId::kDelta,
                                 .name = "delta",
                                 .may_pay = MayPay,
                                 .estimate = Estimate,
                                 .compress = Compress,
                                 .weight = kWeight,
                                 .decode_doubles = Decode<double>,
                                 .decode_floats = Decode<float>,
                                 .decode_ints = Decode<int64_t>};

}  // namespace thalweg::internal
