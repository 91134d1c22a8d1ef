#include "kernels/gemm.h"

#include <immintrin.h>

#include "kernels/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm.cc"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#ifndef THALWEG_KERNELS_GEMM_FACTORS
#define THALWEG_KERNELS_GEMM_FACTORS
namespace thalweg::internal {
// Terms per packed panel: 48 floats x 1024 take 192 KB of the second-level cache.
inline constexpr size_t kPackedTerms = 1024;
inline constexpr size_t kPackedBytes = 3 * kVectorBytes;  // of a row of a panel
// One row is fetched ahead per so many terms.
inline constexpr size_t kTermsPerFetch = 4;

// One form for all three products: strides say what is transposed.
template <class T>
struct Factors {
  const T* a;
  size_t a_row;  // distance of rows of C in A
  size_t a_k;    // distance of terms in A
  const T* b;
  size_t b_stride;
  T* c;
  size_t c_stride;
  size_t terms;
  bool accumulate;
  // Of the shape of C: what comes next there; fetched into the cache during the product.
  Upcoming<T> upcoming = {};
};

// Rows of as many cache lines as a panel is wide, to be fetched one by one in the time of other
// work: row i lies at rows[i % 3] + i / 3 * stride.
template <class T>
class Ahead {
 public:
  Ahead() = default;
  Ahead(const T* first, const T* second, const T* third, size_t stride, size_t rows)
      : rows_{first, second, third}, stride_(stride), left_(rows) {}

  HWY_INLINE void FetchRow() {
    if (left_ == 0) return;
    --left_;
    const T* row = rows_[turn_];
    if (row != nullptr) {
      for (size_t j = 0; j < kPackedBytes; j += kVectorBytes) {
        _mm_prefetch(reinterpret_cast<const char*>(row) + j, _MM_HINT_T0);
      }
      rows_[turn_] = row + stride_;
    }
    turn_ = turn_ == 2 ? 0 : turn_ + 1;
  }

 private:
  const T* rows_[3] = {};
  size_t stride_ = 0;
  size_t left_ = 0;
  size_t turn_ = 0;
};

}  // namespace thalweg::internal
#endif

HWY_BEFORE_NAMESPACE();
namespace thalweg::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Row tiles keep kRows x kColumns vectors of C in registers (of 32 with AVX-512, else 16).
#if HWY_TARGET == HWY_AVX3
constexpr size_t kDotRows = 4;
#else
constexpr size_t kDotRows = 2;
#endif
constexpr size_t kDotColumns = 4;

template <size_t kRows, size_t kColumns, class T>
HWY_INLINE void Tile(const Factors<T>& f, size_t row, size_t column, Ahead<T>& ahead) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  hn::Vec<decltype(d)> sum[kRows][kColumns];
  T* HWY_RESTRICT c = f.c + row * f.c_stride + column;
  for (size_t i = 0; i < kRows; ++i) {
    for (size_t j = 0; j < kColumns; ++j) {
      sum[i][j] = f.accumulate ? hn::Load(d, c + i * f.c_stride + j * lanes) : hn::Zero(d);
    }
  }
  const T* HWY_RESTRICT a = f.a + row * f.a_row;
  const T* HWY_RESTRICT b = f.b + column;
  const auto add_term = [&]() HWY_ATTR {
    hn::Vec<decltype(d)> b_vector[kColumns];
    for (size_t j = 0; j < kColumns; ++j) b_vector[j] = hn::Load(d, b + j * lanes);
    for (size_t i = 0; i < kRows; ++i) {
      const auto a_value = hn::Set(d, a[i * f.a_row]);
      for (size_t j = 0; j < kColumns; ++j) {
        sum[i][j] = hn::MulAdd(a_value, b_vector[j], sum[i][j]);
      }
    }
    a += f.a_k;
    b += f.b_stride;
  };
  size_t k = 0;
  for (; k + kTermsPerFetch <= f.terms; k += kTermsPerFetch) {
    ahead.FetchRow();
    for (size_t i = 0; i < kTermsPerFetch; ++i) add_term();
  }
  for (; k < f.terms; ++k) add_term();
  for (size_t i = 0; i < kRows; ++i) {
    for (size_t j = 0; j < kColumns; ++j) hn::Store(sum[i][j], d, c + i * f.c_stride + j * lanes);
  }
}

