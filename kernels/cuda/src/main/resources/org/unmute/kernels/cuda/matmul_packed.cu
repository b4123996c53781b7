// Matrix products on tensor cores of operands that were packed before: the kernels of ProductKernels where the device offers them.
//
// What:    the results of matmul.cl: out = f(a b + bias) + residual. pack_* rounds an operand once and lays it out as the products read it;
//          matmul_packed_* multiplies; matmul_join adds the parts of a product whose inner axis was divided among groups.
//          bf16: operands rounded to bfloat16; a product is off by 2^-7 of the sum of the absolutes of its terms, as matmul_tensor.cu's.
//          f32: float32's accuracy. An operand x 2^24 is the sum of three bfloat16 numbers, its planes: h, the nearest to it, m, the nearest to
//          the rest, and l, which is what then remains, exactly: 24 bits are 3 times 8. Of the nine products of planes six are added, smallest
//          first: l h, h l, m m, m h, h m, h h. The others, of l and m or l and l, are at most 2^-24 of the term, float32's rounding. Every 16
//          terms are added in the tensor core, from 0 on, and that sum to the others by a float32 addition, rounded to nearest: accumulators
//          of tensor cores truncate, which would add up.
//          So a result of K terms is off by at most (38 + K / 16) 2^-24 of the sum of their absolutes. Of that 1 is for the products left out
//          and K / 16 for the float32 additions. 36 is for truncation: to 2^-23 of the largest of 17 addends, each of them, and of the sum;
//          and 1 for the five multiplications before h h, whose terms are 2^-8 and less. A chain of float32 additions may be off by K 2^-24.
//          2^24 lifts the planes of every float, subnormal ones too, to normal bfloat16 numbers. What is too large for that (about 2^104 and more),
//          infinite or not a number becomes NaN. A result that is not finite is computed anew from the operands as matmul.cl does it, so
//          special numbers give what they must; thousands of them take long.
// Layout:  operands of any strides and batch. Packed: blocks of 64 rows of a (columns of b) by DEPTH of the inner axis, 16 (f32) or 32 (bf16);
//          [entry][block][slice][plane][row][DEPTH], rows of 16 DEPTH / 8 bytes whose chunks of 16 bytes are swizzled, so that load_matrix reads
//          8 rows from all 32 banks. Rows are padded with 0 to whole tiles, and the inner axis to whole slices. So a stage of a tile is a few
//          contiguous runs of memory, copied as they are, and the products have no bounds to check before their last step.
// Launch:  pack_*: one group of 256 items per 64 rows x 64 of the inner axis. matmul_packed_*: one group of 256 items (8 warps, 2 down and 4
//          across) per tile of results and part of the inner axis: 128 x 128 (f32), 128 x 256 (bf16), 64 x 64 (_small). Four stages in dynamic
//          shared memory, one multiplied while three are in flight: 98304 bytes, small 49152 (f32) and 32768 (bf16). matmul_join: one group
//          of 128 items per row. PackedPlan.java computes all plans.
// Order:   slice by slice, parts in their order; then bias, f, residual. The same on every launch; tiles of both sizes and every number of parts
//          may differ in the last bits, and sizes alone choose them.
// Limits:  inner axis of 1 to 2^31 - 64. Compute capability 8.0; 96 KiB of shared memory.
// Bound:   registers of an item on sm_80, sm_90, sm_100 (ptxas 13.0, no spills): f32 228, 228, 240; f32_small 93, 93, 105; bf16 219, 222, 244;
//          bf16_small 72, 71, 80; so a multiprocessor has one group of a large kernel (8 warps), two of f32_small, three of bf16_small.
//          A stage of a group: multiplications of 2048 terms, bytes of fragments from shared memory, bytes from L2, and cycles of each on an
//          H100 (1270 terms a cycle for mma.sync, 128 bytes, 38 bytes) and an RTX 4090 (256 terms, 128 bytes, 20 bytes):
//            f32         768  73728  24576   H100  1239   576   647   4090  6144   576  1229
//            f32_small   192  36864  12288          310   288   323         1536   288   614
//            bf16        512  65536  24576          826   512   647         4096   512  1229
//            bf16_small   64  24576   8192          103   192   216          512   192   410
//          Multiplications are the bound, on an H100 for small tiles the bytes. A warp of f32 makes 64 float32 additions for its 96
//          multiplications of a stage: in other units, 2 cycles each on an A100, 1 on the others, where a multiplication takes 8 and 6.5.
#include "mma.h"
#include "product.h"

