// Matrix products, in one thread: who calls cuts the work into tiles and spreads them.
//
// For T = float and double. Rows of C, and of B in the first two, are padded to whole vectors
// (kVectorBytes) that may be read and written; padding that is zero in B is zero in C afterwards.
// A view of some columns must therefore begin and end at whole vectors, or end with its row.
// C overlaps neither A nor B. The order of the sums of an element depends on the shapes and the
// instruction set only; in Gemm and GemmTransposedA not even on the number of rows of C: a row
// comes out the same whether it is computed alone or among others.
#pragma once

#include "kernels/matrix.h"

namespace thalweg {

enum class GemmMode {
  kReplace,     // C = product
  kAccumulate,  // C += product
};

// C (m x n) = A (m x k) B (k x n)
template <class T>
void Gemm(ConstMatrixView<T> a, ConstMatrixView<T> b, MatrixView<T> c, GemmMode mode);
// C (m x n) = A' B; A is k x m, B is k x n
template <class T>
void GemmTransposedA(ConstMatrixView<T> a, ConstMatrixView<T> b, MatrixView<T> c, GemmMode mode);
// C (m x n) = A B'; A is m x k, B is n x k. Only elements, not padding, of A and B are read.
template <class T>
void GemmTransposedB(ConstMatrixView<T> a, ConstMatrixView<T> b, MatrixView<T> c, GemmMode mode);

}  // namespace thalweg
