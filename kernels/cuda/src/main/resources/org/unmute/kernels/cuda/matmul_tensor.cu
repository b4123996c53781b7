// Matrix products on tensor cores: variants of matmul and matmul_small (matmul.cl) for compute capability 8.0 and up, which replace them with
// --precision tf32 or bf16.
//
// What:    the same results, with operands rounded to TF32 (10 mantissa bits) or bfloat16 (7) and float32 sums. A product, before bias and
//          activation, is off by at most 2^-10 (TF32) or 2^-7 (bfloat16) of the sum of the absolute values of its terms, plus the error of
//          float32 sums.
// Layout:  arguments, structs included, as the portable kernels: any strides, batches, bias, GELU or ReLU, residual.
// Launch:  as the portable kernels: one group of 256 items (8 warps) per tile of results, 128 x 128 or 64 x 64 (small); warps are 2 down and 4
//          across, each with 4 x 4 or 2 x 2 multiplications of 16 x 8 results. Slices of 16 of the inner axis are in local memory; of three,
//          one is multiplied while two are in flight (cp.async). Local memory: 48 KiB, small 24 KiB.
// Order:   as the hardware adds within a multiplication, then slice by slice; then bias, f, residual: the same on every launch, and for both
//          tile sizes.
// Limits:  as the portable kernels. An operand that is not aligned is copied 4 bytes at a time. bfloat16 rounds finite numbers above 3.39e38 to
//          infinity.
// Bound:   local memory. A warp's step of 8 (TF32) or 16 (bfloat16) of the inner axis is 16 multiplications, 26 cycles of an H100 by mma.sync
//          (0.62 of 2,048 bfloat16 multiply-adds a cycle, TF32 half of them), for 24 (TF32) or 48 reads of 4 bytes per item, a cycle each: at
//          most 290 TFLOP/s with either. At most 128 registers and 48 KiB: two groups of 256 items share a multiprocessor (_small 87 to 100 and
//          24 KiB: two). Not yet measured on a card.
#include "mma.h"
#include "product.h"

#define TF32 0
#define BF16 1

#define DEPTH 16
#define STAGES 3

// A slice has SIDE rows (of a, or columns of b) and DEPTH of the inner axis, without padding. It is stored as it is in memory, row by row or
// with the inner axis outermost (by_row), so that 4 floats are copied at once either way. An item reads 4 of the inner axis from
// 4 (LANE % 4) on. Row by row that is 16 bytes, and 8 items read 128 contiguous bytes. With the inner axis outermost, bits 3 and 4 of the row
// index are swizzled, so that 32 items read from 32 banks.
FUNCTION int place_by_row(const int side, int row, int inner) {
    return inner * side + (row ^ inner / 4 * 8);
}

// Row and inner index of this item's first copy of `count` floats; its next ones are 256 * count floats further.
FUNCTION int first_row(const int side, const int count, int by_row) {
    return by_row ? ITEM % (side / count) * count : ITEM / (DEPTH / count);
}

FUNCTION int first_inner(const int side, const int count, int by_row) {
    return by_row ? ITEM / (side / count) : ITEM % (DEPTH / count) * count;
}

// Starts copying a slice from x, COUNT floats at once; 0 beyond `rows` (up to SIDE) and `depth` (up to DEPTH).
template <int SIDE, int COUNT, int BY_ROW>
FUNCTION void copy_slice(LOCAL float* slice, GLOBAL const float* x, int rows, int depth, i64 row_step, i64 step) {
    const int r = first_row(SIDE, COUNT, BY_ROW);
    const int c = first_inner(SIDE, COUNT, BY_ROW);
    // An item's next copy is further down, or further along the inner axis.
    const int rows_on = BY_ROW ? 0 : 256 * COUNT / DEPTH;
    const int inner_on = BY_ROW ? 256 * COUNT / SIDE : 0;
    GLOBAL const float* from = x + r * row_step + c * step;
    UNROLL for (int q = 0; q < SIDE * DEPTH / COUNT / 256; q++) {
        int row = r + q * rows_on;
        int inner = c + q * inner_on;
        int left = BY_ROW ? (inner < depth ? rows - row : 0) : (row < rows ? depth - inner : 0);
        int available = left < 0 ? 0 : left < COUNT ? left : COUNT;
        copy_async<4 * COUNT>(slice + (BY_ROW ? place_by_row(SIDE, row, inner) : row * DEPTH + inner), available > 0 ? from : x, available * 4);
        from += BY_ROW ? inner_on * step : rows_on * row_step;
    }
}