#define BLOCK 64
#define UP 16777216.0f
#define DOWN 3.552713678800501e-15f
// From here on the nearest bfloat16 number is infinite.
#define LARGEST AS_FLOAT(0x7f7f8000u)

// Rows, inner size and strides of an operand; its blocks (of every entry) and slices when packed.
typedef struct {
    i64 rows, depth;
    i64 row_step, step;
    i64 blocks, slices;
    i64 aligned;
} Packing;

// Blocks of packed operands and slices; parts of the inner axis, and slices of each.
typedef struct {
    i64 a_blocks, b_blocks, slices;
    i64 parts, part_slices;
} Packed;

FUNCTION constexpr int depth_of(const int planes) {
    return planes == 3 ? 16 : 32;
}

// Bytes of a plane of a block, and of a slice of a block.
FUNCTION constexpr int plane_bytes(const int planes) {
    return BLOCK * depth_of(planes) * 2;
}

FUNCTION constexpr int slice_bytes(const int planes) {
    return planes * plane_bytes(planes);
}

// Offset in a plane of the 8 numbers from `chunk` * 8 on of a row of the block.
FUNCTION int place_of_chunk(const int planes, int row, int chunk) {
    return planes == 3 ? row * 32 + (chunk ^ (row >> 2 & 1)) * 16 : row * 64 + (chunk ^ (row >> 1 & 3)) * 16;
}

// The planes of two numbers, each two of them in a register; what has no planes becomes NaN.
FUNCTION void split_pair(float x, float y, uint planes[3]) {
    x *= UP;
    y *= UP;
    x = FABSF(x) < LARGEST ? x : F_NAN;
    y = FABSF(y) < LARGEST ? y : F_NAN;
    UNROLL for (int i = 0; i < 3; i++) {
        planes[i] = to_bf16_pair(x, y);
        x -= AS_FLOAT(planes[i] << 16);
        y -= AS_FLOAT(planes[i] & 0xffff0000u);
    }
}

// Packs 8 numbers of a row, from chunk number `chunk` of the slice on.
template <int PLANES>
FUNCTION void pack_chunk(const float v[8], GLOBAL char* slice, int row, int chunk) {
    uint planes[4][3];
    UNROLL for (int i = 0; i < 4; i++) {
        if (PLANES == 3) {
            split_pair(v[2 * i], v[2 * i + 1], planes[i]);
        } else {
            planes[i][0] = to_bf16_pair(v[2 * i], v[2 * i + 1]);
        }
    }
    UNROLL for (int plane = 0; plane < PLANES; plane++) {
        uint4 four = {planes[0][plane], planes[1][plane], planes[2][plane], planes[3][plane]};
        *(GLOBAL uint4*)(slice + plane * plane_bytes(PLANES) + place_of_chunk(PLANES, row, chunk)) = four;
    }
}

// Reads 8 numbers along the inner axis, of which `left` are inside.
FUNCTION void read_eight(GLOBAL const float* from, i64 step, i64 left, int aligned, float v[8]) {
    if (aligned && step == 1 && left >= 8) {
        float4 low = *(GLOBAL const float4*)from;
        float4 high = *(GLOBAL const float4*)(from + 4);
        v[0] = low.x;
        v[1] = low.y;
        v[2] = low.z;
        v[3] = low.w;
        v[4] = high.x;
        v[5] = high.y;
        v[6] = high.z;
        v[7] = high.w;
    } else {
        UNROLL for (int i = 0; i < 8; i++) {
            v[i] = i < left ? from[i * step] : 0.0f;
        }
    }
}

