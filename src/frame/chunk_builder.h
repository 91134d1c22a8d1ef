// Turns cells into a compressed chunk: analyze (one pass that measures the cells), ask each
// encoding what it would take, compress with the smallest.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "frame/chunk.h"
#include "frame/types.h"

namespace thalweg {

struct EncodeOptions {
  // Use this encoding wherever it can hold the cells (tests); else the smallest is chosen.
  std::optional<EncodingId> force;
};

// At most 2^31 cells each; zero cells give a constant chunk of zero rows.
// Integer, categorical and time cells; kMissingInt where missing.
ChunkPtr EncodeIntegers(std::span<const int64_t> cells, const EncodeOptions& options = {});
// Real cells; any NaN is missing. Finds by itself whether the cells are short decimals.
ChunkPtr EncodeReals(std::span<const double> cells, const EncodeOptions& options = {});
// Real cells that are known to be mantissas[i] / 10^scale; kMissingInt where missing. Falls back to
// EncodeReals where a mantissa exceeds 2^53. The fast way for a parser.
ChunkPtr EncodeDecimals(std::span<const int64_t> mantissas, int scale,
                        const EncodeOptions& options = {});
// A chunk of `rows` cells that are zero but for those given: ascending rows, their values (NaN is
// missing). Costs O(number of entries), not O(rows), where a sparse encoding is chosen.
ChunkPtr EncodeSparse(uint32_t rows, std::span<const uint32_t> positions,
                      std::span<const double> values, const EncodeOptions& options = {});
// Null data pointer where missing (an empty string is not missing).
ChunkPtr EncodeStrings(std::span<const std::string_view> cells, const EncodeOptions& options = {});
ChunkPtr EncodeUuids(std::span<const Uuid> cells, const EncodeOptions& options = {});

// The same cells with each code c replaced by map[c] (missing stays): for joining categorical
// domains after a parallel parse.
ChunkPtr RemapCodes(const Chunk& chunk, std::span<const int64_t> map);

}  // namespace thalweg
