// Own row tiles against OpenBLAS, in one thread, for the shapes of training.
// Names: product / rows of the batch / inputs / outputs. The counter is GFLOPS.
#include <benchmark/benchmark.h>
#include <cblas.h>

#include "base/random.h"
#include "kernels/gemm.h"

namespace thalweg {
namespace {

enum class Product { kForward, kGradient, kBackward };

Matrix<float> RandomMatrix(size_t rows, size_t columns) {
  Matrix<float> m(rows, columns);
  Random random(1, {rows, columns});
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) m(r, c) = static_cast<float>(random.Uniform(-1, 1));
  }
  return m;
}

void BlasGemm(bool transpose_a, bool transpose_b, ConstMatrixView<float> a,
              ConstMatrixView<float> b, MatrixView<float> c) {
  scipy_openblas_set_num_threads(1);
  scipy_cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans,
                    transpose_b ? CblasTrans : CblasNoTrans, static_cast<int>(c.rows),
                    static_cast<int>(c.columns), static_cast<int>(transpose_a ? a.rows : a.columns),
                    1.0F, a.data, static_cast<int>(a.stride), b.data, static_cast<int>(b.stride),
                    0.0F, c.data, static_cast<int>(c.stride));
}

template <Product kProduct, bool kBlas>
void Run(benchmark::State& state) {
  const auto rows = static_cast<size_t>(state.range(0));
  const auto inputs = static_cast<size_t>(state.range(1));
  const auto outputs = static_cast<size_t>(state.range(2));
  Matrix<float> x = RandomMatrix(rows, inputs);
  Matrix<float> w = RandomMatrix(inputs, outputs);
  Matrix<float> y = RandomMatrix(rows, outputs);
  using View = ConstMatrixView<float>;
  for (auto _ : state) {
    if constexpr (kProduct == Product::kForward) {
      if constexpr (kBlas) {
        BlasGemm(false, false, x.view(), w.view(), y.view());
      } else {
        Gemm<float>(x.view(), w.view(), y.view(), GemmMode::kReplace);
      }
    } else if constexpr (kProduct == Product::kGradient) {
      // A tile at a time, as the trainer does.
      for (size_t i = 0; i < inputs; i += 64) {
        const size_t end = std::min(inputs, i + 64);
        const View part = {x.data() + i, rows, end - i, x.stride()};
        if constexpr (kBlas) {
          BlasGemm(true, false, part, y.view(), w.Rows(i, end));
        } else {
          GemmTransposedA<float>(part, y.view(), w.Rows(i, end), GemmMode::kReplace);
        }
      }
    } else {
      if constexpr (kBlas) {
        BlasGemm(false, true, y.view(), w.view(), x.view());
      } else {
        GemmTransposedB<float>(y.view(), w.view(), x.view(), GemmMode::kReplace);
      }
    }
    benchmark::ClobberMemory();
  }
  state.counters["GFLOPS"] = benchmark::Counter(2e-9 * static_cast<double>(rows * inputs * outputs),
                                                benchmark::Counter::kIsIterationInvariantRate);
}

void Shapes(benchmark::internal::Benchmark* bench) {
  bench->ArgsProduct({{1, 8, 16, 32, 64, 128}, {784}, {200}});
  bench->ArgsProduct({{1, 8, 16, 32, 64, 128}, {200}, {200}});
  bench->ArgsProduct({{1, 16, 32, 64, 128}, {1024}, {1024, 2048}});
  bench->MinTime(0.05);
}

BENCHMARK(Run<Product::kForward, false>)->Name("forward/own")->Apply(Shapes);
BENCHMARK(Run<Product::kForward, true>)->Name("forward/blas")->Apply(Shapes);
BENCHMARK(Run<Product::kGradient, false>)->Name("gradient/own")->Apply(Shapes);
BENCHMARK(Run<Product::kGradient, true>)->Name("gradient/blas")->Apply(Shapes);
BENCHMARK(Run<Product::kBackward, false>)->Name("backward/own")->Apply(Shapes);
BENCHMARK(Run<Product::kBackward, true>)->Name("backward/blas")->Apply(Shapes);

}  // namespace
}  // namespace thalweg
