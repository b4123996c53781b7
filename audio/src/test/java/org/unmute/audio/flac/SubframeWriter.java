package org.unmute.audio.flac;

import java.util.Arrays;
import java.util.Random;

/** Writes a subframe of a type chosen at random among those that can hold the samples. */
final class SubframeWriter {
    private final FlacWriter.BitWriter out;
    private final Random random;

    SubframeWriter(FlacWriter.BitWriter out, Random random) {
        this.out = out;
        this.random = random;
    }

    void write(long[] samples, int frameBits) {
        long or = Arrays.stream(samples).reduce(0, (a, b) -> a | b);
        int wasted = or == 0 ? 0 : Math.min(Long.numberOfTrailingZeros(or), frameBits - 1);
        long[] x = Arrays.stream(samples).map(v -> v >> wasted).toArray();
        int bits = frameBits - wasted;
        if (Arrays.stream(x).allMatch(v -> v == x[0]) && random.nextInt(4) > 0) {
            head(0, wasted);
            out.put(x[0], bits);
            return;
        }
        switch (random.nextInt(4)) {
            case 0 -> {
                head(1, wasted);
                for (long v : x) {
                    out.put(v, bits);
                }
            }
            case 1 -> {
                int order = random.nextInt(Math.min(4, x.length) + 1);
                if (!predicted(x, bits, wasted, 8 + order, Prediction.fixed(order), 0, 0)) {
                    write(samples, frameBits);
                }
            }
            default -> {
                int order = 1 + random.nextInt(Math.min(32, x.length));
                int precision = 1 + random.nextInt(15);
                int[] coefs = new int[order];
                for (int j = 0; j < order; j++) {
                    coefs[j] = random.nextInt(1 << precision) - (1 << precision - 1);
                }
                if (!predicted(x, bits, wasted, 31 + order, coefs, precision, random.nextInt(16))) {
                    write(samples, frameBits);
                }
            }
        }
    }

    private void head(int type, int wasted) {
        out.put(type, 7);
        out.put(wasted == 0 ? 0 : 1, 1);
        if (wasted > 0) {
            out.put(1, wasted);
        }
    }

    /** Writes a predicted subframe. Returns false and writes nothing if a residual has more than 32 bits. */
    private boolean predicted(long[] x, int bits, int wasted, int type, int[] coefs, int precision, int shift) {
        int order = coefs.length;
        long[] residuals = new long[x.length];
        for (int i = order; i < x.length; i++) {
            long sum = 0;
            for (int j = 0; j < order; j++) {
                sum += coefs[j] * x[i - 1 - j];
            }
            residuals[i] = x[i] - (sum >> shift);
            if (residuals[i] != (int) residuals[i] || residuals[i] == Integer.MIN_VALUE) {
                return false;
            }
        }
        head(type, wasted);
        for (int i = 0; i < order; i++) {
            out.put(x[i], bits);
        }
        if (precision > 0) {
            out.put(precision - 1, 4);
            out.put(shift, 5);
            for (int c : coefs) {
                out.put(c, precision);
            }
        }
        code(residuals, order);
        return true;
    }

    private void code(long[] residuals, int order) {
        int n = residuals.length;
        int partitionOrder = random.nextInt(16);
        while (n >> partitionOrder << partitionOrder != n || n >> partitionOrder < order) {
            partitionOrder--;
        }
        boolean large = Arrays.stream(residuals).anyMatch(v -> v >> 20 != v >> 63);
        boolean wide = large || random.nextBoolean();
        out.put(wide ? 1 : 0, 2);
        out.put(partitionOrder, 4);
        int length = n >> partitionOrder;
        for (int p = 0; p < 1 << partitionOrder; p++) {
            partition(residuals, p == 0 ? order : p * length, (p + 1) * length, wide ? 5 : 4);
        }
    }

    private void partition(long[] residuals, int from, int to, int parameterBits) {
        int escape = (1 << parameterBits) - 1;
        int bits = 0;
        for (int i = from; i < to; i++) {
            long v = residuals[i];
            bits = Math.max(bits, v == 0 ? 0 : 65 - Long.numberOfLeadingZeros(v ^ v >> 63));
        }
        // Limits codes to about a hundred zeros; otherwise there are too many to write.
        int smallest = Math.max(0, bits - 6);
        if (bits < 32 && (random.nextInt(4) == 0 || smallest >= escape)) {
            out.put(escape, parameterBits);
            out.put(bits, 5);
            for (int i = from; i < to && bits > 0; i++) {
                out.put(residuals[i], bits);
            }
            return;
        }
        int k = Math.min(escape - 1, smallest + random.nextInt(8));
        out.put(k, parameterBits);
        for (int i = from; i < to; i++) {
            long folded = residuals[i] << 1 ^ residuals[i] >> 63;
            for (long zeros = folded >>> k; zeros > 0; zeros -= 60) {
                out.put(0, (int) Math.min(60, zeros));
            }
            out.put(1, 1);
            out.put(folded, k);
        }
    }
}
