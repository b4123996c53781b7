package org.unmute.kernels.vector.runtime;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width, constant for the life of the JVM, and loads, stores and sums of that width. It is the width that
 * the JVM prefers on this processor, or less if limited by {@link #MAX_BITS_PROPERTY}.
 */
public final class Lanes {
    /** System property for tests and comparisons that limits the width: 512, 256, 128, or 0 to disable vectors. */
    public static final String MAX_BITS_PROPERTY = "unmute.vector.bits";

    public static final int MIN_BITS = 128;
    private static final int MAX_BITS = 512;
    public static final VectorShape SHAPE = VectorShape.forBitSize(
            width(Integer.getInteger(MAX_BITS_PROPERTY, MAX_BITS), FloatVector.SPECIES_PREFERRED.vectorBitSize()));
    public static final VectorSpecies<Float> F = VectorSpecies.of(float.class, SHAPE);
    public static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, SHAPE);
    /** Floats in a vector. */
    public static final int N = F.length();

    public static final int BITS = F.vectorBitSize();

    /** Rotations: lane i receives lane i + 8 (4, 2, 1) modulo N. */
    public static final VectorShuffle<Float> BY_8 = rotation(8);

    public static final VectorShuffle<Float> BY_4 = rotation(4);
    public static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private static final VectorShuffle<Float> BY_HALF = rotation(N / 2);
    private static final VectorMask<Float> UPPER_HALF = lanes(N / 2);
    private static final VectorShuffle<Float> BY_QUARTER = VectorShuffle.fromOp(F, i -> i ^ N / 4);
    private static final VectorMask<Float> UPPER_QUARTERS = lanes(N / 4);
    private static final VectorShuffle<Float> WITHIN_4 = VectorShuffle.fromOp(F, i -> i ^ 2);
    private static final VectorShuffle<Float> WITHIN_2 = VectorShuffle.fromOp(F, i -> i ^ 1);

    private Lanes() {}

    /** The lanes whose number has this bit set. */
    private static VectorMask<Float> lanes(int bit) {
        long bits = 0;
        for (int i = 0; i < N; i++) {
            bits |= (i & bit) != 0 ? 1L << i : 0;
        }
        return VectorMask.fromLong(F, bits);
    }

    /**
     * The largest supported width of at most {@code max} bits that is no wider than {@code preferred}; the smallest if
     * there is none.
     */
    public static int width(int max, int preferred) {
        // Wider vectors, which some other architectures have, are untested.
        return Math.max(
                Math.min(MIN_BITS, preferred),
                Math.min(Integer.highestOneBit(Math.max(1, Math.min(max, MAX_BITS))), preferred));
    }

    public static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(F, x, at);
    }

    /** Loads the first {@code count} lanes; the others are 0. */
    public static FloatVector load(float[] x, int at, int count) {
        return FloatVector.fromArray(F, x, at, first(count));
    }

    /** Loads the first {@code count} lanes; the others are {@code rest}. */
    public static FloatVector load(float[] x, int at, int count, float rest) {
        VectorMask<Float> m = first(count);
        return all(rest).blend(FloatVector.fromArray(F, x, at, m), m);
    }

    /** Stores the first {@code count} lanes. */
    public static void store(FloatVector v, float[] x, int at, int count) {
        v.intoArray(x, at, first(count));
    }

    public static VectorMask<Float> first(int count) {
        return F.indexInRange(0, count);
    }

    public static FloatVector all(float value) {
        return FloatVector.broadcast(F, value);
    }

    public static FloatVector zero() {
        return FloatVector.zero(F);
    }

    /**
     * The sum of all lanes, by adding halves. {@code reduceLanes} adds in a different order when interpreted than when
     * compiled: the same input would give different bits once a method is compiled.
     */
    public static float sum(FloatVector v) {
        FloatVector w = v;
        if (N > 8) {
            w = w.add(w.rearrange(BY_8));
        }
        if (N > 4) {
            w = w.add(w.rearrange(BY_4));
        }
        w = w.add(w.rearrange(BY_2));
        return w.add(w.rearrange(BY_1)).lane(0);
    }

    /**
     * The sums of all lanes of four vectors, each in the order of {@link #sum}: adds halves of two vectors at once,
     * then quarters of four.
     */
    public static void sums(FloatVector a, FloatVector b, FloatVector c, FloatVector d, float[] out, int to) {
        // Calls only JDK methods: in a large caller the compiler does not inline other methods.
        FloatVector ab = a.blend(b, UPPER_HALF).add(b.blend(a, UPPER_HALF).rearrange(BY_HALF));
        FloatVector cd = c.blend(d, UPPER_HALF).add(d.blend(c, UPPER_HALF).rearrange(BY_HALF));
        FloatVector all =
                ab.blend(cd, UPPER_QUARTERS).add(cd.blend(ab, UPPER_QUARTERS).rearrange(BY_QUARTER));
        if (N > 8) {
            all = all.add(all.rearrange(WITHIN_4));
        }
        if (N > 4) {
            all = all.add(all.rearrange(WITHIN_2));
        }
        out[to] = all.lane(0);
        out[to + 1] = all.lane(N / 2);
        out[to + 2] = all.lane(N / 4);
        out[to + 3] = all.lane(3 * N / 4);
    }

    private static VectorShuffle<Float> rotation(int lanes) {
        return VectorShuffle.fromOp(F, i -> (i + lanes) % N);
    }

    public static int roundUp(int n, int multiple) {
        return Math.ceilDiv(n, multiple) * multiple;
    }
}
