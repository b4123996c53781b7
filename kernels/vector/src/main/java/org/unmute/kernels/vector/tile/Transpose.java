package org.unmute.kernels.vector.tile;

import static org.unmute.kernels.vector.runtime.Lanes.F;
import static org.unmute.kernels.vector.runtime.Lanes.I;
import static org.unmute.kernels.vector.runtime.Lanes.N;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.unmute.kernels.vector.runtime.Lanes;

/**
 * Transposes squares of {@link Lanes#N} by N floats in registers.
 *
 * <p>Uses the standard butterfly: for s = N/2, N/4, …, 1 rows i and i + s swap their off-diagonal blocks of s columns,
 * each by one two-vector permutation. Two such steps run at a time on four rows, which keeps few registers live and the
 * loop body short; between the pairs of steps the rows are in a small block in L1.
 */
public final class Transpose {
    /** Floats of working memory for {@link #square}. */
    public static final int WORK = N * N;

    private static final int FOUR = 4;
    private static final IntVector[] LOWER = new IntVector[N + 1];
    private static final IntVector[] UPPER = new IntVector[N + 1];

    static {
        for (int s = 1; s < N; s *= 2) {
            int[] lower = new int[N];
            int[] upper = new int[N];
            for (int lane = 0; lane < N; lane++) {
                boolean own = (lane & s) == 0;
                lower[lane] = own ? lane : N + lane - s;
                upper[lane] = own ? lane + s : N + lane;
            }
            LOWER[s] = IntVector.fromArray(I, lower, 0);
            UPPER[s] = IntVector.fromArray(I, upper, 0);
        }
    }

    private static final IntVector LOWER_1 = LOWER[1];
    private static final IntVector UPPER_1 = UPPER[1];
    private static final IntVector LOWER_2 = LOWER[2];
    private static final IntVector UPPER_2 = UPPER[2];
    private static final IntVector LOWER_4 = LOWER[Math.min(4, N / 2)];
    private static final IntVector UPPER_4 = UPPER[Math.min(4, N / 2)];
    private static final IntVector LOWER_8 = LOWER[Math.min(8, N / 2)];
    private static final IntVector UPPER_8 = UPPER[Math.min(8, N / 2)];

    private Transpose() {}

    /**
     * {@code out[j][i] = x[i][j]}.
     *
     * @param step distance between rows of x
     * @param ldo distance between rows of out
     * @param work {@link #WORK} floats. Modified.
     */
    public static void square(float[] x, int at, int step, float[] out, int to, int ldo, float[] work) {
        switch (N) {
            case 16 -> {
                for (int g = 0; g < 4; g++) {
                    outer(x, at + g * step, 4 * step, work, g * N, 4 * N);
                }
                for (int g = 0; g < 4; g++) {
                    inner(work, g * 4 * N, N, out, to + g * 4 * ldo, ldo);
                }
            }
            case 8 -> {
                for (int g = 0; g < 2; g++) {
                    middle(x, at + g * step, 2 * step, work, g * N, 2 * N);
                }
                for (int g = 0; g < N; g += 2) {
                    pair(work, g * N, N, out, to + g * ldo, ldo);
                }
            }
            case FOUR -> inner(x, at, step, out, to, ldo);
            default -> {
                for (int i = 0; i < N; i++) {
                    for (int j = 0; j < N; j++) {
                        out[to + j * ldo + i] = x[at + i * step + j];
                    }
                }
            }
        }
    }

    /** Performs steps 8 and 4 on four rows. */
    private static void outer(float[] x, int at, int step, float[] out, int to, int ldo) {
        IntVector a = load(x, at);
        IntVector b = load(x, at + step);
        IntVector c = load(x, at + 2 * step);
        IntVector d = load(x, at + 3 * step);
        IntVector ac = LOWER_8.selectFrom(a, c);
        IntVector bd = LOWER_8.selectFrom(b, d);
        IntVector ca = UPPER_8.selectFrom(a, c);
        IntVector db = UPPER_8.selectFrom(b, d);
        store(LOWER_4.selectFrom(ac, bd), out, to);
        store(UPPER_4.selectFrom(ac, bd), out, to + ldo);
        store(LOWER_4.selectFrom(ca, db), out, to + 2 * ldo);
        store(UPPER_4.selectFrom(ca, db), out, to + 3 * ldo);
    }

    /** Performs steps 4 and 2 on four rows. */
    private static void middle(float[] x, int at, int step, float[] out, int to, int ldo) {
        IntVector a = load(x, at);
        IntVector b = load(x, at + step);
        IntVector c = load(x, at + 2 * step);
        IntVector d = load(x, at + 3 * step);
        IntVector ac = LOWER_4.selectFrom(a, c);
        IntVector bd = LOWER_4.selectFrom(b, d);
        IntVector ca = UPPER_4.selectFrom(a, c);
        IntVector db = UPPER_4.selectFrom(b, d);
        store(LOWER_2.selectFrom(ac, bd), out, to);
        store(UPPER_2.selectFrom(ac, bd), out, to + ldo);
        store(LOWER_2.selectFrom(ca, db), out, to + 2 * ldo);
        store(UPPER_2.selectFrom(ca, db), out, to + 3 * ldo);
    }

    /** Performs steps 2 and 1 on four rows. */
    private static void inner(float[] x, int at, int step, float[] out, int to, int ldo) {
        IntVector a = load(x, at);
        IntVector b = load(x, at + step);
        IntVector c = load(x, at + 2 * step);
        IntVector d = load(x, at + 3 * step);
        IntVector ac = LOWER_2.selectFrom(a, c);
        IntVector bd = LOWER_2.selectFrom(b, d);
        IntVector ca = UPPER_2.selectFrom(a, c);
        IntVector db = UPPER_2.selectFrom(b, d);
        store(LOWER_1.selectFrom(ac, bd), out, to);
        store(UPPER_1.selectFrom(ac, bd), out, to + ldo);
        store(LOWER_1.selectFrom(ca, db), out, to + 2 * ldo);
        store(UPPER_1.selectFrom(ca, db), out, to + 3 * ldo);
    }

    /** Performs step 1 on two rows. */
    private static void pair(float[] x, int at, int step, float[] out, int to, int ldo) {
        IntVector a = load(x, at);
        IntVector b = load(x, at + step);
        store(LOWER_1.selectFrom(a, b), out, to);
        store(UPPER_1.selectFrom(a, b), out, to + ldo);
    }

    private static IntVector load(float[] x, int at) {
        return FloatVector.fromArray(F, x, at).reinterpretAsInts();
    }

    private static void store(IntVector v, float[] x, int at) {
        v.reinterpretAsFloats().intoArray(x, at);
    }
}