// All columns of kRows rows: full tiles, then the rest.
template <size_t kRows, size_t kColumns, class T>
HWY_INLINE size_t TileColumns(const Factors<T>& f, size_t row, size_t column, size_t end,
                              Ahead<T>& ahead) {
  const size_t lanes = hn::Lanes(hn::ScalableTag<T>());
  for (; column + kColumns * lanes <= end; column += kColumns * lanes) {
    if (kColumns == 3 && f.upcoming.stride > 0) {
      const auto at = [&](const T* base) HWY_ATTR {
        return base == nullptr ? base : base + row * f.upcoming.stride + column;
      };
      ahead = Ahead<T>(at(f.upcoming.rows[0]), at(f.upcoming.rows[1]), at(f.upcoming.rows[2]),
                       f.upcoming.stride, 3 * kRows);
    }
    Tile<kRows, kColumns>(f, row, column, ahead);
  }
  return column;
}

template <class T>
void Product(const Factors<T>& f, size_t rows, size_t columns, Ahead<T>& ahead) {
  size_t row = 0;
#if HWY_TARGET == HWY_AVX3
  for (; row + 8 <= rows; row += 8) {
    size_t column = TileColumns<8, 3>(f, row, 0, columns, ahead);
    column = TileColumns<8, 2>(f, row, column, columns, ahead);
    TileColumns<8, 1>(f, row, column, columns, ahead);
  }
#endif
  for (; row + 4 <= rows; row += 4) {
#if HWY_TARGET == HWY_AVX3
    size_t column = TileColumns<4, 6>(f, row, 0, columns, ahead);
    column = TileColumns<4, 2>(f, row, column, columns, ahead);
#else
    size_t column = TileColumns<4, 3>(f, row, 0, columns, ahead);
    column = TileColumns<4, 2>(f, row, column, columns, ahead);
#endif
    TileColumns<4, 1>(f, row, column, columns, ahead);
  }
  for (; row < rows; ++row) {
    size_t column = TileColumns<1, 8>(f, row, 0, columns, ahead);
    column = TileColumns<1, 4>(f, row, column, columns, ahead);
    TileColumns<1, 1>(f, row, column, columns, ahead);
  }
}

// The sums over the lanes of 4 vectors of floats, side by side.
#if HWY_TARGET != HWY_SCALAR
template <class D>
HWY_INLINE hn::Vec<hn::FixedTag<float, 4>> AddBlocks(D d, hn::Vec<D> v) {
  if constexpr (hn::MaxLanes(d) > 4) {
    const hn::Half<D> half;
    return AddBlocks(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  } else {
    return v;
  }
}

template <class D>
HWY_INLINE hn::Vec<hn::FixedTag<float, 4>> FourSums(D d, const hn::Vec<D>* v) {
  const hn::Repartition<double, D> pairs;
  const auto s01 = hn::BitCast(
      pairs, hn::Add(hn::InterleaveLower(d, v[0], v[1]), hn::InterleaveUpper(d, v[0], v[1])));
  const auto s23 = hn::BitCast(
      pairs, hn::Add(hn::InterleaveLower(d, v[2], v[3]), hn::InterleaveUpper(d, v[2], v[3])));
  return AddBlocks(d, hn::Add(hn::BitCast(d, hn::InterleaveLower(pairs, s01, s23)),
                              hn::BitCast(d, hn::InterleaveUpper(pairs, s01, s23))));
}
#endif

template <size_t kRows, size_t kColumns, class T>
HWY_INLINE void DotTile(const Factors<T>& f, size_t row, size_t column) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  const T* HWY_RESTRICT a = f.a + row * f.a_row;
  const T* HWY_RESTRICT b = f.b + column * f.b_stride;
  hn::Vec<decltype(d)> sum[kRows][kColumns];
  for (auto& sum_row : sum) {
    for (auto& s : sum_row) s = hn::Zero(d);
  }
  size_t k = 0;
  for (; k + lanes <= f.terms; k += lanes) {
    hn::Vec<decltype(d)> b_vector[kColumns];
    for (size_t j = 0; j < kColumns; ++j) b_vector[j] = hn::Load(d, b + j * f.b_stride + k);
    for (size_t i = 0; i < kRows; ++i) {
      const auto a_vector = hn::Load(d, a + i * f.a_row + k);
      for (size_t j = 0; j < kColumns; ++j) {
        sum[i][j] = hn::MulAdd(a_vector, b_vector[j], sum[i][j]);
      }
    }
  }
  if (k < f.terms) {
    const auto mask = hn::FirstN(d, f.terms - k);
    for (size_t i = 0; i < kRows; ++i) {
      const auto a_vector = hn::MaskedLoad(mask, d, a + i * f.a_row + k);
      for (size_t j = 0; j < kColumns; ++j) {
        const auto b_vector = hn::MaskedLoad(mask, d, b + j * f.b_stride + k);
        sum[i][j] = hn::MulAdd(a_vector, b_vector, sum[i][j]);
      }
    }
  }
  for (size_t i = 0; i < kRows; ++i) {
    T* c = f.c + (row + i) * f.c_stride + column;
#if HWY_TARGET != HWY_SCALAR
    if constexpr (kColumns == 4 && sizeof(T) == sizeof(float)) {
      const hn::FixedTag<float, 4> d4;
      const auto sums = FourSums(d, sum[i]);
      hn::Store(f.accumulate ? hn::Add(hn::Load(d4, c), sums) : sums, d4, c);
      continue;
    }
#endif
    for (size_t j = 0; j < kColumns; ++j) {
      const T value = hn::GetLane(hn::SumOfLanes(d, sum[i][j]));
      c[j] = f.accumulate ? c[j] + value : value;
    }
  }
}

