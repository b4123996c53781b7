// Prototype matching on tensor cores: variants of prototype_match (prototype.cl) for compute capability 8.0 and up, which replace it with
// --precision tf32 or bf16. Binarized prototypes have kernels of their own, which are exact (matching_tensor.cu).
//
// What:    the same values and winners; dot products multiply operands rounded to TF32 (10 mantissa bits) or bfloat16 (7), sums and norms are
//          float32. A cosine is off by at most 2^-10 (TF32) or 2^-7 (bfloat16) plus the error of float32 sums, and the winner's cosine is
//          within that of the max.
// Layout:  arguments, struct included, as the portable kernels.
// Launch:  as the portable kernels: one group of 256 items (8 warps) per clip and 64 prototypes; it passes over all tokens, 128 at a time, and
//          over dim, 16 at a time. A warp has 32 tokens x 32 prototypes, 2 x 4 multiplications of 16 x 8. Slices are stored row by row with
//          a padding of 4, which spreads fragments over all banks; of three, one is multiplied while two are in flight (cp.async). Local
//          memory: 45.8 KiB.
// Order:   as the hardware adds within a multiplication, then slice by slice: the same on every launch. The max wins, then the lower index.
// Limits:  as the portable kernels. Tokens that are not aligned to 16 bytes are copied 4 bytes at a time. bfloat16 rounds finite numbers above
//          3.39e38 to infinity.
// Bound:   local memory. A warp's step of 8 (TF32) or 16 (bfloat16) of dim is 8 multiplications, 13 cycles of an H100 by mma.sync (see
//          matmul_tensor.cu), for 16 or 32 reads of 4 bytes per item, a cycle each: at most 240 TFLOP/s with either. 122 to 126 registers and
//          45.8 KiB: two groups of 256 items share a multiprocessor. Not yet measured on a card.
#include "mma.h"
#include "prototypes.h"

#define NO_TOKEN 0x7fffffff
#define TF32 0
#define BF16 1

#define TOKENS 128
#define PROTOTYPES 64
#define DEPTH 16
#define PITCH (DEPTH + 4)
#define STAGES 3
#define STAGE ((TOKENS + PROTOTYPES) * PITCH)
#define SEEN 32

// Starts copying a slice of ROWS rows, 0 beyond `rows` and `depth`.
template <int ROWS>
FUNCTION void copy_rows(LOCAL float* slice, GLOBAL const float* x, i64 rows, i64 depth, i64 row_step, i64 step, int aligned) {
    if (aligned) {
        UNROLL for (int q = 0; q < ROWS * DEPTH / 4 / 256; q++) {
            int r = (ITEM + q * 256) / (DEPTH / 4);
            int c = ITEM % (DEPTH / 4) * 4;
            i64 left = r < rows ? depth - c : 0;
            int available = left < 0 ? 0 : left < 4 ? (int)left : 4;
            copy_async<16>(slice + r * PITCH + c, available > 0 ? x + r * row_step + c : x, available * 4);
        }
    } else {
        UNROLL for (int q = 0; q < ROWS * DEPTH / 256; q++) {
            int r = (ITEM + q * 256) / DEPTH;
            int c = ITEM % DEPTH;
            int available = r < rows && c < depth;
            copy_async<4>(slice + r * PITCH + c, available ? x + r * row_step + c * step : x, available * 4);
        }
    }
}

FUNCTION float squares_of(LOCAL const float* x, const int count) {
    float sum = 0.0f;
    UNROLL for (int i = 0; i < count; i++) {
        sum = FMAF(x[i], x[i], sum);
    }
    return sum;
}

