// The instructions of mma.h on the CPU, by the layouts that the PTX ISA documents. The 32 items of a warp meet at each of them (but at copies):
// an item leaves its operands, the last to arrive computes for all, then each takes its results. It is an error if an item of the warp is
// at another instruction, at a barrier of the group, or has ended.
//
//   multiplications  operands keep just the bits that the hardware reads: of TF32 the upper 19. Products are exact. Sums are rounded, in
//                    ascending order of the inner axis, c first; or truncated, see shim_block.
//   load_matrix      an item's row is read when the item arrives, not when the last does: items that store to a row that another one reads
//                    need WARP_BARRIER() or BARRIER() between.
//   copies           the destination is garbage until the item that began the copy has waited for its group: a missing wait, a missing barrier
//                    and a buffer that is still read when the next copy to it begins give wrong numbers.
#pragma once

// How sums are made: 0 rounds each addition to nearest; 4, 8 or 16 adds that many products to c at once, as hardware may: all addends are
// aligned to the largest one's exponent e and truncated to multiples of 2^(e - 23), as the sum is to 24 bits. No bit more than float32 has is
// kept, and e is that of a product after normalization: the coarsest way, whatever else differs between generations of hardware.
static int shim_block = 0;

extern "C" void shim_set(int block, int garbage) {
    shim_block = block;
    shim_garbage = garbage;
}

template <class F>
static void shim_meet(const char* operation, F complete) {
    const unsigned lane = threadIdx.x % 32;
    ShimWarp& w = shim_warps[threadIdx.x / 32];
    if (!shim_running || threadIdx.x / 32 * 32 + 32 > blockDim.x) {
        shim_fail("%s needs a warp of 32 items", operation);
    }
    if (w.arrived != 0 && w.operation != operation && std::strcmp(w.operation, operation) != 0) {
        shim_fail("at %s, while others of its warp are at %s", operation, w.operation);
    }
    w.operation = operation;
    w.arrived |= 1u << lane;
    w.ready &= ~(1u << lane);
    if (w.arrived == ~0u) {
        complete(w);
        w.arrived = 0;
        w.ready = ~0u;
    }
    shim_leave(w);
}

// Rounds to 10 mantissa bits, ties away from 0.
static inline unsigned to_tf32(float x) {
    unsigned u = __float_as_uint(x);
    return (u & 0x7fffffffu) >= 0x7f800000u ? u : (u + 0x1000u) & 0xffffe000u;
}

// Rounds to 7 mantissa bits, ties to even.
static inline unsigned shim_to_bf16(float x) {
    unsigned u = __float_as_uint(x);
    return x != x ? 0x7fffu : (u + 0x7fffu + (u >> 16 & 1u)) >> 16;
}

static inline unsigned to_bf16_pair(float low, float high) {
    return shim_to_bf16(high) << 16 | shim_to_bf16(low);
}

// Rounds to 10 mantissa bits, ties to even; to infinity from 65520 on.
static inline unsigned shim_to_f16(float x) {
    unsigned u = __float_as_uint(x);
    unsigned sign = u >> 16 & 0x8000u;
    u &= 0x7fffffffu;
    if (u > 0x7f800000u) {
        return 0x7fffu;
    }
    if (u >= 0x477ff000u) {
        return sign | 0x7c00u;
    }
    if (u < 0x38800000u) {
        // Neighbours of 0.5 are as far apart as the subnormal numbers of half precision.
        return sign | (__float_as_uint(__uint_as_float(u) + 0.5f) - 0x3f000000u);
    }
    return sign | (u + 0xfffu + (u >> 13 & 1u) - 0x38000000u) >> 13;
}

static inline unsigned to_f16_pair(float low, float high) {
    return shim_to_f16(high) << 16 | shim_to_f16(low);
}

static inline float shim_from_bf16(unsigned h) {
    return __uint_as_float(h << 16);
}

static inline float shim_from_f16(unsigned h) {
    unsigned magnitude = (h & 0x7fffu) << 13;
    float f = magnitude >= 0x0f800000u ? __uint_as_float(magnitude | 0x7f800000u) : __uint_as_float(magnitude) * 0x1p112f;
    return __uint_as_float(__float_as_uint(f) | (h & 0x8000u) << 16);
}

