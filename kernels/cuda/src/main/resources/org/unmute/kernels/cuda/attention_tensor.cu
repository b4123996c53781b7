// Attention on tensor cores (compute capability 8.0 and up), in one pass (online softmax).
//
// What:    out = softmax(scale q k^T + gate bias) v, for each entry of a batch (sequence and head). A gate is a number for each query; without
//          one it is 1, without a bias nothing is added. Scores stay in registers. `split` is as accurate as float32 (TensorAttentionTest): every
//          factor is two numbers in half precision, 22 bits together, and three of the four products of them are added; the one left out is
//          below 2^-22 of the whole. `half` takes the upper number alone, 10 mantissa bits as in TF32. Sums are float32.
//          So that half precision has the range for it, rows of q, k and v and the weights of a query for a tile are scaled by powers of two,
//          each by its own: max 2^14 up to 2^15. Those of v go into the weights, before these are scaled, so that a value nobody looks at
//          takes no bits from others. What is below 2^-39 of the max of its row is lost (`half`: 2^-28 and below have fewer bits).
// Layout:  q [queries, depth], k [keys, depth], v [keys, width], out [queries, width], bias [queries, keys], gate [queries], any strides (0
//          repeats); `batch` gives the first element of each entry (q, k, v, out, bias), `gates` that of gate. Rows that are aligned to 16 bytes
//          are read so, others 4 bytes at a time.
// Launch:  one group of 128 items (4 warps, 16 queries each) per 64 queries and 64 columns of v (TensorAttention.java); a wider v computes the
//          scores again. While the scores of a tile of 64 keys are computed, its v is on the way to registers, and while its values are added,
//          the next k. From registers they are split into local memory. `deep` is for depths above 64: it takes 64 of the depth after
//          another, q again for each tile of keys, and reads k only when it is needed.
// Order:   a score is the sum of its small products (those with a lower number) plus that of the large ones, each as the hardware adds, 16 of the
//          depth at a time; slices of a depth in order. Values of a tile likewise, 16 keys at a time; then tile by tile, by ordinary additions.
//          Sums of weights: an item adds its 16 of a tile in order, then tile by tile, then 4 items pairwise. The same on every launch.
// Limits:  any sizes. A bias of -infinity hides a key; a query that sees no key gives NaN. An infinite q, k or v gives NaN where float32 may give
//          infinity. Rows below 2^-98 have fewer bits, scores above 2^118 overflow.
// Bound:   registers 255 (deep 247, 243, 245 on sm_80, 90, 100; half 218, 243, 235; half deep 192, 195, 192), shared memory 49,928 bytes (half
//          25,352): two groups a multiprocessor, on an RTX 4090, too. 4 warps x 64 keys at depth and width 64 take 768 multiplications of
//          16 x 8 x 16: 1,240 cycles of an H100's tensor cores by mma.sync (0.62 x 2,048 a cycle), 1,536 of an A100's, 6,144 of a 4090's;
//          160 KiB of fragments and 32 KiB of splitting, 1,536 cycles of shared memory at 128 bytes; about 1,600 instructions a scheduler. So the
//          three are near each other on an H100, and the instructions are the bound: 150 TFLOPS on an H100 SXM, where float32 units have at
//          most 67; 95 on an A100 (19.5); 55 on a 4090 (83), by its tensor cores. k and v come from L2, a byte for 32 operations: 4.7 TB/s at
//          150 TFLOPS, less what the two groups share in L1. `half`: a third of the multiplications, half of the bytes of shared memory, about
//          1,200 instructions. Not yet measured on a card.
#include "planes.h"

typedef struct {
    i64 queries, keys, depth, width;
    i64 q_row, q_step, k_row, k_step, v_row, v_step, out_row, out_step, bias_row, bias_step, gate_row;
    i64 q_aligned, k_aligned, v_aligned, has_bias, has_gate;
} Attention;

// The local memory of a group.
template <int PLANES>
struct Shared {
    uint queries[PLANES][PLANE];
    uint keys[PLANES][PLANE];
    uint values[PLANES][PLANE];
    float query_scale[SIDE];
    float key_scale[SIDE];
    float value_scale[SIDE];
    i64 result;  // offset of the group's first result: registers are scarce
};