template <size_t kRows, class T>
HWY_INLINE void DotColumns(const Factors<T>& f, size_t row, size_t columns) {
  size_t column = 0;
  for (; column + kDotColumns <= columns; column += kDotColumns) {
    DotTile<kRows, kDotColumns>(f, row, column);
  }
  for (; column < columns; ++column) DotTile<kRows, 1>(f, row, column);
}

template <class T>
void DotProduct(const Factors<T>& f, size_t rows, size_t columns) {
  size_t row = 0;
  for (; row + kDotRows <= rows; row += kDotRows) DotColumns<kDotRows>(f, row, columns);
  for (; row < rows; ++row) DotColumns<1>(f, row, columns);
}

// Panels of B as wide as one tile, contiguous: rows of a large B lie in different pages, which the
// hardware does not prefetch.
constexpr size_t kPanelVectors = 3;

template <class T>
void PackPanel(const Factors<T>& f, size_t first_term, size_t terms, size_t column, size_t width,
               T* HWY_RESTRICT out) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  constexpr size_t kAhead = 16;
  const T* HWY_RESTRICT b = f.b + first_term * f.b_stride + column;
  for (size_t k = 0; k < terms; ++k) {
    for (size_t j = 0; j < width; j += kVectorBytes / sizeof(T)) {
      _mm_prefetch(reinterpret_cast<const char*>(b + kAhead * f.b_stride + j), _MM_HINT_T0);
    }
    for (size_t j = 0; j < width; j += lanes) hn::Store(hn::Load(d, b + j), d, out + j);
    b += f.b_stride;
    out += width;
  }
}

#if HWY_TARGET != HWY_SCALAR
using Four = hn::FixedTag<float, 4>;

// 4 x 4 floats, rows `stride` apart, as columns.
HWY_INLINE void TransposeFour(const float* HWY_RESTRICT from, size_t stride, hn::Vec<Four>* out) {
  const Four d;
  const hn::Repartition<uint64_t, Four> pairs;
  const auto v0 = hn::LoadU(d, from);
  const auto v1 = hn::LoadU(d, from + stride);
  const auto v2 = hn::LoadU(d, from + 2 * stride);
  const auto v3 = hn::LoadU(d, from + 3 * stride);
  const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(d, v0, v1));
  const auto low23 = hn::BitCast(pairs, hn::InterleaveLower(d, v2, v3));
  const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(d, v0, v1));
  const auto high23 = hn::BitCast(pairs, hn::InterleaveUpper(d, v2, v3));
  out[0] = hn::BitCast(d, hn::InterleaveLower(pairs, low01, low23));
  out[1] = hn::BitCast(d, hn::InterleaveUpper(pairs, low01, low23));
  out[2] = hn::BitCast(d, hn::InterleaveLower(pairs, high01, high23));
  out[3] = hn::BitCast(d, hn::InterleaveUpper(pairs, high01, high23));
}

