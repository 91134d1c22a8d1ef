// Activation functions and their derivatives over rows of values, for T = float and double.
// `count` is rounded up to whole vectors: rows are padded as those of Matrix are, and as every
// function maps 0 to 0, zero padding stays zero. In and out may be the same row.
#pragma once

#include <cstddef>

namespace thalweg {

// Tanh: highest error 5 ulp. ExpRectifier: x where x > 0, else e^x - 1 (ELU with alpha = 1, Clevert
// et al. 2016).
template <class T>
void Rectifier(const T* x, T* y, size_t count);
template <class T>
void Tanh(const T* x, T* y, size_t count);
template <class T>
void ExpRectifier(const T* x, T* y, size_t count);

// dx = dy * f'(x), where f' is had from y = f(x) alone.
template <class T>
void RectifierBackward(const T* y, const T* dy, T* dx, size_t count);
template <class T>
void TanhBackward(const T* y, const T* dy, T* dx, size_t count);
template <class T>
void ExpRectifierBackward(const T* y, const T* dy, T* dx, size_t count);

// Turns `count` scores into probabilities (exactly count: padding is left alone). Returns the
// logarithm of the sum of e^x, so that -log p[i] = result - x[i].
template <class T>
T Softmax(const T* x, T* p, size_t count);

}  // namespace thalweg
