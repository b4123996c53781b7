// Matching of binarized prototypes on tensor cores, for compute capability 8.0 and up: the winners of exact arithmetic and the values of
// prototype_match_binary, prototype_rescore and prototype_values (prototype.cl), bit for bit.
//
// What:    tokens become whole numbers of 15 bits, X = round(a (x / |x| - c)), and tensor cores sum them for the entries whose sign is
//          negative, in integers and thus exactly. That decides all but the tokens within `gap` of the max, on average 1.04 of 512; these are
//          decided by compensated sums, which the value needs anyway, and what these cannot tell apart by exact ones. The bound is
//          derived in docs/kernels.md; no sum of tensor cores is rounded, so it does not matter how they would round.
//          signs_pack: signs in the order of prototype_pack, and in that of the fragments. tokens_measure: norms, hashes, and the extremes
//          of each entry over 32 tokens. tokens_split: X = 128 h + l in two planes of bytes; a token that repeats an earlier one of its
//          clip is masked. signs_match: the two highest tokens of every 32, for each prototype. winners_settle: winner and value.
// Layout:  x, p, values, winners by any strides (struct Matching). norms [clips, tokens, 4] = square (high, low), 1 / norm, hash. extremes
//          [clips, slots, 2, dim]; a slot is 32 tokens. planes [clips, padded tokens, 2, padded dim] bytes; both sizes are padded to
//          multiples of 64 by 0. sums [clips, padded tokens]. keys [clips, slots, prototypes, 2]: 32 sum(sign X) + 31 - token % 32, which
//          order as the sums, then by lower index. signs [prototypes / 64, padded dim / 64, 32 items, 4 fragments] words, prototypes
//          padded to a multiple of 256: bit 8 i + 7 - r is the sign of byte i of an item's register r of a step of 64 entries.
// Launch:  groups of 256. signs_pack: one per 16 prototypes; tokens_measure, tokens_split: one per clip and slot; signs_match: one per
//          clip, 64 tokens and 256 prototypes; winners_settle, winners_decide: one per 64 winners.
// Order:   integers; norms and dot products as prototype_values. The max wins, then the lower index.
// Limits:  dim up to 4,096. Memory of signs_match, static: four stages of 10 KiB and 256 bytes.
// Registers (sm_80, sm_90, sm_100): signs_match 126, 124, 125 of 128, so two groups, 16 warps, on a multiprocessor, with 82 KiB of its shared
//          memory; winners_settle 80, three groups; winners_decide 91, 96, 114; tokens_split 66, 62, 48 and 17 KiB; the others at most 48.
// Bound:   tensor cores. In a step of 64 entries a warp (64 prototypes, 32 tokens) makes 64 multiplications m16n8k32, on an H100 of 4 cycles
//          each (6.5 by mma.sync, as measured by others), an RTX 4090 of 16. Beside these it has 64 logic and shift instructions, 128 cycles of
//          the logic unit, 32 additions and 8 ldmatrix. Its group copies 10 KiB from L2 for 8 warps; shared memory delivers 64 bytes a cycle
//          of 128 where an H100's tensor cores run at peak. Times of whole matchings: docs/kernels.md.
#include "settle.h"