// Column i of D's lanes / 4 blocks, side by side.
template <class D>
HWY_INLINE hn::Vec<D> JoinColumn(D d, const hn::Vec<Four> (*blocks)[4], size_t i) {
  if constexpr (hn::MaxLanes(d) == 4) {
    return blocks[0][i];
  } else {
    const hn::Half<D> half;
    return hn::Combine(d, JoinColumn(half, blocks + hn::MaxLanes(d) / 8, i),
                       JoinColumn(half, blocks, i));
  }
}

// Columns 0 … lanes-1 of a panel out of as many rows; returns the number of terms done.
HWY_INLINE size_t TransposeRows(const float* HWY_RESTRICT from, size_t stride, size_t terms,
                                size_t width, float* HWY_RESTRICT out) {
  const hn::ScalableTag<float> d;
  constexpr size_t kBlocks = hn::MaxLanes(d) / 4;
  size_t k = 0;
  for (; k + 4 <= terms; k += 4) {
    hn::Vec<Four> blocks[kBlocks][4];
    for (size_t g = 0; g < kBlocks; ++g) {
      TransposeFour(from + 4 * g * stride + k, stride, blocks[g]);
    }
    for (size_t i = 0; i < 4; ++i) {
      hn::Store(JoinColumn(d, blocks, i), d, out + (k + i) * width);
    }
  }
  return k;
}
#endif

// The same out of B', whose rows are the columns of the panel.
template <class T>
void PackTransposed(const Factors<T>& f, size_t first_term, size_t terms, size_t column,
                    size_t width, size_t columns, T* HWY_RESTRICT out) {
  const T* HWY_RESTRICT b = f.b + column * f.b_stride + first_term;
  const size_t used = column < columns ? HWY_MIN(width, columns - column) : 0;
  size_t j = 0;
#if HWY_TARGET != HWY_SCALAR
  if constexpr (sizeof(T) == sizeof(float)) {
    const size_t lanes = hn::Lanes(hn::ScalableTag<T>());
    for (; j + lanes <= used; j += lanes) {
      const T* rows = b + j * f.b_stride;
      for (size_t k = TransposeRows(rows, f.b_stride, terms, width, out + j); k < terms; ++k) {
        for (size_t i = 0; i < lanes; ++i) out[k * width + j + i] = rows[i * f.b_stride + k];
      }
    }
  }
#endif
  for (; j < used; ++j) {
    for (size_t k = 0; k < terms; ++k) out[k * width + j] = b[j * f.b_stride + k];
  }
  for (; j < width; ++j) {
    for (size_t k = 0; k < terms; ++k) out[k * width + j] = 0;
  }
}

// All panels of B, one after the other.
template <class T>
void PackPanels(const Factors<T>& f, size_t columns, T* out) {
  const size_t panel = kPanelVectors * hn::Lanes(hn::ScalableTag<T>());
  for (size_t column = 0; column < columns; column += panel) {
    const size_t width = HWY_MIN(panel, columns - column);
    PackPanel(f, 0, f.terms, column, width, out);
    out += f.terms * width;
  }
}

// C = A B with B as PackPanels leaves it.
template <class T>
void PanelProduct(const Factors<T>& f, size_t rows, size_t columns) {
  const size_t panel = kPanelVectors * hn::Lanes(hn::ScalableTag<T>());
  Factors<T> part = f;
  for (size_t column = 0; column < columns; column += panel) {
    const size_t width = HWY_MIN(panel, columns - column);
    part.b_stride = width;
    Ahead<T> none;
    Product(part, rows, width, none);
    part.b += f.terms * width;
    part.c += width;
    for (const T*& row : part.upcoming.rows) row = row == nullptr ? row : row + width;
  }
}

// For large B and many rows. `pack` has room for kPackedTerms rows of a panel.
template <class T>
void PackedProduct(const Factors<T>& f, size_t rows, size_t columns, bool transposed, T* pack) {
  const size_t panel = kPanelVectors * hn::Lanes(hn::ScalableTag<T>());
  const size_t padded = PaddedCount<T>(columns);
  for (size_t column = 0; column < padded; column += panel) {
    const size_t width = HWY_MIN(panel, padded - column);
    for (size_t k = 0; k < f.terms; k += kPackedTerms) {
      const size_t terms = HWY_MIN(kPackedTerms, f.terms - k);
      Ahead<T> ahead;
      if (transposed) {
        PackTransposed(f, k, terms, column, width, columns, pack);
      } else {
        PackPanel(f, k, terms, column, width, pack);
        // Also past the end of C: who calls goes on there as a rule.
        const T* next = f.b + k * f.b_stride + column + panel;
        ahead = Ahead<T>(next, next + f.b_stride, next + 2 * f.b_stride, 3 * f.b_stride, terms);
      }
      Product(Factors<T>{f.a + k * f.a_k, f.a_row, f.a_k, pack, width, f.c + column, f.c_stride,
                         terms, f.accumulate || k > 0},
              rows, width, ahead);
    }
  }
}

