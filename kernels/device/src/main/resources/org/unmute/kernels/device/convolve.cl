// Convolutions as matrix products whose left operand is never unfolded (implicit im2col).
//
// What:    convolve_tokens: out[t, g, o] = f(bias[g, o] + sum over taps k and channels i of weight[g, o, k, i] x[t + k - taps / 2, g, i]), for
//          each clip and group g of channels, with zero padding; f is the identity, GELU or ReLU; the bias is optional.
//          embed_patches: out[patch, o] = bias[o] + sum over the rows y and columns x of a patch of weight[o, y, x] image[..]; patches may
//          overlap and are numbered row by row.
// Layout:  all tensors by any strides (structs TokenConvolution, Patches); weight of embed_patches [out, height * width].
// Launch:  one group of 256 items per tile of 64 x 64 results, 4 x 4 per item (tile.h). convolve_tokens: tokens x outputs of one clip and group
//          (LaunchPlan.tiles); local memory: the 127 tokens that 64 taps see, 16 channels each, and two slices of weights, 18.5 KiB, so a
//          token is read once for 64 taps. embed_patches: patches of all clips x outputs in tiles of 128 x 128, 8 x 8 per item (wide.h;
//          LaunchPlan.wideTiles), or _small where there would be too few of those; local memory as matmul and matmul_small, 16.5 and 8.5 KiB.
// Order:   each result is one chain of fused multiply-adds. convolve_tokens: 64 taps at a time, within these 16 channels at a time, then tap by
//          tap and channel by channel. embed_patches: along a patch, with the bits of matmul on unfolded patches.
// Limits:  taps, channels of a group and elements of a patch below 2^31. embed_patches: one group per tile.
// Bound:   multiply-adds. embed_patches is a product (see matmul.cl), with 125 to 128 registers, two groups of 256 items; _small has 80, three.
//          convolve_tokens has 114 to 125, two; a tap and 16 channels of a tile are 64 multiply-adds for 32 reads per item, which local memory
//          serves in up to 64 cycles, so that it reaches at most half of the peak. Not yet measured on a card.
#include "activation.h"
#include "tile.h"
#include "wide.h"

typedef struct {
    i64 clips, tokens, groups, taps, in, out;
    i64 x_offset, x_clip, x_token, x_step;
    i64 w_offset, w_group, w_row, w_tap, w_step;
    i64 bias_offset, bias_step, has_bias, activation;
    i64 out_offset, out_clip, out_token, out_step;
} TokenConvolution;

// Taps per block, the tokens that they see for one tile, and the row pitch of those: the padding keeps reads of 4 channels aligned.
#define TAPS 64
#define SEEN (TILE + TAPS - 1)
#define SEEN_ROW (TILE_DEPTH + 4)

// Fills seen[r * SEEN_ROW + c] with channel c of token first + r; x is the first channel of token 0.
FUNCTION void load_tokens(LOCAL float* seen, GLOBAL const float* x, i64 first, int rows, i64 tokens, i64 depth, i64 token_step, i64 step) {
    ROLLED for (int e = ITEM; e < rows * TILE_DEPTH; e += TILE_ITEMS) {
        int r = e / TILE_DEPTH;
        int c = e % TILE_DEPTH;
        i64 t = first + r;
        seen[r * SEEN_ROW + c] = t >= 0 && t < tokens && c < depth ? x[t * token_step + c * step] : 0.0f;
    }
}

// This item's four weights of a tap and a slice of channels: outputs ITEM / 16 + 16 q.
FUNCTION void fetch_weights(float v[TILE_LOADS], GLOBAL const float* w, i64 rows, i64 depth, i64 row_step, i64 step) {
    const int c = ITEM % TILE_DEPTH;
    UNROLL for (int q = 0; q < TILE_LOADS; q++) {
        int r = ITEM / TILE_DEPTH + q * (TILE_ITEMS / TILE_DEPTH);
        v[q] = r < rows && c < depth ? w[r * row_step + c * step] : 0.0f;
    }
}