typedef float ShimFloats __attribute__((vector_size(32)));
typedef double ShimDoubles __attribute__((vector_size(64)));
typedef int64_t ShimBits __attribute__((vector_size(64)));

static ShimBits shim_exponent(ShimDoubles x) {
    return (ShimBits)x >> 52 & 0x7ff;
}

// Towards 0, to a multiple of 2^(e - 23); `e` is biased.
static ShimDoubles shim_truncate(ShimDoubles x, ShimBits e) {
    ShimBits dropped = e - shim_exponent(x) + 29;
    ShimBits none = {};
    ShimBits mask = (none - 1) << (dropped > 52 ? none + 52 : dropped);
    return (ShimDoubles)(dropped > 52 ? none : (ShimBits)x & mask);
}

// c + a b of one row, truncated; e is not below that of float32's least normal number.
static ShimFloats shim_add_truncating(const float* a, const ShimFloats* b, const int depth, ShimFloats c) {
    for (int k = 0; k < depth; k += shim_block) {
        const int count = depth - k < shim_block ? depth - k : shim_block;
        ShimDoubles addends[17];
        addends[0] = __builtin_convertvector(c, ShimDoubles);
        ShimBits none = {};
        ShimBits e = none + (1023 - 126);
        for (int i = 0; i <= count; i++) {
            if (i > 0) {
                addends[i] = __builtin_convertvector(b[k + i - 1], ShimDoubles) * (double)a[k + i - 1];
            }
            ShimBits own = shim_exponent(addends[i]);
            e = own > e ? own : e;
        }
        ShimDoubles sum = shim_truncate(addends[0], e);
        for (int i = 1; i <= count; i++) {
            sum += shim_truncate(addends[i], e);
        }
        ShimBits exponent = shim_exponent(sum);
        c = __builtin_convertvector(shim_truncate(sum, exponent > e ? exponent : exponent < none + (1023 - 126) ? none + (1023 - 126) : exponent),
                ShimFloats);
    }
    return c;
}

static void shim_multiply_warp(ShimWarp& w, const int depth) {
    const ShimFloats* b = reinterpret_cast<const ShimFloats*>(w.b);
    ShimFloats* c = reinterpret_cast<ShimFloats*>(w.c);
    for (int row = 0; row < 16; row++) {
        ShimFloats sum = c[row];
        if (shim_block != 0) {
            sum = shim_add_truncating(w.a[row], b, depth, sum);
        } else {
            for (int k = 0; k < depth; k++) {
                sum += w.a[row][k] * b[k];
            }
        }
        c[row] = sum;
    }
}

static inline void shim_put_c(ShimWarp& w, const float c[4]) {
    const unsigned lane = threadIdx.x % 32;
    std::memcpy(&w.c[lane / 4][lane % 4 * 2], c, 8);
    std::memcpy(&w.c[lane / 4 + 8][lane % 4 * 2], c + 2, 8);
}

static inline void shim_take_c(const ShimWarp& w, float c[4]) {
    const unsigned lane = threadIdx.x % 32;
    std::memcpy(c, &w.c[lane / 4][lane % 4 * 2], 8);
    std::memcpy(c + 2, &w.c[lane / 4 + 8][lane % 4 * 2], 8);
}

// m16n8k8: register i of a has row g + 8 (i % 2), element t + 4 (i / 2); of b element t + 4 i, column g.
__attribute__((noinline)) static void multiply_tf32(float c[4], const unsigned a[4], const unsigned b[2]) {
    ShimWarp& w = shim_warps[threadIdx.x / 32];
    const unsigned g = threadIdx.x % 32 / 4;
    const unsigned t = threadIdx.x % 4;
    for (int i = 0; i < 4; i++) {
        w.a[g + i % 2 * 8][t + i / 2 * 4] = __uint_as_float(a[i] & 0xffffe000u);
    }
    for (int i = 0; i < 2; i++) {
        w.b[t + i * 4][g] = __uint_as_float(b[i] & 0xffffe000u);
    }
    shim_put_c(w, c);
    shim_meet("multiply_tf32", [](ShimWarp& warp) { shim_multiply_warp(warp, 8); });
    shim_take_c(w, c);
}

