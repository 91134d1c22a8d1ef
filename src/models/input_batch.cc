#include "models/input_batch.h"

#include <algorithm>

#include "kernels/gemm.h"
#include "kernels/vectors.h"

namespace thalweg {

template <class T>
void MultiplyInput(const InputBatch<T>& batch, size_t begin, size_t end, ConstMatrixView<T> weights,
                   ConstMatrixView<T> biases, MatrixView<T> out) {
  for (size_t r = begin; r < end; ++r) {
    T* row = out.row(r - begin);
    std::copy_n(biases.data, PaddedCount<T>(out.columns), row);
    for (const InputEntry<T>& entry : batch.entries[r]) {
      AddScaled(entry.value, weights.row(entry.unit), row, out.columns);
    }
  }
  const InputShape& shape = batch.shape;
  if (shape.dense > 0) {
    Gemm<T>(batch.dense.Rows(begin, end), weights.Rows(shape.levels, shape.levels + shape.dense),
            out, GemmMode::kAccumulate);
  }
}

template void MultiplyInput(const InputBatch<float>&, size_t, size_t, ConstMatrixView<float>,
                            ConstMatrixView<float>, MatrixView<float>);
template void MultiplyInput(const InputBatch<double>&, size_t, size_t, ConstMatrixView<double>,
                            ConstMatrixView<double>, MatrixView<double>);

}  // namespace thalweg