FUNCTION void store_weights(LOCAL float* tile, const float v[TILE_LOADS]) {
    UNROLL for (int q = 0; q < TILE_LOADS; q++) {
        tile[ITEM % TILE_DEPTH * TILE_ROW + ITEM / TILE_DEPTH + q * (TILE_ITEMS / TILE_DEPTH)] = v[q];
    }
}

#define MULTIPLY_CHANNEL(channel, component) \
    EACH_OF_4(j) { \
        y[j] = weights[(c + channel) * TILE_ROW + right + j]; \
    } \
    EACH_OF_4(i) { \
        EACH_OF_4(j) { \
            sum[i][j] = FMAF(x[i].component, y[j], sum[i][j]); \
        } \
    }

// Adds one tap's share over a slice of channels; `seen` starts at the token that the tap sees for the tile's first token.
FUNCTION void multiply_tap(LOCAL const float* seen, LOCAL const float* weights, float sum[4][4]) {
    const int down = TILE_DOWN;
    const int right = TILE_RIGHT;
    UNROLL for (int c = 0; c < TILE_DEPTH; c += 4) {
        float4 x[4];
        float y[4];
        EACH_OF_4(i) {
            x[i] = *(LOCAL const float4*)(seen + (down + i) * SEEN_ROW + c);
        }
        MULTIPLY_CHANNEL(0, x)
        MULTIPLY_CHANNEL(1, y)
        MULTIPLY_CHANNEL(2, z)
        MULTIPLY_CHANNEL(3, w)
    }
}

TILE_KERNEL void convolve_tokens(GLOBAL const float* x, GLOBAL const float* weight, GLOBAL const float* bias, GLOBAL float* out,
        PARAMETER(TokenConvolution) p) {
    LOCAL_ARRAY(float, seen, SEEN * SEEN_ROW);
    LOCAL_ARRAY(float, ws, 2 * TILE_SIZE);
    const i64 bands = (p.tokens + TILE - 1) / TILE;
    const i64 columns = (p.out + TILE - 1) / TILE;
    EACH_TASK(task, p.clips * p.groups * bands * columns) {
        i64 entry = task / (bands * columns);
        i64 tile = task - entry * (bands * columns);
        i64 token = tile / columns * TILE;
        i64 first = tile % columns * TILE;
        i64 clip = entry / p.groups;
        i64 group = entry - clip * p.groups;
        GLOBAL const float* left = x + p.x_offset + clip * p.x_clip + group * p.in * p.x_step;
        GLOBAL const float* right = weight + p.w_offset + group * p.w_group + first * p.w_row;
        float sum[4][4];
        clear_tile(sum);
        for (int tap = 0; tap < (int)p.taps; tap += TAPS) {
            const int taps = (int)p.taps - tap < TAPS ? (int)p.taps - tap : TAPS;
            for (int from = 0; from < (int)p.in; from += TILE_DEPTH) {
                GLOBAL const float* w = right + tap * p.w_tap + from * p.w_step;
                float v[TILE_LOADS];
                load_tokens(seen, left + from * p.x_step, token + tap - p.taps / 2, TILE + taps - 1, p.tokens, p.in - from, p.x_token, p.x_step);
                fetch_weights(v, w, p.out - first, p.in - from, p.w_row, p.w_step);
                store_weights(ws, v);
                BARRIER();
                int slice = 0;
                for (int k = 0; k < taps; k++) {
                    w += p.w_tap;
                    if (k + 1 < taps) {
                        fetch_weights(v, w, p.out - first, p.in - from, p.w_row, p.w_step);
                    }
                    multiply_tap(seen + k * SEEN_ROW, ws + slice, sum);
                    slice = TILE_SIZE - slice;
                    if (k + 1 < taps) {
                        store_weights(ws + slice, v);
                    }
                    BARRIER();
                }
            }
        }
        ROLLED for (int i = 0; i < 4; i++) {
            i64 t = token + TILE_DOWN + i;
            EACH_OF_4(j) {
                i64 o = first + TILE_RIGHT + j;
                float own = i == 0 ? sum[0][j] : i == 1 ? sum[1][j] : i == 2 ? sum[2][j] : sum[3][j];
                if (t < p.tokens && o < p.out) {
                    i64 channel = group * p.out + o;
                    own = p.has_bias ? own + bias[p.bias_offset + channel * p.bias_step] : own;
                    out[p.out_offset + clip * p.out_clip + t * p.out_token + channel * p.out_step] = activated(own, (int)p.activation);
                }
            }
        }
    }
}

