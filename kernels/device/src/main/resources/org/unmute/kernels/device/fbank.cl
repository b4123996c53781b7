// Mel filter bank: from samples to mel energies, or their logarithms, in one launch.
//
// What:    for each frame: subtract its mean (if asked), pre-emphasis, window, Fourier transform, power, mel triangles, and, if asked,
//          ln(max(energy, floor)). The first sample of a frame is its own predecessor.
// Layout:  samples [clips, n] by any strides, frame f of a clip starts at f * shift; out [clips, frames, bands] by any strides. Tables,
//          made by FbankKernels: window [length] as pairs; turns [size / 2], cos and sin of 2 pi i / size as pairs; bands [bands + 1, 2],
//          first bin and index of the first weight of each; the weights of a band are contiguous.
// Launch:  one group of 128 items per frame (LaunchPlan.tasks). Local memory: the transform, 16 KiB.
// Order:   sums over a frame: item i adds i, i + items, ... in order, then halves are added; the transform is that of Fft.java, span by
//          span; a band is summed from its first bin to its last. All in double-float (pair.h): in float32, a quiet band next to a loud tone
//          would be rounding noise.
// Limits:  size is a power of two from 4 to 2048, length at most size.
// Bound:   instructions and local memory: a span of the transform takes 64 bytes in and out of local memory for two points, and some 200 float32
//          instructions in double-float; for 512 samples 8 spans of 128 such pairs. At most 40 registers and 16 KiB: 12 groups of 128 items share
//          a multiprocessor of an H100, 5 one of an RTX 4090 (100 KiB). Not yet measured on a card.
#include "pair.h"

#define MAX_ITEMS 128
#define MAX_HALF 1024

typedef struct {
    i64 clips, frames, bands;
    i64 length, shift, size;
    i64 samples_offset, samples_clip, samples_step;
    i64 out_offset, out_clip, out_frame, out_step;
    i64 centred, logarithm;
} Frames;

// Mean of a frame's samples. `scratch` has MAX_ITEMS pairs. All items must call it.
FUNCTION float2 frame_mean(LOCAL float2* scratch, GLOBAL const float* x, const Frames* f) {
    float2 sum = pair_of(0.0f, 0.0f);
    for (int i = ITEM; i < (int)f->length; i += ITEMS) {
        sum = pair_sum(sum, pair_of(x[i * f->samples_step], 0.0f));
    }
    scratch[ITEM] = sum;
    BARRIER();
    for (int n = ITEMS / 2; n > 0; n /= 2) {
        if (ITEM < n) {
            scratch[ITEM] = pair_sum(scratch[ITEM], scratch[ITEM + n]);
        }
        BARRIER();
    }
    sum = scratch[0];
    BARRIER();
    // sum / length: quotient, then the remainder divided again
    float n = (float)f->length;
    float q = sum.x / n;
    float p = q * n;
    float rest = ((sum.x - p) - FMAF(q, n, -p)) + sum.y;
    return pair_normalized(q, rest / n);
}

// Bit reversal of the lowest `bits` bits of i.
FUNCTION int reversed_bits(int i, int bits) {
    int r = 0;
    for (int b = 0; b < bits; b++) {
        r = r << 1 | (i >> b & 1);
    }
    return r;
}

// Input i of the transform: the sample after mean subtraction, pre-emphasis and window; 0 beyond the frame.
FUNCTION float2 windowed(GLOBAL const float* x, GLOBAL const float* window, const Frames* f, float2 mean, float2 part, int i) {
    if (i >= (int)f->length) {
        return pair_of(0.0f, 0.0f);
    }
    float2 own = pair_difference(pair_of(x[i * f->samples_step], 0.0f), mean);
    float2 before = i == 0 ? own : pair_difference(pair_of(x[(i - 1) * f->samples_step], 0.0f), mean);
    return pair_product(pair_difference(own, pair_product(part, before)), pair_of(window[2 * i], window[2 * i + 1]));
}

// Complex transform of `points` bit-reversed inputs, in place.
FUNCTION void transform(LOCAL float2* re, LOCAL float2* im, GLOBAL const float* turns, int points) {
    ROLLED for (int span = 1; span < points; span *= 2) {
        ROLLED for (int b = ITEM; b < points / 2; b += ITEMS) {
            int i = b & (span - 1);
            int low = 2 * (b - i) + i;
            int high = low + span;
            GLOBAL const float* turn = turns + 4 * i * (points / span);
            float2 c = pair_of(turn[0], turn[1]);
            float2 s = pair_of(turn[2], turn[3]);
            float2 r = pair_sum(pair_product(re[high], c), pair_product(im[high], s));
            float2 q = pair_difference(pair_product(im[high], c), pair_product(re[high], s));
            float2 a = re[low];
            float2 e = im[low];
            re[high] = pair_difference(a, r);
            im[high] = pair_difference(e, q);
            re[low] = pair_sum(a, r);
            im[low] = pair_sum(e, q);
        }
        BARRIER();
    }
}

