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

// Memory of the shape of C that is needed next, such as the weights that a gradient C changes: it
// comes into the cache while the product is computed. Null where there is less.
template <class T>
struct Upcoming {
  const T* rows[3] = {};  // of element (0, 0)
  size_t stride = 0;
};

// C (m x n) = A (m x k) B (k x n)
template <class T>
void Gemm(ConstMatrixView<T> a, ConstMatrixView<T> b, MatrixView<T> c, GemmMode mode);
// C (m x n) = A' B; A is k x m, B is k x n
template <class T>
void GemmTransposedA(ConstMatrixView<T> a, ConstMatrixView<T> b, MatrixView<T> c, GemmMode mode,
                     const Upcoming<T>& upcoming = {});
// A copy of B that later products with it read in one stream; pays where B is used many times, or
// its rows lie in many pages.
template <class T>
class PackedFactor {
 public:
  void Pack(ConstMatrixView<T> b);
  size_t rows() const { return rows_; }
  size_t columns() const { return columns_; }
  const T* panels() const { return panels_.data(); }

 private:
  Matrix<T> panels_;
  size_t rows_ = 0;
  size_t columns_ = 0;
};
// The same product, bit for bit.
template <class T>
void GemmTransposedA(ConstMatrixView<T> a, const PackedFactor<T>& b, MatrixView<T> c, GemmMode mode,
                     const Upcoming<T>& upcoming = {});
// C (m x n) = A B'; A is m x k, B is n x k. Only elements, not padding, of A and B are read.
template <class T>
void GemmTransposedB(ConstMatrixView<T> a, ConstMatrixView<T> b, MatrixView<T> c, GemmMode mode);

}  // namespace thalweg