typedef struct {
    i64 patches, down, right, height, width, out;
    i64 image_offset, image_clip, image_down, image_right, image_row, image_step;  // down, right: to the next patch
    i64 w_offset, w_row, w_step;
    i64 bias_offset, bias_step, has_bias;
    i64 out_offset, out_clip, out_patch, out_step;
    i64 image_aligned, w_aligned;
} Patches;

// Offset of a patch in the images.
FUNCTION i64 place_of_patch(i64 patch, const Patches* p) {
    i64 row = patch / p->right;
    i64 clip = row / p->down;
    return p->image_offset + clip * p->image_clip + (row - clip * p->down) * p->image_down + (patch - row * p->right) * p->image_right;
}

// Offset of element c within a patch.
FUNCTION i64 place_in_patch(int c, const Patches* p) {
    const int y = c / (int)p->width;
    return y * p->image_row + (c - y * (int)p->width) * p->image_step;
}

FUNCTION void write_embedded(float sum, GLOBAL const float* bias, GLOBAL float* out, const Patches* p, i64 patch, i64 o) {
    if (patch < p->patches && o < p->out) {
        i64 clip = patch / (p->down * p->right);
        out[p->out_offset + clip * p->out_clip + (patch - clip * (p->down * p->right)) * p->out_patch + o * p->out_step] =
                p->has_bias ? sum + bias[p->bias_offset + o * p->bias_step] : sum;
    }
}

// Elements c to c + 3 of the patch at x, 0 beyond its size or if the patch is not `in_range`.
FUNCTION float4 fetch_patch(GLOBAL const float* x, int c, int size, int in_range, const Patches* p) {
    float4 v;
    if (p->image_aligned && in_range && c + 3 < size) {
        v = *(GLOBAL const float4*)(x + place_in_patch(c, p));
    } else {
        v.x = in_range && c < size ? x[place_in_patch(c, p)] : 0.0f;
        v.y = in_range && c + 1 < size ? x[place_in_patch(c + 1, p)] : 0.0f;
        v.z = in_range && c + 2 < size ? x[place_in_patch(c + 2, p)] : 0.0f;
        v.w = in_range && c + 3 < size ? x[place_in_patch(c + 3, p)] : 0.0f;
    }
    return v;
}