// m16n8k16: register i of a has row g + 8 (i % 2), elements 2 t + 8 (i / 2) and the next; of b elements 2 t + 8 i and the next, column g.
template <float (*FROM)(unsigned)>
static inline void shim_multiply_halves(const char* operation, float c[4], const unsigned a[4], const unsigned b[2]) {
    ShimWarp& w = shim_warps[threadIdx.x / 32];
    const unsigned g = threadIdx.x % 32 / 4;
    const unsigned t = threadIdx.x % 4;
    for (int i = 0; i < 4; i++) {
        float* to = &w.a[g + i % 2 * 8][2 * t + i / 2 * 8];
        to[0] = FROM(a[i] & 0xffffu);
        to[1] = FROM(a[i] >> 16);
    }
    for (int i = 0; i < 2; i++) {
        w.b[2 * t + i * 8][g] = FROM(b[i] & 0xffffu);
        w.b[2 * t + i * 8 + 1][g] = FROM(b[i] >> 16);
    }
    shim_put_c(w, c);
    shim_meet(operation, [](ShimWarp& warp) { shim_multiply_warp(warp, 16); });
    shim_take_c(w, c);
}

__attribute__((noinline)) static void multiply_bf16(float c[4], const unsigned a[4], const unsigned b[2]) {
    shim_multiply_halves<shim_from_bf16>("multiply_bf16", c, a, b);
}

__attribute__((noinline)) static void multiply_f16(float c[4], const unsigned a[4], const unsigned b[2]) {
    shim_multiply_halves<shim_from_f16>("multiply_f16", c, a, b);
}

// m16n8k32: register i of a has row g + 8 (i % 2), bytes 4 t + 16 (i / 2) and the next three; of b bytes 4 t + 16 i and the next three, column
// g. Sums wrap around.
static int32_t shim_left_bytes[32][16][32];
static int32_t shim_right_bytes[32][32][8];
static uint32_t shim_whole[32][16][8];

__attribute__((noinline)) static void multiply_u8_s8(int c[4], const unsigned a[4], const unsigned b[2]) {
    const unsigned warp = threadIdx.x / 32;
    const unsigned g = threadIdx.x % 32 / 4;
    const unsigned t = threadIdx.x % 4;
    for (int byte = 0; byte < 4; byte++) {
        for (int i = 0; i < 4; i++) {
            shim_left_bytes[warp][g + i % 2 * 8][4 * t + i / 2 * 16 + byte] = (uint8_t)(a[i] >> 8 * byte);
        }
        for (int i = 0; i < 2; i++) {
            shim_right_bytes[warp][4 * t + i * 16 + byte][g] = (int8_t)(b[i] >> 8 * byte);
        }
    }
    std::memcpy(&shim_whole[warp][g][2 * t], c, 8);
    std::memcpy(&shim_whole[warp][g + 8][2 * t], c + 2, 8);
    shim_meet("multiply_u8_s8", [](ShimWarp&) {
        const unsigned w = threadIdx.x / 32;
        for (int row = 0; row < 16; row++) {
            for (int k = 0; k < 32; k++) {
                for (int column = 0; column < 8; column++) {
                    shim_whole[w][row][column] += (uint32_t)(shim_left_bytes[w][row][k] * shim_right_bytes[w][k][column]);
                }
            }
        }
    });
    std::memcpy(c, &shim_whole[warp][g][2 * t], 8);
    std::memcpy(c + 2, &shim_whole[warp][g + 8][2 * t], 8);
}