template <int PLANES>
FUNCTION void pack(GLOBAL const float* x, GLOBAL char* out, const StridedLoop& entries, const Packing& p) {
    const int chunks = depth_of(PLANES) / 8;
    // Neighbouring items read neighbouring numbers: 64 of a row, or 64 rows if those are contiguous.
    const int by_row = p.row_step == 1 && p.step != 1;
    const i64 regions = (p.slices + BLOCK / depth_of(PLANES) - 1) / (BLOCK / depth_of(PLANES));
    EACH_TASK(task, entries.count * p.blocks * regions) {
        const i64 block = task / regions;
        const i64 region = task - block * regions;
        const i64 entry = block / p.blocks;
        const i64 first = (block - entry * p.blocks) * BLOCK;
        i64 at[1];
        positions(&entries, entry, 1, at);
        ROLLED for (int e = ITEM; e < BLOCK * 8; e += 256) {
            const int row = by_row ? e % BLOCK : e / 8;
            const int chunk = by_row ? e / BLOCK : e % 8;
            const i64 slice = region * (8 / chunks) + chunk / chunks;
            if (slice < p.slices) {
                const i64 inner = region * BLOCK + chunk * 8;
                const i64 left = first + row < p.rows ? p.depth - inner : 0;
                float v[8];
                read_eight(x + at[0] + (first + row) * p.row_step + inner * p.step, p.step, left, (int)p.aligned, v);
                pack_chunk<PLANES>(v, out + (block * p.slices + slice) * slice_bytes(PLANES), row, chunk % chunks);
            }
        }
    }
}

// Starts copying a stage: a slice of the blocks of both operands of a tile, those of a first.
template <int PLANES, int ROWS, int COLUMNS>
FUNCTION void begin_stage(LOCAL char* stage, GLOBAL const char* a, GLOBAL const char* b, i64 block_step) {
    const int own = slice_bytes(PLANES) / 16;
    UNROLL for (int n = 0; n < (ROWS + COLUMNS) / BLOCK * own / 256; n++) {
        const int e = ITEM + n * 256;
        const int block = e / own;
        GLOBAL const char* from = block < ROWS / BLOCK ? a + block * block_step : b + (block - ROWS / BLOCK) * block_step;
        copy_async<16>(stage + e * 16, from + e % own * 16, 16);
    }
}

// Offset in an operand's blocks of this item's row for load_matrix: `row` of the tile, chunk 0 or 1.
FUNCTION int place_of_row(const int planes, int row, int chunk) {
    return row / BLOCK * slice_bytes(planes) + place_of_chunk(planes, row % BLOCK, chunk);
}

// Adds the product of a stage's slices: this warp's part, ROWS / 2 x COLUMNS / 4.
template <int PLANES, int ROWS, int COLUMNS>
FUNCTION void multiply_stage(LOCAL const char* stage, int left, int right, float sum[ROWS / 32][COLUMNS / 32][4]) {
    const int ROW_BYTES = 16 * depth_of(PLANES) * 2;
    UNROLL for (int half = 0; half < depth_of(PLANES) / 16; half++) {
        uint y[PLANES][COLUMNS / 64][4];
        UNROLL for (int plane = 0; plane < PLANES; plane++) {
            UNROLL for (int j = 0; j < COLUMNS / 64; j++) {
                load_matrix_x4(y[plane][j], stage + (right ^ half * 32) + plane * plane_bytes(PLANES) + j * ROW_BYTES);
            }
        }
        UNROLL for (int i = 0; i < ROWS / 32; i++) {
            uint x[PLANES][4];
            UNROLL for (int plane = 0; plane < PLANES; plane++) {
                load_matrix_x4(x[plane], stage + (left ^ half * 32) + plane * plane_bytes(PLANES) + i * ROW_BYTES);
            }
            if (PLANES == 1) {
                UNROLL for (int j = 0; j < COLUMNS / 32; j++) {
                    multiply_bf16(sum[i][j], x[0], y[0][j / 2] + j % 2 * 2);
                }
            } else {
                float own[COLUMNS / 32][4] = {};
                const int of_x[6] = {2, 0, 1, 1, 0, 0};
                const int of_y[6] = {0, 2, 1, 0, 1, 0};
                UNROLL for (int n = 0; n < 6; n++) {
                    UNROLL for (int j = 0; j < COLUMNS / 32; j++) {
                        multiply_bf16(own[j], x[of_x[n] % PLANES], y[of_y[n] % PLANES][j / 2] + j % 2 * 2);
                    }
                }
                UNROLL for (int j = 0; j < COLUMNS / 32; j++) {
                    UNROLL for (int e = 0; e < 4; e++) {
                        sum[i][j][e] += own[j][e];
                    }
                }
            }
        }
    }
}

// The result for a sum of products of planes; from the operands where it is not finite.
FUNCTION float settled(float sum, GLOBAL const float* left, GLOBAL const float* right, const Product* p) {
    float y = sum * DOWN;
    if (!(FABSF(y) < F_INFINITY)) {
        y = 0.0f;
        ROLLED for (i64 k = 0; k < p->k; k++) {
            y = FMAF(left[k * p->a_inner], right[k * p->b_inner], y);
        }
    }
    return y;
}