// bits[j, w]: bit i is 1 where entry 32 w + i of prototype j is negative; scales[j] = 1 / sqrt(dim), or NaN if an entry is not finite.
extern "C" __global__ void __launch_bounds__(GROUP_ITEMS) signs_pack(GLOBAL const float* p, GLOBAL uint* bits, GLOBAL uint* signs,
        GLOBAL float* scales, PARAMETER(Matching) m) {
    LOCAL_ARRAY(uint, rows, 16 * MAX_DIM / 32);
    const int words = (int)((m.dim + 31) / 32);
    const int steps = (int)(padded(m.dim, STEP) / STEP);
    EACH_TASK(task, padded(m.prototypes, BAND) / 16) {
        for (int r = WARP; r < 16; r += WARPS) {
            const i64 j = task * 16 + r;
            const int real = j < m.prototypes;
            float finite = 0.0f;
            for (int w = 0; w < steps * 2; w++) {
                const i64 d = w * 32 + LANE;
                const float v = real && d < m.dim ? p[m.p_offset + j * m.p_row + d * m.p_step] : 0.0f;
                finite += v - v;
                const uint word = warp_set(!(v >= 0.0f));
                if (LANE == 0) {
                    rows[r * (MAX_DIM / 32) + w] = word;
                    if (real && w < words) {
                        bits[j * words + w] = word;
                    }
                }
            }
            UNROLL for (int n = 1; n < 32; n *= 2) {
                finite += SHUFFLE_XOR(finite, n);
            }
            if (LANE == 0 && real) {
                scales[j] = 1.0f / SQRTF((float)m.dim) + finite;
            }
        }
        BARRIER();
        for (int e = ITEM; e < steps * 32; e += GROUP_ITEMS) {
            const int step = e / 32;
            uint word = 0u;
            UNROLL for (int r = 0; r < 8; r++) {
                const uint row = rows[(e % 32 / 4 + r % 2 * 8) * (MAX_DIM / 32) + step * 2 + r / 4];
                const uint four = row >> (r / 2 % 2 * 16 + e % 4 * 4) & 15u;
                word |= (four * 0x204081u & 0x1010101u) << (7 - r);
            }
            signs[((task / 4 * steps + step) * 32 + e % 32) * 4 + task % 4] = word;
        }
        BARRIER();
    }
}

extern "C" __global__ void __launch_bounds__(GROUP_ITEMS) tokens_measure(GLOBAL const float* x, GLOBAL float* norms, GLOBAL float* extremes,
        GLOBAL int* irregular, PARAMETER(Matching) m) {
    LOCAL_ARRAY(float, inverse, SLOT);
    LOCAL_ARRAY(int, odd, SLOT);
    const i64 slots = slots_of(&m);
    EACH_TASK(task, m.clips * slots) {
        const i64 clip = task / slots;
        const i64 first = (task - clip * slots) * SLOT;
        const int count = first >= m.tokens ? 0 : m.tokens - first < SLOT ? (int)(m.tokens - first) : SLOT;
        for (int i = WARP; i < SLOT; i += WARPS) {
            GLOBAL const float* row = token_of(x, clip, i < count ? first + i : 0, &m);
            const i64 dim = i < count ? m.dim : 0;
            Compensated square = two_sum(0.0f, 0.0f);
            uint hash = 0u;
            for (i64 d = LANE; d < dim; d += 32) {
                const float v = row[d * m.x_step];
                compensated_add(&square, v * v);
                square.low += FMAF(v, v, -(v * v));
                const uint mixed = AS_UINT(v) * 0x9e3779b1u;
                hash += (mixed ^ mixed >> 15) * (2u * (uint)d + 1u);
            }
            square = warp_compensated_sum(square);
            hash = (uint)warp_total((int)hash);
            const float whole = square.high + square.low;
            const float norm = SQRTF(whole);
            if (LANE == 0 && i < count) {
                GLOBAL float* to = norms + (clip * m.tokens + first + i) * 4;
                to[0] = square.high;
                to[1] = square.low;
                to[2] = 1.0f / (norm < NORM_FLOOR ? NORM_FLOOR : norm);
                to[3] = AS_FLOAT(hash);
                inverse[i] = to[2];
            }
            if (LANE == 0) {
                odd[i] = i < count && !(whole == 0.0f || (whole >= MIN_SQUARE && whole <= MAX_SQUARE));
            }
        }
        BARRIER();
        for (i64 d = ITEM; d < m.dim; d += GROUP_ITEMS) {
            GLOBAL const float* column = token_of(x, clip, first, &m) + d * m.x_step;
            float low = F_INFINITY;
            float high = -F_INFINITY;
            for (int i = 0; i < count; i++) {
                const float u = column[i * m.x_token] * inverse[i];
                low = u < low ? u : low;
                high = u > high ? u : high;
            }
            extremes[task * 2 * m.dim + d] = low;
            extremes[(task * 2 + 1) * m.dim + d] = high;
        }
        if (ITEM == 0) {
            int any = 0;
            for (int i = 0; i < SLOT; i++) {
                any |= odd[i];
            }
            irregular[task] = any;
        }
        BARRIER();
    }
}

