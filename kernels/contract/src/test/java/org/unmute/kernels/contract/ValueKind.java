package org.unmute.kernels.contract;

import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** Kinds of test values. */
enum ValueKind {
    /** Around 1. */
    NORMAL,
    /** From tiny to large, with both signs. */
    WIDE,
    /** Subnormal floats. */
    SUBNORMAL,
    /** Some infinities and zeros of both signs. */
    INFINITE,
    /** Some NaN. */
    NAN,
    /** The largest and smallest floats. */
    EXTREME;

    private record Source(ValueKind kind, long seed) {}

    /** What has been made, as long as memory allows. More values of a source begin with the same ones. */
    private static final Map<Source, SoftReference<float[]>> MADE = new ConcurrentHashMap<>();

    /** Values that depend only on the arguments. */
    float[] make(long count, long seed) {
        int n = Math.toIntExact(count);
        Source source = new Source(this, seed);
        SoftReference<float[]> made = MADE.get(source);
        float[] x = made == null ? null : made.get();
        if (x == null || x.length < n) {
            x = new float[n];
            Random r = new Random(seed * 31 + ordinal());
            for (int i = 0; i < n; i++) {
                x[i] = next(r);
            }
            MADE.put(source, new SoftReference<>(x));
        }
        return Arrays.copyOf(x, n);
    }

    private float next(Random r) {
        float g = (float) r.nextGaussian();
        return switch (this) {
            case NORMAL -> g;
            case WIDE -> g * (float) Math.pow(10, r.nextInt(-6, 3));
            case SUBNORMAL -> g * 1e-39f;
            case INFINITE ->
                switch (r.nextInt(6)) {
                    case 0 -> Float.POSITIVE_INFINITY;
                    case 1 -> Float.NEGATIVE_INFINITY;
                    case 2 -> -0f;
                    case 3 -> 0f;
                    default -> g;
                };
            case NAN -> r.nextInt(5) == 0 ? Float.NaN : g;
            case EXTREME ->
                switch (r.nextInt(4)) {
                    case 0 -> Float.MAX_VALUE;
                    case 1 -> -Float.MAX_VALUE;
                    case 2 -> Float.MIN_VALUE;
                    default -> Float.MIN_NORMAL;
                };
        };
    }
}
