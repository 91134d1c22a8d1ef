// Instruction sets that the kernels are compiled for. Include before hwy/highway.h.
// Three are enough: SSE4 (the baseline, x86-64-v2), AVX2 with FMA, AVX-512; more only cost compile
// time. THALWEG_SCALAR_KERNELS (of kernels_scalar_test) compiles plain scalar code alone, to test
// that nothing depends on the number of lanes.
#pragma once

#define HWY_DISABLE_PCLMUL_AES
#ifdef THALWEG_SCALAR_KERNELS
#define HWY_COMPILE_ONLY_SCALAR
#else
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
#endif
