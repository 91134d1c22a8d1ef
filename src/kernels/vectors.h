// Sums, products and copies over rows, for T = float and double. `count` is rounded up to whole
// vectors: rows are aligned and padded as those of Matrix are.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/matrix.h"

namespace thalweg {

// y += a * x
template <class T>
void AddScaled(T a, const T* x, T* y, size_t count);
// out = the sum of the rows of m, top to bottom.
template <class T>
void SumRows(ConstMatrixView<T> m, T* out);
// out += the squares of the elements of the rows of m, top to bottom.
template <class T>
void AddSquares(ConstMatrixView<T> m, T* out);
// y *= x, element by element
template <class T>
void MultiplyBy(const T* x, T* y, size_t count);

// Inputs of a net out of what is stored of a row: out = x * scale + shift. Where `missing` is not
// null, code kMissingByte means a missing cell, which becomes that. Only `out` and the factors need
// be aligned and padded; exactly `count` elements of x are read, and exactly `count` of out are
// written.
inline constexpr uint8_t kMissingByte = 255;
void Standardize(const uint8_t* x, const float* scale, const float* shift, const float* missing,
                 float* out, size_t count);

}  // namespace thalweg
