// Delta chunks: blocks of 128 cells, each a start and bit-packed differences of neighbours less
// the block's smallest one (frame of reference); for ids and times that rise by little.
//
// bias: the least start of all blocks. scale: that of the mantissas. Payload: the least difference
// of the chunk (int64); a word {byte 0: bits of a start, byte 1: bits of a smallest difference};
// bit arrays of the starts and of the smallest differences, both less the chunk's least; a byte per
// block, the bits of its codes; the codes, 16 * bits bytes per block. The start of a block is such
// that its first present cell has code 0. Missing cells have all ones, wherever the chunk has any,
// and do not move the sum. All sums are modulo 2^64.
#pragma once

#include "frame/encodings/encodings.h"

namespace thalweg::internal {

extern const Encoding kDeltaEncoding;

}  // namespace thalweg::internal