// The products of this warp's 16 queries with the 64 keys of a tile, over a slice of the depth. Adds them to scores if MORE.
template <int PLANES, int MORE>
FUNCTION void multiply_keys(float scores[8][4], LOCAL const Shared<PLANES>& shared, int depth, float scale) {
    const int item = item_again();
    const int lane = item % 32;
    const int first = item / 32 * 16;
    const int query = plane_place(first + lane % 16, lane / 16);
    const int key = plane_place(lane / 16 * 8 + lane % 8, lane / 8 % 2);
    const float upper = shared.query_scale[first + lane / 4] * scale;
    const float lower = shared.query_scale[first + lane / 4 + 8] * scale;
    // 32 keys at a time, so that sums and fragments fit the registers.
    UNROLL for (int half = 0; half < 2; half++) {
        float large[2][2][4] = {};
        float small[2][2][4] = {};
        UNROLL for (int k = 0; k < SIDE / 16; k++) {
            if (k > 0 && 16 * k >= depth) {
                break;
            }
            uint a[PLANES][4];
            UNROLL for (int p = 0; p < PLANES; p++) {
                load_matrix_x4(a[p], shared.queries[p] + (query ^ 8 * k));
            }
            UNROLL for (int n = 0; n < 2; n++) {
                uint b[PLANES][4];
                UNROLL for (int p = 0; p < PLANES; p++) {
                    load_matrix_x4(b[p], shared.keys[p] + (half * 32 + n * 16) * ROW + (key ^ 8 * k));
                }
                multiply_planes<PLANES>(large[n], small[n], a, b);
            }
        }
        UNROLL for (int n = 0; n < 4; n++) {
            const int column = half * 4 + n;
            const float2 factor = *(LOCAL const float2*)(shared.key_scale + column * 8 + lane % 4 * 2);
            UNROLL for (int i = 0; i < 4; i++) {
                const float* sums = large[n / 2][n % 2];
                const float product = PLANES == 1 ? sums[i] : sums[i] + small[n / 2][n % 2][i];
                const float scaled = product * (i < 2 ? upper : lower);
                const float power = i % 2 == 0 ? factor.x : factor.y;
                scores[column][i] = MORE ? FMAF(scaled, power, scores[column][i]) : scaled * power;
            }
        }
    }
}

// Adds the bias of this item's two queries; `bias` is that of the first of them and of the tile's first key, `left` are the keys from there.
FUNCTION void add_bias(float scores[8][4], GLOBAL const float* bias, const float gate[2], int queries, i64 left, const Attention& h) {
    const int item = item_again();
    const int lane = item % 32;
    UNROLL for (int half = 0; half < 2; half++) {
        if (item / 32 * 16 + lane / 4 + half * 8 < queries) {
            GLOBAL const float* from = bias + half * 8 * h.bias_row;
            UNROLL for (int n = 0; n < 8; n++) {
                UNROLL for (int i = 0; i < 2; i++) {
                    if (n * 8 + lane % 4 * 2 + i < left) {
                        scores[n][half * 2 + i] += from[(n * 8 + i) * h.bias_step] * gate[half];
                    }
                }
            }
        }
    }
}

// Hides what is beyond the last key.
FUNCTION void hide_keys(float scores[8][4], int left) {
    const int mine = item_again() % 4 * 2;
    UNROLL for (int n = 0; n < 8; n++) {
        UNROLL for (int i = 0; i < 4; i++) {
            if (n * 8 + mine + i % 2 >= left) {
                scores[n][i] = -F_INFINITY;
            }
        }
    }
}

// e^x for x <= 0; 0 below 2^-126, for -infinity too.
FUNCTION float weight_of(float x) {
    const float t = x < -87.0f ? -87.0f : x;
    const float rounded = FMAF(t, LOG2_E, ROUNDER);
    const float w = reduced_exponential(t, rounded - ROUNDER) * power_of_two(rounded_power(rounded));
    return x < -87.0f ? 0.0f : w;
}

// Max over the four items that share a query.
FUNCTION float max_of_row(float x) {
    x = fmaxf(x, SHUFFLE_XOR(x, 1));
    return fmaxf(x, SHUFFLE_XOR(x, 2));
}

// Turns the scores of a query into weights times the powers of two that the rows of v were divided by, scaled as what is split is. Half of an
// item's scores are of one query. Returns the factor that products of them are multiplied by.
FUNCTION float weigh(float scores[8][4], const int half, LOCAL const float* value_scale, float* running_max, float* sum, float* shrink) {
    float top = *running_max;
    UNROLL for (int n = 0; n < 8; n++) {
        UNROLL for (int i = 0; i < 2; i++) {
            top = fmaxf(top, scores[n][half * 2 + i]);
        }
    }
    top = max_of_row(top);
    // A query that has seen only hidden keys gets weights of 0 rather than NaN.
    const float base = top == -F_INFINITY ? 0.0f : top;
    *shrink = weight_of(*running_max - base);
    *running_max = top;
    float added = 0.0f;
    float largest = 0.0f;
    const int mine = item_again() % 4 * 2;
    UNROLL for (int n = 0; n < 8; n++) {
        const float2 power = *(LOCAL const float2*)(value_scale + n * 8 + mine);
        UNROLL for (int i = 0; i < 2; i++) {
            const float w = weight_of(scores[n][half * 2 + i] - base);
            added += w;
            const float scaled = w * (i == 0 ? power.x : power.y);
            largest = fmaxf(largest, scaled);
            scores[n][half * 2 + i] = scaled;
        }
    }
    *sum = FMAF(*sum, *shrink, added);
    int field = AS_INT(max_of_row(largest)) >> 23;
    field = field < MIN_FIELD ? MIN_FIELD : field;
    const float scaling = SCALING(field);
    UNROLL for (int n = 0; n < 8; n++) {
        UNROLL for (int i = 0; i < 2; i++) {
            scores[n][half * 2 + i] *= scaling;
        }
    }
    return UNSCALING(field);
}