// Whether token n of a clip has the bits of an earlier one; of those with its hash only the first is compared. All items of the warp call it.
FUNCTION int repeats(GLOBAL const float* x, GLOBAL const float* norms, i64 clip, i64 n, const Matching* m) {
    const uint hash = AS_UINT(norms[(clip * m->tokens + n) * 4 + 3]);
    int before = -1;
    for (i64 from = 0; from < n && before < 0; from += 32) {
        const i64 k = from + LANE;
        const uint same = warp_set(k < n && AS_UINT(norms[(clip * m->tokens + (k < n ? k : 0)) * 4 + 3]) == hash);
        before = same != 0u ? (int)from + lowest(same) : -1;
    }
    GLOBAL const float* row = token_of(x, clip, n, m);
    GLOBAL const float* other = token_of(x, clip, before < 0 ? n : before, m);
    int differs = before < 0;
    for (i64 d = LANE; d < m->dim; d += 32) {
        differs |= AS_UINT(row[d * m->x_step]) != AS_UINT(other[d * m->x_step]);
    }
    return warp_set(differs) == 0u;
}

// Centers of all entries, from their extremes over the clip, and the max distance from them, at least MIN_RANGE.
FUNCTION float center_entries(LOCAL float* center, LOCAL float* scratch, GLOBAL const float* extremes, i64 slots, const Matching* m) {
    float range = MIN_RANGE;
    for (i64 d = ITEM; d < m->dim; d += GROUP_ITEMS) {
        float low = F_INFINITY;
        float high = -F_INFINITY;
        for (i64 s = 0; s < slots; s++) {
            const float l = extremes[s * 2 * m->dim + d];
            const float h = extremes[(s * 2 + 1) * m->dim + d];
            low = l < low ? l : low;
            high = h > high ? h : high;
        }
        const float c = 0.5f * (low + high);
        center[d] = c;
        const float far = high - c > c - low ? high - c : c - low;
        range = far > range ? far : range;
    }
    scratch[ITEM] = range;
    BARRIER();
    for (int n = GROUP_ITEMS / 2; n > 0; n /= 2) {
        if (ITEM < n) {
            scratch[ITEM] = scratch[ITEM + n] > scratch[ITEM] ? scratch[ITEM + n] : scratch[ITEM];
        }
        BARRIER();
    }
    range = scratch[0];
    BARRIER();
    return range;
}

// Twice the max distance of sum(sign X) from a sum(sign (x / |x| - c)), rounded up.
FUNCTION int gap_of(float scale, const Matching* m) {
    const float gap = 1.005f * (float)m->dim + 8.1f * 5.9604645e-8f * scale * SQRTF((float)m->dim) + 2.0f;
    return gap < 268435456.0f ? (int)gap + 1 : 268435456;
}

extern "C" __global__ void __launch_bounds__(GROUP_ITEMS) tokens_split(GLOBAL const float* x, GLOBAL const float* norms,
        GLOBAL const float* extremes, GLOBAL const int* irregular, GLOBAL uint* planes, GLOBAL int* sums, GLOBAL int* info,
        PARAMETER(Matching) m) {
    LOCAL_ARRAY(float, center, MAX_DIM);
    LOCAL_ARRAY(float, scratch, GROUP_ITEMS);
    const i64 slots = slots_of(&m);
    const i64 width = padded(m.dim, STEP);
    EACH_TASK(task, m.clips * slots) {
        const i64 clip = task / slots;
        const i64 first = (task - clip * slots) * SLOT;
        int odd = 0;
        for (i64 s = 0; s < slots; s++) {
            odd |= irregular[clip * slots + s];
        }
        const float range = center_entries(center, scratch, extremes + clip * slots * 2 * m.dim, slots, &m);
        const float scale = odd ? 0.0f : MAX_SCALED / range;
        for (int i = WARP; i < SLOT; i += WARPS) {
            const i64 n = first + i;
            const int masked = n >= m.tokens || repeats(x, norms, clip, n < m.tokens ? n : 0, &m);
            GLOBAL const float* row = token_of(x, clip, n < m.tokens ? n : 0, &m);
            const float inverse = norms[(clip * m.tokens + (n < m.tokens ? n : 0)) * 4 + 2];
            GLOBAL uint* high = planes + (clip * slots * SLOT + n) * 2 * (width / 4);
            int sum = 0;
            for (i64 d = LANE * 4; d < width; d += 128) {
                uint h = 0u;
                uint l = 0u;
                UNROLL for (int e = 0; e < 4; e++) {
                    const int used = !masked && !odd && d + e < m.dim;
                    const float y = used ? row[(d + e) * m.x_step] * inverse - center[d + e] : 0.0f;
                    const int whole = (int)RINTF(y * scale);
                    const int upper = (whole + 64) >> 7;
                    h |= ((uint)upper & 255u) << (8 * e);
                    l |= ((uint)(whole - upper * 128) & 255u) << (8 * e);
                    sum += whole;
                }
                high[d / 4] = h;
                high[width / 4 + d / 4] = l;
            }
            sum = warp_total(sum);
            if (LANE == 0) {
                sums[clip * slots * SLOT + n] = masked ? MASKED : sum * SLOT + SLOT - 1 - i;
            }
        }
        if (ITEM == 0 && first == 0) {
            info[clip * INFO + INFO_IRREGULAR] = odd;
            info[clip * INFO + INFO_GAP] = gap_of(scale, &m);
        }
        BARRIER();
    }
}