// Where a tile's results go.
typedef struct {
    GLOBAL const float* a;
    GLOBAL const float* b;
    GLOBAL const float* bias;
    GLOBAL const float* residual;
    GLOBAL float* out;
    GLOBAL float* part;  // [m, n] of this entry and part of the inner axis; 0 if there is one part
} Target;

// Writes the results of a tile. Half of its rows at a time go through local memory, so that neighbouring items write neighbouring results in
// a loop. Rows are padded by 8 floats, which spreads the writes of a warp over all banks.
template <int PLANES, int ROWS, int COLUMNS>
FUNCTION void write_tile(LOCAL float* scratch, const float sum[ROWS / 32][COLUMNS / 32][4], const Target& t, const Product* p, i64 row,
        i64 column) {
    const int pitch = COLUMNS + 8;
    ROLLED for (int half = 0; half < 2; half++) {
        if (WARP / 4 == half) {
            UNROLL for (int i = 0; i < ROWS / 32; i++) {
                UNROLL for (int j = 0; j < COLUMNS / 32; j++) {
                    LOCAL float* to = scratch + (16 * i + LANE / 4) * pitch + WARP % 4 * (COLUMNS / 4) + 8 * j + LANE % 4 * 2;
                    to[0] = sum[i][j][0];
                    to[1] = sum[i][j][1];
                    to[8 * pitch] = sum[i][j][2];
                    to[8 * pitch + 1] = sum[i][j][3];
                }
            }
        }
        BARRIER();
        ROLLED for (int e = ITEM; e < ROWS / 2 * COLUMNS; e += 256) {
            const i64 m = row + half * (ROWS / 2) + e / COLUMNS;
            const i64 n = column + e % COLUMNS;
            float y = scratch[e / COLUMNS * pitch + e % COLUMNS];
            if (m < p->m && n < p->n) {
                if (t.part != 0) {
                    t.part[m * p->n + n] = y;
                } else {
                    y = PLANES == 3 ? settled(y, t.a + m * p->a_row, t.b + n * p->b_column, p) : y;
                    write_result(y, t.bias, t.residual, t.out, p, m, n);
                }
            }
        }
        BARRIER();
    }
}

// One tile of one entry of the batch, over one part of the inner axis.
template <int PLANES, int ROWS, int COLUMNS>
FUNCTION void multiply_packed(GLOBAL const float* a, GLOBAL const float* b, GLOBAL const float* bias, GLOBAL const float* residual,
        GLOBAL float* out, const StridedLoop& batch, const Product& p, GLOBAL const char* packed_a, GLOBAL const char* packed_b,
        GLOBAL float* parts, const StridedLoop& packs, const Packed& q) {
    extern __shared__ __align__(128) char stages[];
    const int STAGES = 4;
    const int stage = (ROWS + COLUMNS) / BLOCK * slice_bytes(PLANES);
    const i64 tiles = (p.n + COLUMNS - 1) / COLUMNS;
    const i64 bands = (p.m + ROWS - 1) / ROWS;
    const i64 part = GROUP / (batch.count * bands * tiles);
    const i64 entry = GROUP / (bands * tiles) - part * batch.count;
    i64 row;
    i64 column;
    place_of_tile(GROUP % (bands * tiles), bands, tiles, &row, &column);
    const i64 first = part * q.part_slices;
    i64 at[4];
    positions(&packs, entry, 2, at);
    const i64 block_step = q.slices * slice_bytes(PLANES);
    GLOBAL const char* left = packed_a + (at[0] * q.a_blocks + row * (ROWS / BLOCK)) * block_step + first * slice_bytes(PLANES);
    GLOBAL const char* right = packed_b + (at[1] * q.b_blocks + column * (COLUMNS / BLOCK)) * block_step + first * slice_bytes(PLANES);
    const int slices = (int)(q.slices - first < q.part_slices ? q.slices - first : q.part_slices);
    float sum[ROWS / 32][COLUMNS / 32][4] = {};
    const int own_left = place_of_row(PLANES, WARP / 4 * (ROWS / 2) + LANE % 16, LANE / 16);
    const int own_right = ROWS / BLOCK * slice_bytes(PLANES)
            + place_of_row(PLANES, WARP % 4 * (COLUMNS / 4) + LANE / 16 * 8 + LANE % 8, LANE / 8 % 2);
    int place = 0;
    ROLLED for (int s = 1 - STAGES; s < slices; s++) {
        if (s >= 0) {
            // All but the newest groups have arrived: slice s. Nobody reads slice s - 1 any more, whose buffer the next one takes.
            wait_for_copies<STAGES - 2>();
            BARRIER();
        }
        if (s + STAGES - 1 < slices) {
            begin_stage<PLANES, ROWS, COLUMNS>(stages + place * stage, left, right, block_step);
            left += slice_bytes(PLANES);
            right += slice_bytes(PLANES);
        }
        commit_copies();
        // The buffer after the newest slice is the oldest one's.
        place = place == STAGES - 1 ? 0 : place + 1;
        if (s >= 0) {
            multiply_stage<PLANES, ROWS, COLUMNS>(stages + place * stage, own_left, own_right, sum);
        }
    }
    wait_for_copies<0>();
    BARRIER();
    positions(&batch, entry, 4, at);
    GLOBAL float* own_part = q.parts == 1 ? 0 : parts + (part * batch.count + entry) * p.m * p.n;
    const Target target = {a + at[0], b + at[1], bias, residual + at[3], out + at[2], own_part};
    write_tile<PLANES, ROWS, COLUMNS>((LOCAL float*)stages, sum, target, &p, row * ROWS, column * COLUMNS);
}