// result = result shrink + weights v, for 16 queries and 64 columns. Weights are fragments of a as they are those of a result.
template <int PLANES>
FUNCTION void add_values(float result[8][4], const float weights[8][4], LOCAL const Shared<PLANES>& shared, const float factor[2],
        const float shrink[2]) {
    const int lane = item_again() % 32;
    const int value = plane_place(lane / 8 % 2 * 8 + lane % 8, lane / 16);
    uint a[SIDE / 16][PLANES][4];
    UNROLL for (int k = 0; k < SIDE / 16; k++) {
        UNROLL for (int r = 0; r < 4; r++) {
            uint pair[PLANES];
            split<PLANES>(weights[2 * k + r / 2][r % 2 * 2], weights[2 * k + r / 2][r % 2 * 2 + 1], pair);
            UNROLL for (int p = 0; p < PLANES; p++) {
                a[k][p][r] = pair[p];
            }
        }
    }
    UNROLL for (int n = 0; n < 4; n++) {
        float large[2][4] = {};
        float small[2][4] = {};
        UNROLL for (int k = 0; k < SIDE / 16; k++) {
            uint b[PLANES][4];
            UNROLL for (int p = 0; p < PLANES; p++) {
                load_matrix_x4_transposed(b[p], shared.values[p] + k * 16 * ROW + (value ^ 8 * n));
            }
            multiply_planes<PLANES>(large, small, a[k], b);
        }
        UNROLL for (int j = 0; j < 2; j++) {
            UNROLL for (int i = 0; i < 4; i++) {
                const float product = PLANES == 1 ? large[j][i] : large[j][i] + small[j][i];
                result[2 * n + j][i] = FMAF(product, factor[i / 2], result[2 * n + j][i] * shrink[i / 2]);
            }
        }
    }
}

// Divides by the sums of weights and writes; `queries` and `columns` are those from here on.
FUNCTION void write_results(const float result[8][4], const float sum[2], GLOBAL float* out, int queries, int columns, const Attention& h) {
    const int item = item_again();
    const int lane = item % 32;
    UNROLL for (int half = 0; half < 2; half++) {
        float total = sum[half];
        total += SHUFFLE_XOR(total, 1);
        total += SHUFFLE_XOR(total, 2);
        const float inverse = 1.0f / total;
        const int q = item / 32 * 16 + lane / 4 + half * 8;
        if (q < queries) {
            UNROLL for (int n = 0; n < 8; n++) {
                UNROLL for (int i = 0; i < 2; i++) {
                    const int c = n * 8 + lane % 4 * 2 + i;
                    if (c < columns) {
                        out[q * h.out_row + c * h.out_step] = result[n][half * 2 + i] * inverse;
                    }
                }
            }
        }
    }
}

