// One kernel source for OpenCL C 1.2, for CUDA C++ (nvcc) and, in tests, for C++ on the CPU through a small shim.
//
// Rules for kernels: the names below instead of either language's own; sums in a fixed order; no atomics; no doubles; multiply and add are
// fused only where FMAF says so (contraction is off in every compiler), so that all devices round alike.
#ifndef UNMUTE_PORTABLE_H
#define UNMUTE_PORTABLE_H

#if defined(__OPENCL_VERSION__)
  #pragma OPENCL FP_CONTRACT OFF
  typedef long i64;
  typedef ulong u64;
  #define KERNEL __kernel
  #define TILE_KERNEL __kernel __attribute__((reqd_work_group_size(TILE_ITEMS, 1, 1)))
  #define WIDE_KERNEL __kernel __attribute__((reqd_work_group_size(WIDE_ITEMS, 1, 1)))
  #define GLOBAL __global
  #define LOCAL __local
  #define LOCAL_ARRAY(type, name, count) __local type name[count]
  #define FUNCTION static inline
  #define PARAMETER(type) const type
  #define RESTRICT restrict
  #define BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
  #define ITEM ((int)get_local_id(0))
  #define ITEMS ((int)get_local_size(0))
  #define GROUP ((i64)get_group_id(0))
  #define GROUPS ((i64)get_num_groups(0))
  #define AS_UINT(x) as_uint(x)
  #define AS_INT(x) as_int(x)
  #define AS_FLOAT(x) as_float(x)
  #define FMAF(a, b, c) fma(a, b, c)
  #define LOGF(x) log(x)
  #define LOG1PF(x) log1p(x)
  #define EXPM1F(x) expm1(x)
  #define SINF(x) sin(x)
  #define COSF(x) cos(x)
  #define SQRTF(x) sqrt(x)
  #define FABSF(x) fabs(x)
  #define RINTF(x) rint(x)
  #define FLOORF(x) floor(x)
#else
  typedef unsigned int uint;
  typedef unsigned short ushort;
  typedef long long i64;
  typedef unsigned long long u64;
  #define KERNEL extern "C" __global__
  #define TILE_KERNEL extern "C" __launch_bounds__(TILE_ITEMS, TILE_GROUPS) __global__
  #define WIDE_KERNEL extern "C" __launch_bounds__(WIDE_ITEMS, 2) __global__
  #define GLOBAL
  #define LOCAL
  #define LOCAL_ARRAY(type, name, count) __shared__ __align__(16) type name[count]
  #define FUNCTION static __device__ __forceinline__
  #define PARAMETER(type) const __grid_constant__ type
  #define RESTRICT __restrict__
  #define BARRIER() __syncthreads()
  #define ITEM ((int)threadIdx.x)
  #define ITEMS ((int)blockDim.x)
  #define GROUP ((i64)blockIdx.x)
  #define GROUPS ((i64)gridDim.x)
  #define AS_UINT(x) __float_as_uint(x)
  #define AS_INT(x) __float_as_int(x)
  #define AS_FLOAT(x) __uint_as_float((uint)(x))
  #define FMAF(a, b, c) fmaf(a, b, c)
  #define LOGF(x) logf(x)
  #define LOG1PF(x) log1pf(x)
  #define EXPM1F(x) expm1f(x)
  #define SINF(x) sinf(x)
  #define COSF(x) cosf(x)
  #define SQRTF(x) sqrtf(x)
  #define FABSF(x) fabsf(x)
  #define RINTF(x) rintf(x)
  #define FLOORF(x) floorf(x)
#endif

// TILE_KERNEL and WIDE_KERNEL are for kernels with groups of exactly TILE_ITEMS (tile.h) and WIDE_ITEMS (wide.h), which the compiler is told.
// TILE_GROUPS, or two, of them should fit a multiprocessor: two leave an item 128 registers, three 80.

// UNROLL is for short loops over registers, UNROLL_BY_2 for those that would then need too many, ROLLED for loops that would only get longer
// code from unrolling.
#if defined(UNMUTE_SHIM)
  #define UNROLL
  #define UNROLL_BY_2
  #define ROLLED
#else
  #define UNROLL _Pragma("unroll")
  #define UNROLL_BY_2 _Pragma("unroll 2")
  #define ROLLED _Pragma("unroll 1")
#endif

#define F_INFINITY AS_FLOAT(0x7f800000u)
#define F_NAN AS_FLOAT(0x7fc00000u)
#define IS_NAN(x) ((x) != (x))

// Index of this item in the launch, and the number of items.
#define GLOBAL_ITEM (GROUP * ITEMS + ITEM)
#define GLOBAL_ITEMS (GROUPS * ITEMS)

// A nested loop over up to five views of one shape; StridedLoop.java fills it. Axis 0 is the fastest. All members have 64 bits, so that no
// compiler inserts padding.
#define LOOP_AXES 8
#define LOOP_VIEWS 5
typedef struct {
    i64 count;                          // elements
    i64 axes;                           // axes in use, at least 1
    i64 size[LOOP_AXES];
    i64 offset[LOOP_VIEWS];             // first element of each view
    i64 stride[LOOP_VIEWS][LOOP_AXES];  // in elements; 0 broadcasts, negative runs backwards
} StridedLoop;

// Offsets of element `index` (row-major) in the first `views` views. Divides in 32 bits where the sizes allow it.
FUNCTION void positions(const StridedLoop* loop, i64 index, const int views, i64* at) {
    for (int v = 0; v < views; v++) {
        at[v] = loop->offset[v];
    }
    if (loop->axes == 1) {
        for (int v = 0; v < views; v++) {
            at[v] += index * loop->stride[v][0];
        }
    } else if (loop->count <= 0x7fffffffL) {
        uint rest = (uint)index;
        ROLLED for (int a = 0; a < (int)loop->axes; a++) {
            uint size = (uint)loop->size[a];
            uint next = rest / size;
            i64 i = rest - next * size;
            for (int v = 0; v < views; v++) {
                at[v] += i * loop->stride[v][a];
            }
            rest = next;
        }
    } else {
        ROLLED for (int a = 0; a < (int)loop->axes; a++) {
            i64 next = index / loop->size[a];
            i64 i = index - next * loop->size[a];
            for (int v = 0; v < views; v++) {
                at[v] += i * loop->stride[v][a];
            }
            index = next;
        }
    }
}

// Grid-stride loops: a launch may have fewer items than elements, and fewer groups than tasks.
#define EACH_ELEMENT(i, count) for (i64 i = GLOBAL_ITEM; i < (count); i += GLOBAL_ITEMS)
#define EACH_TASK(t, count) for (i64 t = GROUP; t < (count); t += GROUPS)

#endif