// Adds the products of a slice: this warp's 32 tokens from xs on with its 32 prototypes from ps on.
template <int PRECISION>
FUNCTION void multiply_slice(LOCAL const float* xs, LOCAL const float* ps, float sum[2][4][4]) {
    const int g = LANE / 4;
    const int t = LANE % 4;
    const int depth = PRECISION == TF32 ? 8 : 16;
    UNROLL for (int k = 0; k < DEPTH; k += depth) {
        uint a[2][4];
        uint b[4][2];
        UNROLL for (int i = 0; i < 2; i++) {
            UNROLL for (int r = 0; r < 4; r++) {
                LOCAL const float* x = xs + (16 * i + g + r % 2 * 8) * PITCH + k;
                a[i][r] = PRECISION == TF32 ? to_tf32(x[t + r / 2 * 4]) : to_bf16_pair(x[2 * t + r / 2 * 8], x[2 * t + r / 2 * 8 + 1]);
            }
        }
        UNROLL for (int j = 0; j < 4; j++) {
            UNROLL for (int r = 0; r < 2; r++) {
                LOCAL const float* p = ps + (8 * j + g) * PITCH + k;
                b[j][r] = PRECISION == TF32 ? to_tf32(p[t + r * 4]) : to_bf16_pair(p[2 * t + r * 8], p[2 * t + r * 8 + 1]);
            }
        }
        UNROLL for (int i = 0; i < 2; i++) {
            UNROLL for (int j = 0; j < 4; j++) {
                if (PRECISION == TF32) {
                    multiply_tf32(sum[i][j], a[i], b[j]);
                } else {
                    multiply_bf16(sum[i][j], a[i], b[j]);
                }
            }
        }
    }
}

FUNCTION float inverse_norm(float square) {
    float norm = SQRTF(square);
    return 1.0f / (norm < NORM_FLOOR ? NORM_FLOOR : norm);
}

// 1 / max(norm, 1e-12) of each row: an item has half of a token's squares and a quarter of a prototype's. `scratch` has 512 floats.
FUNCTION void inverse_norms(LOCAL float* scratch, float x_square, float p_square, LOCAL float* x_inverse, LOCAL float* p_inverse) {
    scratch[ITEM] = x_square;
    scratch[256 + ITEM] = p_square;
    BARRIER();
    if (ITEM < TOKENS) {
        x_inverse[ITEM] = inverse_norm(scratch[2 * ITEM] + scratch[2 * ITEM + 1]);
    } else if (ITEM < TOKENS + PROTOTYPES) {
        int j = ITEM - TOKENS;
        LOCAL const float* part = scratch + 256 + 4 * j;
        p_inverse[j] = inverse_norm((part[0] + part[1]) + (part[2] + part[3]));
    }
    BARRIER();
}

// Reduces the 32 items that saw other tokens of the same prototype.
FUNCTION void write_best(LOCAL float* scratch, const float best[8], const int place[8], GLOBAL float* values, GLOBAL int* winners,
        const Matching* m, i64 clip, i64 first) {
    LOCAL int* places = (LOCAL int*)(scratch + PROTOTYPES * SEEN);
    UNROLL for (int j = 0; j < 8; j++) {
        int column = WARP % 2 * 32 + j / 2 * 8 + LANE % 4 * 2 + j % 2;
        scratch[column * SEEN + WARP / 2 * 8 + LANE / 4] = best[j];
        places[column * SEEN + WARP / 2 * 8 + LANE / 4] = place[j];
    }
    BARRIER();
    if (ITEM < PROTOTYPES && first + ITEM < m->prototypes) {
        float value = scratch[ITEM * SEEN];
        int winner = places[ITEM * SEEN];
        for (int i = 1; i < SEEN; i++) {
            if (beats(scratch[ITEM * SEEN + i], places[ITEM * SEEN + i], value, winner)) {
                value = scratch[ITEM * SEEN + i];
                winner = places[ITEM * SEEN + i];
            }
        }
        values[m->value_offset + clip * m->value_clip + (first + ITEM) * m->value_step] = value;
        winners[m->winner_offset + clip * m->winner_clip + (first + ITEM) * m->winner_step] = winner;
    }
    BARRIER();
}

// Starts copying the slice of the inner axis at `from`: tokens, then prototypes.
FUNCTION void begin_slice(LOCAL float* stage, GLOBAL const float* row, i64 rows, GLOBAL const float* p, i64 first, i64 from,
        const Matching* m, int x_aligned, int p_aligned) {
    copy_rows<TOKENS>(stage, row + from * m->x_step, rows, m->dim - from, m->x_token, m->x_step, x_aligned);
    copy_rows<PROTOTYPES>(stage + TOKENS * PITCH, p + m->p_offset + first * m->p_row + from * m->p_step, m->prototypes - first,
            m->dim - from, m->p_row, m->p_step, p_aligned);
}