#define PACK(precision, PLANES) \
    extern "C" __global__ void __launch_bounds__(256, 4) pack_##precision(GLOBAL const float* x, GLOBAL char* out, \
            PARAMETER(StridedLoop) entries, PARAMETER(Packing) p) { \
        pack<PLANES>(x, out, entries, p); \
    }

#define MULTIPLY(name, GROUPS_SIDE_BY_SIDE, PLANES, ROWS, COLUMNS) \
    extern "C" __global__ void __launch_bounds__(256, GROUPS_SIDE_BY_SIDE) name(GLOBAL const float* a, GLOBAL const float* b, \
            GLOBAL const float* bias, GLOBAL const float* residual, GLOBAL float* out, PARAMETER(StridedLoop) batch, PARAMETER(Product) p, \
            GLOBAL const char* packed_a, GLOBAL const char* packed_b, GLOBAL float* parts, PARAMETER(StridedLoop) packs, \
            PARAMETER(Packed) q) { \
        multiply_packed<PLANES, ROWS, COLUMNS>(a, b, bias, residual, out, batch, p, packed_a, packed_b, parts, packs, q); \
    }

PACK(f32, 3)
PACK(bf16, 1)
MULTIPLY(matmul_packed_f32, 1, 3, 128, 128)
MULTIPLY(matmul_packed_f32_small, 2, 3, 64, 64)
MULTIPLY(matmul_packed_bf16, 1, 1, 128, 256)
MULTIPLY(matmul_packed_bf16_small, 3, 1, 64, 64)

#define JOIN(precision, PLANES) \
    extern "C" __global__ void __launch_bounds__(128, 8) matmul_join_##precision(GLOBAL const float* a, GLOBAL const float* b, \
            GLOBAL const float* bias, GLOBAL const float* residual, GLOBAL float* out, PARAMETER(StridedLoop) batch, \
            PARAMETER(Product) p, GLOBAL const float* parts, i64 count) { \
        join<PLANES>(a, b, bias, residual, out, batch, p, parts, count); \
    }

// Adds `count` parts of each result, first to last.
template <int PLANES>
FUNCTION void join(GLOBAL const float* a, GLOBAL const float* b, GLOBAL const float* bias, GLOBAL const float* residual, GLOBAL float* out,
        const StridedLoop& batch, const Product& p, GLOBAL const float* parts, i64 count) {
    EACH_TASK(task, batch.count * p.m) {
        const i64 entry = task / p.m;
        const i64 m = task - entry * p.m;
        i64 at[4];
        positions(&batch, entry, 4, at);
        for (i64 n = ITEM; n < p.n; n += ITEMS) {
            float y = 0.0f;
            ROLLED for (i64 part = 0; part < count; part++) {
                y += parts[(part * batch.count * p.m + task) * p.n + n];
            }
            y = PLANES == 3 ? settled(y, a + at[0] + m * p.a_row, b + at[1] + n * p.b_column, &p) : y;
            write_result(y, bias, residual + at[3], out + at[2], &p, m, n);
        }
    }
}

JOIN(f32, 3)
JOIN(bf16, 1)