// Where chunk c, 16 bytes, of row r of a plane lies in a stage: rows of 64 bytes, rotated so that eight rows at one c touch all banks once.
FUNCTION int place_of(int r, int c) {
    return r * STEP + (c ^ (r >> 1 & 3)) * 16;
}

// Starts copying 64 entries of 64 tokens, both planes, and the signs of 256 prototypes; `tokens` and `signs` are what this item copies of them.
FUNCTION void begin_step(LOCAL char* stage, GLOBAL const char* tokens, GLOBAL const char* signs, int step, int width) {
    const int to = place_of(ITEM / 4, ITEM % 4);
    copy_async<16>(stage + to, tokens + step * STEP, 16);
    copy_async<16>(stage + PLANE + to, tokens + width + step * STEP, 16);
    if (ITEM < BAND / 2) {
        copy_async<16>(stage + 2 * PLANE + ITEM * 16, signs + step * 512, 16);
    }
}

// Adds the entries of a step that have a negative sign: this warp's 64 prototypes (four fragments), its 32 tokens from row `down` on.
FUNCTION void multiply_step(LOCAL const char* stage, int band, int down, int sum[4][4][4]) {
    uint word[4];
    UNROLL for (int f = 0; f < 4; f++) {
        word[f] = ((LOCAL const uint*)(stage + 2 * PLANE))[(band * 32 + LANE) * 4 + f];
    }
    UNROLL for (int half = 0; half < 2; half++) {
        uint tokens[2][2][4];
        UNROLL for (int plane = 0; plane < 2; plane++) {
            UNROLL for (int pair = 0; pair < 2; pair++) {
                const int r = down + pair * 16 + LANE / 16 * 8 + LANE % 8;
                load_matrix_x4(tokens[plane][pair], stage + plane * PLANE + place_of(r, half * 2 + LANE / 8 % 2));
            }
        }
        UNROLL for (int f = 0; f < 4; f++) {
            uint upper[4];
            uint lower[4];
            UNROLL for (int r = 0; r < 4; r++) {
                upper[r] = word[f] & 0x80808080u;
                lower[r] = upper[r] >> 7;
                word[f] += word[f];
            }
            UNROLL for (int n = 0; n < 4; n++) {
                multiply_u8_s8(sum[f][n], upper, tokens[0][n / 2] + n % 2 * 2);
            }
            UNROLL for (int n = 0; n < 4; n++) {
                multiply_u8_s8(sum[f][n], lower, tokens[1][n / 2] + n % 2 * 2);
            }
        }
    }
}

// The two highest of four keys, ranked already in pairs.
FUNCTION void merge_keys(int* best, int* second, int other, int other_second) {
    const int low = *best < other ? *best : other;
    const int next = *second > other_second ? *second : other_second;
    *best = *best > other ? *best : other;
    *second = low > next ? low : next;
}