template <class T>
void PlainProduct(const Factors<T>& f, size_t rows, size_t columns) {
  Ahead<T> none;
  Product(f, rows, columns, none);
}
void ProductFloat(const Factors<float>& f, size_t m, size_t n) { PlainProduct(f, m, n); }
void ProductDouble(const Factors<double>& f, size_t m, size_t n) { PlainProduct(f, m, n); }
void PackPanelsFloat(const Factors<float>& f, size_t n, float* out) { PackPanels(f, n, out); }
void PackPanelsDouble(const Factors<double>& f, size_t n, double* out) { PackPanels(f, n, out); }
void PanelProductFloat(const Factors<float>& f, size_t m, size_t n) { PanelProduct(f, m, n); }
void PanelProductDouble(const Factors<double>& f, size_t m, size_t n) { PanelProduct(f, m, n); }
void DotProductFloat(const Factors<float>& f, size_t m, size_t n) { DotProduct(f, m, n); }
void DotProductDouble(const Factors<double>& f, size_t m, size_t n) { DotProduct(f, m, n); }
void PackedFloat(const Factors<float>& f, size_t m, size_t n, bool transposed, float* pack) {
  PackedProduct(f, m, n, transposed, pack);
}
void PackedDouble(const Factors<double>& f, size_t m, size_t n, bool transposed, double* pack) {
  PackedProduct(f, m, n, transposed, pack);
}

}  // namespace thalweg::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace thalweg {
namespace internal {
HWY_EXPORT(ProductFloat);
HWY_EXPORT(ProductDouble);
HWY_EXPORT(PackPanelsFloat);
HWY_EXPORT(PackPanelsDouble);
HWY_EXPORT(PanelProductFloat);
HWY_EXPORT(PanelProductDouble);
HWY_EXPORT(DotProductFloat);
HWY_EXPORT(DotProductDouble);
HWY_EXPORT(PackedFloat);
HWY_EXPORT(PackedDouble);

namespace {

// From here on packing pays (docs/decisions/0003): many rows, and a B that leaves the first cache
// levels. Both depend on shapes only: of all of B, of which C may be some columns.
constexpr size_t kPackRows = 16;
constexpr size_t kPackBytes = size_t{1} << 20;
// Transposing a panel costs more than copying it.
constexpr size_t kTransposeRows = 32;
// So few products do not pay for the sum over lanes that each dot product ends with.
constexpr size_t kFewTerms = 32;

template <class T>
T* PackBuffer() {
  thread_local Matrix<T> buffer(1, kPackedTerms * kPackedBytes / sizeof(T));
  return buffer.data();
}

void RunProduct(const Factors<float>& f, size_t m, size_t n) {
  HWY_DYNAMIC_DISPATCH(ProductFloat)(f, m, n);
}
void RunProduct(const Factors<double>& f, size_t m, size_t n) {
  HWY_DYNAMIC_DISPATCH(ProductDouble)(f, m, n);
}
void RunPackPanels(const Factors<float>& f, size_t n, float* out) {
  HWY_DYNAMIC_DISPATCH(PackPanelsFloat)(f, n, out);
}
void RunPackPanels(const Factors<double>& f, size_t n, double* out) {
  HWY_DYNAMIC_DISPATCH(PackPanelsDouble)(f, n, out);
}
void RunPanelProduct(const Factors<float>& f, size_t m, size_t n) {
  HWY_DYNAMIC_DISPATCH(PanelProductFloat)(f, m, n);
}
void RunPanelProduct(const Factors<double>& f, size_t m, size_t n) {
  HWY_DYNAMIC_DISPATCH(PanelProductDouble)(f, m, n);
}
void RunDotProduct(const Factors<float>& f, size_t m, size_t n) {
  HWY_DYNAMIC_DISPATCH(DotProductFloat)(f, m, n);
}
void RunDotProduct(const Factors<double>& f, size_t m, size_t n) {
  HWY_DYNAMIC_DISPATCH(DotProductDouble)(f, m, n);
}
void RunPacked(const Factors<float>& f, size_t m, size_t n, bool transposed) {
  HWY_DYNAMIC_DISPATCH(PackedFloat)(f, m, n, transposed, PackBuffer<float>());
}
void RunPacked(const Factors<double>& f, size_t m, size_t n, bool transposed) {
  HWY_DYNAMIC_DISPATCH(PackedDouble)(f, m, n, transposed, PackBuffer<double>());
}

template <class T>
bool PackingPays(const Factors<T>& f, size_t m) {
  return m >= kPackRows && f.terms * f.b_stride * sizeof(T) >= kPackBytes;
}

}  // namespace
}  // namespace internal