FUNCTION float2 square_sum(float2 re, float2 im) {
    return pair_sum(pair_product(re, re), pair_product(im, im));
}

// From the transform of even + i odd samples to the power spectrum of the real frame: bin k in re[k], the last bin in im[0].
FUNCTION void to_power(LOCAL float2* re, LOCAL float2* im, GLOBAL const float* turns, int points) {
    ROLLED for (int k = ITEM; k <= points / 2; k += ITEMS) {
        if (k == 0) {
            float2 first = pair_sum(re[0], im[0]);
            float2 last = pair_difference(re[0], im[0]);
            re[0] = pair_product(first, first);
            im[0] = pair_product(last, last);
            continue;
        }
        int m = points - k;
        float2 even_re = pair_scaled(pair_sum(re[k], re[m]), 0.5f);
        float2 even_im = pair_scaled(pair_difference(im[k], im[m]), 0.5f);
        float2 odd_re = pair_scaled(pair_sum(im[k], im[m]), 0.5f);
        float2 odd_im = pair_scaled(pair_difference(re[m], re[k]), 0.5f);
        float2 c = pair_of(turns[4 * k], turns[4 * k + 1]);
        float2 s = pair_of(turns[4 * k + 2], turns[4 * k + 3]);
        float2 turned_re = pair_sum(pair_product(odd_re, c), pair_product(odd_im, s));
        float2 turned_im = pair_difference(pair_product(odd_im, c), pair_product(odd_re, s));
        re[k] = square_sum(pair_sum(even_re, turned_re), pair_sum(even_im, turned_im));
        if (m != k) {
            re[m] = square_sum(pair_difference(even_re, turned_re), pair_difference(turned_im, even_im));
        }
    }
    BARRIER();
}

KERNEL void fbank(GLOBAL const float* samples, GLOBAL const float* window, GLOBAL const float* turns, GLOBAL const int* bands,
        GLOBAL const float* weights, GLOBAL float* out, PARAMETER(Frames) f, const float part, const float part_rest, const float energy_floor) {
    LOCAL_ARRAY(float2, re, MAX_HALF);
    LOCAL_ARRAY(float2, im, MAX_HALF);
    const int points = (int)f.size / 2;
    int bits = 0;
    while (1 << bits < points) {
        bits++;
    }
    EACH_TASK(task, f.clips * f.frames) {
        i64 clip = task / f.frames;
        i64 frame = task - clip * f.frames;
        GLOBAL const float* x = samples + f.samples_offset + clip * f.samples_clip + frame * f.shift * f.samples_step;
        float2 mean = pair_of(0.0f, 0.0f);
        if (f.centred) {
            mean = frame_mean(re, x, &f);
        }
        ROLLED for (int i = ITEM; i < points; i += ITEMS) {
            int to = reversed_bits(i, bits);
            re[to] = windowed(x, window, &f, mean, pair_of(part, part_rest), 2 * i);
            im[to] = windowed(x, window, &f, mean, pair_of(part, part_rest), 2 * i + 1);
        }
        BARRIER();
        transform(re, im, turns, points);
        to_power(re, im, turns, points);
        ROLLED for (int b = ITEM; b < (int)f.bands; b += ITEMS) {
            int bin = bands[2 * b];
            int end = bands[2 * b + 3];
            float2 sum = pair_of(0.0f, 0.0f);
            for (int w = bands[2 * b + 1]; w < end; w++, bin++) {
                sum = pair_sum(sum, pair_product(pair_of(weights[w], 0.0f), bin == points ? im[0] : re[bin]));
            }
            float energy = sum.x;
            if (f.logarithm) {
                // ln(x + y) = ln x + y / x to first order
                energy = sum.x > energy_floor ? LOGF(sum.x) + sum.y / sum.x : IS_NAN(sum.x) ? sum.x : LOGF(energy_floor);
            }
            out[f.out_offset + clip * f.out_clip + frame * f.out_frame + b * f.out_step] = energy;
        }
        BARRIER();
    }
}
