package org.unmute.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The machine's vector width, fixed for the life of the virtual machine, and loads and stores in it. */
final class Lanes {
    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    /** Floats in a vector. */
    static final int N = F.length();
    static final int BITS = F.vectorBitSize();
    static final int LEAST_BITS = 128;

    private static final VectorShuffle<Float> BY_8 = turnedBy(8);
    private static final VectorShuffle<Float> BY_4 = turnedBy(4);
    private static final VectorShuffle<Float> BY_2 = turnedBy(2);
    private static final VectorShuffle<Float> BY_1 = turnedBy(1);

    private Lanes() {}

    static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(F, x, at);
    }

    /** The first {@code count} lanes from memory, 0 in the others. */
    static FloatVector load(float[] x, int at, int count) {
        return FloatVector.fromArray(F, x, at, first(count));
    }

    /** The first {@code count} lanes from memory, {@code rest} in the others. */
    static FloatVector load(float[] x, int at, int count, float rest) {
        VectorMask<Float> m = first(count);
        return all(rest).blend(FloatVector.fromArray(F, x, at, m), m);
    }

    /** Stores the first {@code count} lanes. */
    static void store(FloatVector v, float[] x, int at, int count) {
        v.intoArray(x, at, first(count));
    }

    static VectorMask<Float> first(int count) {
        return F.indexInRange(0, count);
    }

    static FloatVector all(float value) {
        return FloatVector.broadcast(F, value);
    }

    static FloatVector zero() {
        return FloatVector.zero(F);
    }

    /**
     * The sum of all lanes, halves added to each other until one is left. Not {@code reduceLanes}: interpreted and compiled
     * it adds in different orders, and the same input would give other bits once a method is compiled.
     */
    static float sum(FloatVector v) {
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

    private static VectorShuffle<Float> turnedBy(int lanes) {
        return VectorShuffle.fromOp(F, i -> (i + lanes) % N);
    }

    static int roundUp(int n, int multiple) {
        return Math.ceilDiv(n, multiple) * multiple;
    }
}