template <int PRECISION>
FUNCTION void match(GLOBAL const float* x, GLOBAL const float* p, GLOBAL float* values, GLOBAL int* winners, const Matching& m) {
    LOCAL_ARRAY(float, stages, STAGES * STAGE);
    LOCAL_ARRAY(float, x_inverse, TOKENS);
    LOCAL_ARRAY(float, p_inverse, PROTOTYPES);
    const int x_aligned = m.x_step == 1 && m.x_token % 4 == 0 && m.x_clip % 4 == 0 && m.x_offset % 4 == 0;
    const int p_aligned = m.p_step == 1 && m.p_row % 4 == 0 && m.p_offset % 4 == 0;
    const i64 bands = (m.prototypes + PROTOTYPES - 1) / PROTOTYPES;
    const i64 slices = (m.dim + DEPTH - 1) / DEPTH;
    const int down = WARP / 2 * 32;
    const int right = WARP % 2 * 32;
    EACH_TASK(task, m.clips * bands) {
        i64 clip = task / bands;
        i64 first = (task - clip * bands) * PROTOTYPES;
        float best[8];
        int place[8];
        UNROLL for (int j = 0; j < 8; j++) {
            best[j] = -F_INFINITY;
            place[j] = NO_TOKEN;
        }
        for (i64 token = 0; token < m.tokens; token += TOKENS) {
            GLOBAL const float* row = x + m.x_offset + clip * m.x_clip + token * m.x_token;
            float sum[2][4][4] = {};
            float x_square = 0.0f;
            float p_square = 0.0f;
            for (int s = 0; s < STAGES - 1; s++) {
                if (s < slices) {
                    begin_slice(stages + s * STAGE, row, m.tokens - token, p, first, s * DEPTH, &m, x_aligned, p_aligned);
                }
                commit_copies();
            }
            for (i64 s = 0; s < slices; s++) {
                // All but the newest group have arrived: slice s. Nobody reads slice s - 1 any more, whose buffer the next one takes.
                wait_for_copies<STAGES - 2>();
                BARRIER();
                if (s + STAGES - 1 < slices) {
                    begin_slice(stages + (s + STAGES - 1) % STAGES * STAGE, row, m.tokens - token, p, first,
                            (s + STAGES - 1) * DEPTH, &m, x_aligned, p_aligned);
                }
                commit_copies();
                LOCAL const float* xs = stages + s % STAGES * STAGE;
                LOCAL const float* ps = xs + TOKENS * PITCH;
                x_square += squares_of(xs + ITEM / 2 * PITCH + ITEM % 2 * 8, 8);
                p_square += squares_of(ps + ITEM / 4 * PITCH + ITEM % 4 * 4, 4);
                multiply_slice<PRECISION>(xs + down * PITCH, ps + right * PITCH, sum);
            }
            wait_for_copies<0>();
            BARRIER();
            inverse_norms(stages, x_square, p_square, x_inverse, p_inverse);
            UNROLL for (int i = 0; i < 4; i++) {
                int r = down + i * 8 + LANE / 4;
                i64 n = token + r;
                UNROLL for (int j = 0; j < 8; j++) {
                    float cosine = sum[i / 2][j / 2][i % 2 * 2 + j % 2] * x_inverse[r] * p_inverse[right + j / 2 * 8 + LANE % 4 * 2 + j % 2];
                    if (n < m.tokens && beats(cosine, (int)n, best[j], place[j])) {
                        best[j] = cosine;
                        place[j] = (int)n;
                    }
                }
            }
            BARRIER();
        }
        write_best(stages, best, place, values, winners, &m, clip, first);
    }
}

// `scales` is not read, see prototype_match.
#define VARIANT(name, precision) \
    extern "C" __global__ void __launch_bounds__(256, 2) name(GLOBAL const float* x, GLOBAL const float* p, GLOBAL const float* scales, \
            GLOBAL float* values, GLOBAL int* winners, PARAMETER(Matching) m) { \
        match<precision>(x, p, values, winners, m); \
    }

VARIANT(prototype_match_tf32, TF32)
VARIANT(prototype_match_bf16, BF16)