template <int SIDE>
FUNCTION void begin_slice(LOCAL float* slice, GLOBAL const float* x, int rows, int depth, i64 row_step, i64 step, int by_row, int aligned) {
    if (aligned) {
        if (by_row) {
            copy_slice<SIDE, 4, 1>(slice, x, rows, depth, row_step, step);
        } else {
            copy_slice<SIDE, 4, 0>(slice, x, rows, depth, row_step, step);
        }
    } else if (by_row) {
        copy_slice<SIDE, 1, 1>(slice, x, rows, depth, row_step, step);
    } else {
        copy_slice<SIDE, 1, 0>(slice, x, rows, depth, row_step, step);
    }
}

// Offset of this item's four floats of a row, in the slice at offset `slice`.
template <int SIDE, int BY_ROW>
FUNCTION int place_of_four(int slice, int row) {
    const int inner = LANE % 4 * 4;
    return slice + (BY_ROW ? place_by_row(SIDE, row, inner) : row * DEPTH + inner);
}

// The four floats of the row `further` rows (a multiple of 8) below `place`, rounded: in two registers if bfloat16, else in four. Rows start at
// multiples of 16 (64 x 64) or 32, so that adding less than 32 only meets bits that place_by_row has swizzled.
template <int PRECISION, int SIDE, int BY_ROW>
FUNCTION void read_rounded(LOCAL const float* stages, int place, const int further, uint x[4]) {
    float v[4];
    if (BY_ROW) {
        LOCAL const float* from = stages + (place ^ further % 32) + further / 32 * 32;
        UNROLL for (int i = 0; i < 4; i++) {
            v[i] = from[i * SIDE];
        }
    } else {
        float4 four = *(LOCAL const float4*)(stages + place + further * DEPTH);
        v[0] = four.x;
        v[1] = four.y;
        v[2] = four.z;
        v[3] = four.w;
    }
    if (PRECISION == BF16) {
        x[0] = to_bf16_pair(v[0], v[1]);
        x[1] = to_bf16_pair(v[2], v[3]);
    } else {
        UNROLL for (int i = 0; i < 4; i++) {
            x[i] = to_tf32(v[i]);
        }
    }
}

// Adds the product of the slice of a at offset `slice` and that of b after it: this warp's part. An item's four floats fill its places in the
// fragments (mma.h), in a and b alike: which element of the inner axis fills which place does not matter as long as both agree.
template <int PRECISION, int SIDE, int A_BY_ROW, int B_BY_ROW>
FUNCTION void multiply_slices(LOCAL const float* stages, int slice, float sum[SIDE / 32][SIDE / 32][4]) {
    const int down = place_of_four<SIDE, A_BY_ROW>(slice, WARP / 4 * (SIDE / 2) + LANE / 4);
    const int right = place_of_four<SIDE, B_BY_ROW>(slice + SIDE * DEPTH, WARP % 4 * (SIDE / 4) + LANE / 4);
    uint y[SIDE / 32][4];
    UNROLL for (int j = 0; j < SIDE / 32; j++) {
        read_rounded<PRECISION, SIDE, B_BY_ROW>(stages, right, 8 * j, y[j]);
    }
    UNROLL for (int i = 0; i < SIDE / 32; i++) {
        uint upper[4];
        uint lower[4];
        read_rounded<PRECISION, SIDE, A_BY_ROW>(stages, down, 16 * i, upper);
        read_rounded<PRECISION, SIDE, A_BY_ROW>(stages, down, 16 * i + 8, lower);
        UNROLL for (int k = 0; k < (PRECISION == BF16 ? 2 : 4); k += 2) {
            const uint x[4] = {upper[k], lower[k], upper[k + 1], lower[k + 1]};
            UNROLL for (int j = 0; j < SIDE / 32; j++) {
                if (PRECISION == BF16) {
                    multiply_bf16(sum[i][j], x, y[j] + k);
                } else {
                    multiply_tf32(sum[i][j], x, y[j] + k);
                }
            }
        }
    }
}

// Writes the results of a tile. Half of its rows at a time go through local memory, so that neighbouring items write neighbouring results in
// a loop. Rows are padded by 8 floats, which spreads the writes of a warp over all banks.
template <int SIDE>
FUNCTION void write_tile(LOCAL float* scratch, const float sum[SIDE / 32][SIDE / 32][4], GLOBAL const float* bias, GLOBAL const float* residual,
        GLOBAL float* out, const Product* p, i64 row, i64 column) {
    const int pitch = SIDE + 8;
    for (int half = 0; half < 2; half++) {
        if (WARP / 4 == half) {
            UNROLL for (int i = 0; i < SIDE / 32; i++) {
                UNROLL for (int j = 0; j < SIDE / 32; j++) {
                    LOCAL float* to = scratch + (16 * i + LANE / 4) * pitch + WARP % 4 * (SIDE / 4) + 8 * j + LANE % 4 * 2;
                    to[0] = sum[i][j][0];
                    to[1] = sum[i][j][1];
                    to[8 * pitch] = sum[i][j][2];
                    to[8 * pitch + 1] = sum[i][j][3];
                }
            }
        }
        BARRIER();
        ROLLED for (int e = ITEM; e < SIDE / 2 * SIDE; e += 256) {
            write_result(scratch[e / SIDE * pitch + e % SIDE], bias, residual, out, p, row + half * (SIDE / 2) + e / SIDE, column + e % SIDE);
        }
        BARRIER();
    }
}