template <class T>
void Gemm(ConstMatrixView<T> a, ConstMatrixView<T> b, MatrixView<T> c, GemmMode mode) {
  const internal::Factors<T> factors = {a.data,   a.stride,  1,
                                        b.data,   b.stride,  c.data,
                                        c.stride, a.columns, mode == GemmMode::kAccumulate};
  if (internal::PackingPays(factors, c.rows)) {
    internal::RunPacked(factors, c.rows, c.columns, false);
  } else {
    internal::RunProduct(factors, c.rows, PaddedCount<T>(c.columns));
  }
}

template <class T>
void GemmTransposedA(ConstMatrixView<T> a, ConstMatrixView<T> b, MatrixView<T> c, GemmMode mode,
                     const Upcoming<T>& upcoming) {
  internal::RunProduct({a.data, 1, a.stride, b.data, b.stride, c.data, c.stride, a.rows,
                        mode == GemmMode::kAccumulate, upcoming},
                       c.rows, PaddedCount<T>(c.columns));
}

template <class T>
void PackedFactor<T>::Pack(ConstMatrixView<T> b) {
  rows_ = b.rows;
  columns_ = b.columns;
  const size_t count = b.rows * PaddedCount<T>(b.columns);
  if (panels_.columns() < count) panels_ = Matrix<T>(1, count);
  internal::Factors<T> factors = {};
  factors.b = b.data;
  factors.b_stride = b.stride;
  factors.terms = b.rows;
  internal::RunPackPanels(factors, PaddedCount<T>(b.columns), panels_.data());
}

template <class T>
void GemmTransposedA(ConstMatrixView<T> a, const PackedFactor<T>& b, MatrixView<T> c, GemmMode mode,
                     const Upcoming<T>& upcoming) {
  internal::RunPanelProduct({a.data, 1, a.stride, b.panels(), 0, c.data, c.stride, a.rows,
                             mode == GemmMode::kAccumulate, upcoming},
                            c.rows, PaddedCount<T>(c.columns));
}

template <class T>
void GemmTransposedB(ConstMatrixView<T> a, ConstMatrixView<T> b, MatrixView<T> c, GemmMode mode) {
  const internal::Factors<T> factors = {a.data,   a.stride,  1,
                                        b.data,   b.stride,  c.data,
                                        c.stride, a.columns, mode == GemmMode::kAccumulate};
  if (c.rows >= internal::kTransposeRows || a.columns <= internal::kFewTerms) {
    internal::RunPacked(factors, c.rows, c.columns, true);
  } else {
    internal::RunDotProduct(factors, c.rows, c.columns);
  }
}

#define THALWEG_INSTANTIATE(T)                                                                   \
  template class PackedFactor<T>;                                                                \
  template void GemmTransposedA(ConstMatrixView<T>, const PackedFactor<T>&, MatrixView<T>,       \
                                GemmMode, const Upcoming<T>&);                                   \
  template void Gemm(ConstMatrixView<T>, ConstMatrixView<T>, MatrixView<T>, GemmMode);           \
  template void GemmTransposedA(ConstMatrixView<T>, ConstMatrixView<T>, MatrixView<T>, GemmMode, \
                                const Upcoming<T>&);                                             \
  template void GemmTransposedB(ConstMatrixView<T>, ConstMatrixView<T>, MatrixView<T>, GemmMode)
THALWEG_INSTANTIATE(float);
THALWEG_INSTANTIATE(double);
#undef THALWEG_INSTANTIATE

}  // namespace thalweg
#endif