// The two highest keys of this warp's 32 tokens for each of its prototypes, from `first` on. An item has 8 tokens of 8 prototypes.
FUNCTION void write_keys(const int sum[4][4][4], LOCAL const int* bases, GLOBAL int* keys, i64 first, const Matching* m) {
    int base[4][2];
    UNROLL for (int n = 0; n < 4; n++) {
        base[n][0] = bases[n * 8 + LANE % 4 * 2];
        base[n][1] = bases[n * 8 + LANE % 4 * 2 + 1];
    }
    UNROLL for (int f = 0; f < 4; f++) {
        UNROLL for (int half = 0; half < 2; half++) {
            int best = MASKED;
            int second = MASKED;
            UNROLL for (int n = 0; n < 4; n++) {
                UNROLL for (int c = 0; c < 2; c++) {
                    // Modulo 2^32; the difference itself fits.
                    const int key = (int)((uint)base[n][c] - (uint)sum[f][n][half * 2 + c] * (2u * SLOT));
                    const int low = best < key ? best : key;
                    best = best > key ? best : key;
                    second = second > low ? second : low;
                }
            }
            UNROLL for (int x = 1; x < 4; x *= 2) {
                const int other = SHUFFLE_XOR(best, x);
                const int next = SHUFFLE_XOR(second, x);
                merge_keys(&best, &second, other, next);
            }
            const i64 j = first + f * 16 + half * 8 + LANE / 4;
            if (LANE % 4 == f && j < m->prototypes) {
                keys[j * 2] = best;
                keys[j * 2 + 1] = second;
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(GROUP_ITEMS, 2) signs_match(GLOBAL const uint* planes, GLOBAL const uint* signs,
        GLOBAL const int* sums, GLOBAL int* keys, PARAMETER(Matching) m) {
    LOCAL_ARRAY(char, stages, STAGES * STAGE);
    LOCAL_ARRAY(int, bases, TOKENS);
    const i64 bands = (m.prototypes + BAND - 1) / BAND;
    const i64 tiles = (m.tokens + TOKENS - 1) / TOKENS;
    const int width = (int)padded(m.dim, STEP);
    const int steps = width / STEP;
    const int band = WARP / 2;
    const int down = WARP % 2 * SLOT;
    EACH_TASK(task, m.clips * tiles * bands) {
        const i64 tile = task / bands;
        const i64 first = (task - tile * bands) * BAND;
        GLOBAL const char* tokens = (GLOBAL const char*)planes + (tile * TOKENS + ITEM / 4) * 2 * width + ITEM % 4 * 16;
        GLOBAL const char* own = (GLOBAL const char*)signs + first * (width / 8) + ITEM / 32 * steps * 512 + ITEM % 32 * 16;
        int sum[4][4][4] = {};
        if (ITEM < TOKENS / 4) {
            copy_async<16>(bases + ITEM * 4, sums + tile * TOKENS + ITEM * 4, 16);
        }
        for (int s = 0; s < STAGES - 1; s++) {
            if (s < steps) {
                begin_step(stages + s * STAGE, tokens, own, s, width);
            }
            commit_copies();
        }
        for (int s = 0; s < steps; s++) {
            // All but the newest groups have arrived: step s. Nobody reads step s - 1 any more, whose stage the next one takes.
            wait_for_copies<STAGES - 2>();
            BARRIER();
            if (s + STAGES - 1 < steps) {
                begin_step(stages + (s + STAGES - 1) % STAGES * STAGE, tokens, own, s + STAGES - 1, width);
            }
            commit_copies();
            multiply_step(stages + s % STAGES * STAGE, band, down, sum);
        }
        const i64 slot = tile * (TOKENS / SLOT) + WARP % 2;
        write_keys(sum, bases + down, keys + slot * m.prototypes * 2, first + band * 64, &m);
        // The next task overwrites what others may still read.
        BARRIER();
    }
}

#define SETTLE(name, exact, groups) \
    extern "C" __global__ void __launch_bounds__(GROUP_ITEMS, groups) name(GLOBAL const float* x, GLOBAL const uint* bits, \
            GLOBAL const float* scales, GLOBAL const float* norms, GLOBAL const int* sums, GLOBAL const int* keys, GLOBAL const int* info, \
            GLOBAL float* values, GLOBAL int* winners, PARAMETER(Matching) m) { \
        settle_all<exact>(x, bits, scales, norms, sums, keys, info, values, winners, &m); \
    }

SETTLE(winners_settle, 0, 3)
SETTLE(winners_decide, 1, 2)