// One tile of one entry of the batch. `stages` holds STAGES slices of a and as many of b.
template <int PRECISION, int SIDE>
FUNCTION void multiply_tile(LOCAL float* stages, i64 task, GLOBAL const float* a, GLOBAL const float* b, GLOBAL const float* bias,
        GLOBAL const float* residual, GLOBAL float* out, const StridedLoop& batch, const Product& p) {
    const int stage = 2 * SIDE * DEPTH;
    const i64 tiles = (p.n + SIDE - 1) / SIDE;
    const i64 bands = (p.m + SIDE - 1) / SIDE;
    const int a_by_row = p.a_row == 1 && p.a_inner != 1;
    const int b_by_row = !(p.b_inner == 1 && p.b_column != 1);
    const i64 entry = task / (bands * tiles);
    i64 row;
    i64 column;
    place_of_tile(task - entry * (bands * tiles), bands, tiles, &row, &column);
    row *= SIDE;
    column *= SIDE;
    i64 at[4];
    positions(&batch, entry, 4, at);
    GLOBAL const float* left = a + at[0] + row * p.a_row;
    GLOBAL const float* right = b + at[1] + column * p.b_column;
    float sum[SIDE / 32][SIDE / 32][4] = {};
    const int rows = p.m - row < SIDE ? (int)(p.m - row) : SIDE;
    const int columns = p.n - column < SIDE ? (int)(p.n - column) : SIDE;
    const i64 slices = (p.k + DEPTH - 1) / DEPTH;
    int place = 0;
    for (i64 s = 1 - STAGES; s < slices; s++) {
        if (s >= 0) {
            // All but the newest group have arrived: slice s. Nobody reads slice s - 1 any more, whose buffer the next one takes.
            wait_for_copies<STAGES - 2>();
            BARRIER();
        }
        const i64 rest = p.k - (s + STAGES - 1) * DEPTH;
        if (rest > 0) {
            const int depth = rest < DEPTH ? (int)rest : DEPTH;
            LOCAL float* to = stages + place * stage;
            begin_slice<SIDE>(to, left, rows, depth, p.a_row, p.a_inner, a_by_row, (int)p.a_aligned);
            begin_slice<SIDE>(to + SIDE * DEPTH, right, columns, depth, p.b_column, p.b_inner, b_by_row, (int)p.b_aligned);
            left += DEPTH * p.a_inner;
            right += DEPTH * p.b_inner;
        }
        commit_copies();
        // The buffer after the newest slice is the oldest one's.
        place = place == STAGES - 1 ? 0 : place + 1;
        if (s >= 0) {
            if (a_by_row) {
                if (b_by_row) {
                    multiply_slices<PRECISION, SIDE, 1, 1>(stages, place * stage, sum);
                } else {
                    multiply_slices<PRECISION, SIDE, 1, 0>(stages, place * stage, sum);
                }
            } else if (b_by_row) {
                multiply_slices<PRECISION, SIDE, 0, 1>(stages, place * stage, sum);
            } else {
                multiply_slices<PRECISION, SIDE, 0, 0>(stages, place * stage, sum);
            }
        }
    }
    wait_for_copies<0>();
    BARRIER();
    // Recomputed, since registers are scarce up to here.
    positions(&batch, entry, 4, at);
    write_tile<SIDE>(stages, sum, bias, residual + at[3], out + at[2], &p, row, column);
}

#define ARGUMENTS GLOBAL const float* a, GLOBAL const float* b, GLOBAL const float* bias, GLOBAL const float* residual, GLOBAL float* out, \
        PARAMETER(StridedLoop) batch, PARAMETER(Product) p

#define VARIANTS(precision, PRECISION) \
    extern "C" __global__ void __launch_bounds__(256, 2) matmul_##precision(ARGUMENTS) { \
        LOCAL_ARRAY(float, stages, STAGES * 2 * 128 * DEPTH); \
        multiply_tile<PRECISION, 128>(stages, GROUP, a, b, bias, residual, out, batch, p); \
    } \
    extern "C" __global__ void __launch_bounds__(256, 2) matmul_small_##precision(ARGUMENTS) { \
        LOCAL_ARRAY(float, stages, STAGES * 2 * 64 * DEPTH); \
        EACH_TASK(task, batch.count * ((p.m + 63) / 64) * ((p.n + 63) / 64)) { \
            multiply_tile<PRECISION, 64>(stages, task, a, b, bias, residual, out, batch, p); \
        } \
    }

VARIANTS(tf32, TF32)
VARIANTS(bf16, BF16)