// 64 queries of one entry of the batch and 64 columns of v. A DEEP one takes a slice of q and k after the other for each tile of keys
// and copies nothing ahead.
template <int PLANES, int DEEP>
FUNCTION void attend(LOCAL Shared<PLANES>& shared, i64 task, GLOBAL const float* q, GLOBAL const float* k, GLOBAL const float* v,
        GLOBAL const float* bias, GLOBAL const float* gates, GLOBAL float* out, const StridedLoop& batch, const StridedLoop& gate_batch,
        const Attention& h, float scale) {
    const i64 bands = (h.queries + SIDE - 1) / SIDE;
    const i64 tiles = (h.width + SIDE - 1) / SIDE;
    const i64 entry = task / (bands * tiles);
    const i64 query = (task - entry * (bands * tiles)) / tiles * SIDE;
    const i64 column = task % tiles * SIDE;
    const int queries = at_most(h.queries - query, SIDE);
    const int columns = at_most(h.width - column, SIDE);
    i64 at[5];
    positions(&batch, entry, 5, at);
    if (ITEM == 0) {
        shared.result = at[3] + query * h.out_row + column * h.out_step;
    }
    q += at[0] + query * h.q_row;
    k += at[1];
    v += at[2] + column * h.v_step;
    // This item's first query.
    const int item = item_again();
    const i64 mine = query + item / 32 * 16 + item % 32 / 4;
    bias += at[4] + mine * h.bias_row + item % 4 * 2 * h.bias_step;
    float gate[2] = {1.0f, 1.0f};
    if (h.has_gate) {
        positions(&gate_batch, entry, 1, at);
        UNROLL for (int half = 0; half < 2; half++) {
            gate[half] = mine + half * 8 < h.queries ? gates[at[0] + (mine + half * 8) * h.gate_row] : 0.0f;
        }
    }
    float tile[ROWS][16];
    if (!DEEP) {
        load_tile(tile, q, queries, (int)h.depth, h.q_row, h.q_step, (int)h.q_aligned);
        split_tile<PLANES>(tile, shared.queries, shared.query_scale, 1);
        load_tile(tile, k, at_most(h.keys, SIDE), (int)h.depth, h.k_row, h.k_step, (int)h.k_aligned);
    }
    float result[8][4] = {};
    float running_max[2] = {-F_INFINITY, -F_INFINITY};
    float sum[2] = {};
    for (i64 left = h.keys; left > 0; left -= SIDE) {
        const int keys = at_most(left, SIDE);
        const int next = left > SIDE;
        float scores[8][4] = {};
        if (DEEP) {
            for (i64 from = 0; from < h.depth; from += SIDE) {
                const int depth = at_most(h.depth - from, SIDE);
                load_tile(tile, q + from * h.q_step, queries, depth, h.q_row, h.q_step, (int)h.q_aligned);
                // All have multiplied the slice before.
                BARRIER();
                split_tile<PLANES>(tile, shared.queries, shared.query_scale, 1);
                load_tile(tile, k + from * h.k_step, keys, depth, h.k_row, h.k_step, (int)h.k_aligned);
                split_tile<PLANES>(tile, shared.keys, shared.key_scale, 0);
                BARRIER();
                multiply_keys<PLANES, 1>(scores, shared, depth, scale);
            }
            load_tile(tile, v, keys, columns, h.v_row, h.v_step, (int)h.v_aligned);
        } else {
            split_tile<PLANES>(tile, shared.keys, shared.key_scale, 0);
            // These arrive while scores are computed.
            load_tile(tile, v, keys, columns, h.v_row, h.v_step, (int)h.v_aligned);
            // All have split their keys, and added the values before.
            BARRIER();
            multiply_keys<PLANES, 0>(scores, shared, (int)h.depth, scale);
        }
        split_tile<PLANES>(tile, shared.values, shared.value_scale, 0);
        k += SIDE * h.k_row;
        v += SIDE * h.v_row;
        if (!DEEP && next) {
            // These arrive while values are added.
            load_tile(tile, k, at_most(left - SIDE, SIDE), (int)h.depth, h.k_row, h.k_step, (int)h.k_aligned);
        }
        if (h.has_bias) {
            add_bias(scores, bias, gate, queries, left, h);
            bias += SIDE * h.bias_step;
        }
        if (!next) {
            hide_keys(scores, keys);
        }
        // All have split their values, and multiplied by the keys.
        BARRIER();
        float factor[2];
        float shrink[2];
        UNROLL for (int half = 0; half < 2; half++) {
            factor[half] = weigh(scores, half, shared.value_scale, &running_max[half], &sum[half], &shrink[half]);
        }
        add_values<PLANES>(result, scores, shared, factor, shrink);
    }
    write_results(result, sum, out + shared.result, queries, columns, h);
    // All have used what the next task overwrites.
    BARRIER();
}

#define VARIANT(name, planes, deep) \
    extern "C" __global__ void __launch_bounds__(GROUP_ITEMS, 2) name(GLOBAL const float* q, GLOBAL const float* k, GLOBAL const float* v, \
            GLOBAL const float* bias, GLOBAL const float* gate, GLOBAL float* out, PARAMETER(StridedLoop) batch, PARAMETER(StridedLoop) gates, \
            PARAMETER(Attention) h, const float scale) { \
        extern __shared__ __align__(128) uint memory[]; \
        LOCAL Shared<planes>& shared = *reinterpret_cast<Shared<planes>*>(memory); \
        EACH_TASK(task, batch.count * ((h.queries + SIDE - 1) / SIDE) * ((h.width + SIDE - 1) / SIDE)) { \
            attend<planes, deep>(shared, task, q, k, v, bias, gate, out, batch, gates, h, scale); \
        } \
    }

VARIANT(attention_split, 2, 0)
VARIANT(attention_split_deep, 2, 1)
VARIANT(attention_half, 1, 0)
VARIANT(attention_half_deep, 1, 1)