#if !defined(SMALL_TILES)
// matmul with another left operand. One group per tile.
WIDE_KERNEL void embed_patches(GLOBAL const float* RESTRICT image, GLOBAL const float* RESTRICT weight, GLOBAL const float* bias,
        GLOBAL float* out, PARAMETER(Patches) p) {
    LOCAL_ARRAY(float, slices, 4 * WIDE_SIZE);
    LOCAL float* as = slices;
    LOCAL float* bs = slices + 2 * WIDE_SIZE;
    const i64 tiles = (p.out + WIDE - 1) / WIDE;
    const i64 first = GROUP / tiles * WIDE;
    const i64 column = GROUP % tiles * WIDE;
    const int size = (int)(p.height * p.width);
    const int in_range = first + wide_row(0) < p.patches;
    const int columns = p.out - column < WIDE ? (int)(p.out - column) : WIDE;
    GLOBAL const float* left = image + (in_range ? place_of_patch(first + wide_row(0), &p) : 0);
    GLOBAL const float* right = weight + p.w_offset + (column + wide_row(0)) * p.w_row + wide_inner(0) * p.w_step;
    float sum[8][8];
    clear_wide(sum);
    store_wide(as, fetch_patch(left, wide_inner(0), size, in_range, &p), 0);
    store_wide(bs, fetch_wide(right, columns, size < WIDE_DEPTH ? size : WIDE_DEPTH, p.w_row, p.w_step, 0, (int)p.w_aligned), 0);
    BARRIER();
    int slice = 0;
    for (int next = WIDE_DEPTH; next < size + WIDE_DEPTH; next += WIDE_DEPTH) {
        right += WIDE_DEPTH * p.w_step;
        float4 x;
        float4 y;
        if (next < size) {
            x = fetch_patch(left, next + wide_inner(0), size, in_range, &p);
            y = fetch_wide(right, columns, size - next < WIDE_DEPTH ? size - next : WIDE_DEPTH, p.w_row, p.w_step, 0, (int)p.w_aligned);
        }
        multiply_wide(as + slice, bs + slice, sum);
        slice = WIDE_SIZE - slice;
        if (next < size) {
            store_wide(as + slice, x, 0);
            store_wide(bs + slice, y, 0);
        }
        BARRIER();
    }
    UNROLL for (int block = 0; block < 4; block++) {
        store_block(slices, sum, block);
        BARRIER();
        ROLLED for (int e = ITEM; e < 64 * 64; e += WIDE_ITEMS) {
            write_embedded(slices[e], bias, out, &p, first + block_row(e, block), column + block_column(e, block));
        }
        BARRIER();
    }
}
#endif

#undef TILE_GROUPS
#define TILE_GROUPS 3
TILE_KERNEL void embed_patches_small(GLOBAL const float* image, GLOBAL const float* weight, GLOBAL const float* bias, GLOBAL float* out,
        PARAMETER(Patches) p) {
    LOCAL_ARRAY(float, as, TILE_SIZE);
    LOCAL_ARRAY(float, bs, TILE_SIZE);
    const i64 columns = (p.out + TILE - 1) / TILE;
    const int size = (int)(p.height * p.width);
    EACH_TASK(task, (p.patches + TILE - 1) / TILE * columns) {
        i64 first = task / columns * TILE;
        i64 column = task % columns * TILE;
        // Offsets of the patches whose elements this item loads.
        i64 from[TILE_LOADS];
        UNROLL for (int q = 0; q < TILE_LOADS; q++) {
            from[q] = place_of_patch(first + ITEM / TILE_DEPTH + q * (TILE_ITEMS / TILE_DEPTH), &p);
        }
        float sum[4][4];
        clear_tile(sum);
        for (int slice = 0; slice < size; slice += TILE_DEPTH) {
            const int c = slice + ITEM % TILE_DEPTH;
            const i64 at = place_in_patch(c, &p);
            float v[TILE_LOADS];
            UNROLL for (int q = 0; q < TILE_LOADS; q++) {
                int r = ITEM / TILE_DEPTH + q * (TILE_ITEMS / TILE_DEPTH);
                v[q] = first + r < p.patches && c < size ? image[from[q] + at] : 0.0f;
            }
            store_weights(as, v);
            fetch_weights(v, weight + p.w_offset + column * p.w_row + slice * p.w_step, p.out - column, size - slice, p.w_row, p.w_step);
            store_weights(bs, v);
            BARRIER();
            multiply_tiles(as, bs, sum);
            BARRIER();
        }
        ROLLED for (int i = 0; i < 4; i++) {
            EACH_OF_4(j) {
                float own = i == 0 ? sum[0][j] : i == 1 ? sum[1][j] : i == 2 ? sum[2][j] : sum[3][j];
                write_embedded(own, bias, out, &p, first + TILE_DOWN + i, column + TILE_RIGHT + j);
            }
        }
    }
}