// Items 8 i to 8 i + 7 have the addresses of the rows of matrix i. An item gets of each matrix elements 2 t and 2 t + 1 of row g; of the
// transposed one, that is, rows 2 t and 2 t + 1 of column g.
template <int MATRICES, int TRANSPOSED>
static inline void shim_load_matrix(const char* operation, unsigned r[MATRICES], const void* row) {
    ShimWarp& w = shim_warps[threadIdx.x / 32];
    const unsigned lane = threadIdx.x % 32;
    if (lane < 8 * MATRICES) {
        if (reinterpret_cast<uintptr_t>(row) % 16 != 0) {
            shim_fail("%s: the row at %p is not aligned to 16 bytes", operation, row);
        }
        std::memcpy(w.rows[lane], row, 16);
    }
    shim_meet(operation, [](ShimWarp& warp) {
        for (int item = 0; item < 32; item++) {
            for (int i = 0; i < MATRICES; i++) {
                if (TRANSPOSED) {
                    const int column = item / 4;
                    unsigned low = warp.rows[8 * i + item % 4 * 2][column / 2] >> column % 2 * 16 & 0xffffu;
                    unsigned high = warp.rows[8 * i + item % 4 * 2 + 1][column / 2] >> column % 2 * 16 & 0xffffu;
                    warp.registers[item][i] = high << 16 | low;
                } else {
                    warp.registers[item][i] = warp.rows[8 * i + item / 4][item % 4];
                }
            }
        }
    });
    std::memcpy(r, w.registers[lane], 4 * MATRICES);
}

#define SHIM_LOAD_MATRIX(name, matrices, transposed) \
    __attribute__((noinline)) static void name(unsigned r[matrices], const void* row) { \
        shim_load_matrix<matrices, transposed>(#name, r, row); \
    }

SHIM_LOAD_MATRIX(load_matrix_x1, 1, 0)
SHIM_LOAD_MATRIX(load_matrix_x2, 2, 0)
SHIM_LOAD_MATRIX(load_matrix_x4, 4, 0)
SHIM_LOAD_MATRIX(load_matrix_x1_transposed, 1, 1)
SHIM_LOAD_MATRIX(load_matrix_x2_transposed, 2, 1)
SHIM_LOAD_MATRIX(load_matrix_x4_transposed, 4, 1)

template <class T>
__attribute__((noinline)) static T shim_shuffle(T value, int source) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "shuffles have 4 or 8 bytes");
    ShimWarp& w = shim_warps[threadIdx.x / 32];
    const unsigned lane = threadIdx.x % 32;
    w.sources[lane] = source & 31;
    std::memcpy(&w.values[lane], &value, sizeof(T));
    shim_meet("a shuffle", [](ShimWarp& warp) {
        for (int i = 0; i < 32; i++) {
            warp.taken[i] = warp.values[warp.sources[i]];
        }
    });
    std::memcpy(&value, &w.taken[lane], sizeof(T));
    return value;
}

#define SHUFFLE(value, lane) shim_shuffle(value, lane)
#define SHUFFLE_XOR(value, mask) shim_shuffle(value, (int)(threadIdx.x % 32) ^ (mask))
#define WARP_BARRIER() shim_meet("a barrier of the warp", [](ShimWarp&) {})

template <int BYTES>
static void copy_async(void* to, const void* from, int available) {
    static_assert(BYTES == 4 || BYTES == 8 || BYTES == 16, "cp.async copies 4, 8 or 16 bytes");
    if (reinterpret_cast<uintptr_t>(to) % BYTES != 0 || reinterpret_cast<uintptr_t>(from) % BYTES != 0) {
        shim_fail("copy_async: %p or %p is not aligned to %d bytes", to, from, BYTES);
    }
    if (available < 0 || available > BYTES) {
        shim_fail("copy_async: %d of %d bytes", available, BYTES);
    }
    ShimItem& item = shim_items[threadIdx.x];
    std::memset(to, shim_garbage, BYTES);
    item.copies.push_back({to, from, BYTES, available, item.groups});
}

static inline void commit_copies() {
    shim_items[threadIdx.x].groups++;
}

template <int GROUPS_LEFT>
static void wait_for_copies() {
    ShimItem& item = shim_items[threadIdx.x];
    size_t arrived = 0;
    while (arrived < item.copies.size() && item.copies[arrived].group < item.groups - GROUPS_LEFT) {
        const ShimCopy& copy = item.copies[arrived++];
        std::memset(copy.to, 0, copy.bytes);
        std::memcpy(copy.to, copy.from, copy.available);
    }
    item.copies.erase(item.copies.begin(), item.copies.begin() + arrived);
}
