package org.unmute.kernels.vector.elementwise;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.all;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.ElementLoops.Kernel;
import org.unmute.tensor.op.Binary;

/** Vector loops with two or more inputs, one loop per function as in {@link UnaryKernels}. */
public final class BinaryKernels {
    private BinaryKernels() {}

    /** The loop for {@code f} over views a, b and out. */
    public static Kernel of(Binary f) {
        return switch (f) {
            case ADD -> BinaryKernels::add;
            case SUB -> BinaryKernels::sub;
            case MUL -> BinaryKernels::mul;
            case DIV -> BinaryKernels::div;
            case MAX -> BinaryKernels::max;
            case MIN -> BinaryKernels::min;
            case EQUAL -> BinaryKernels::equal;
            case GREATER -> BinaryKernels::greater;
            case GREATER_EQUAL -> BinaryKernels::greaterEqual;
            case POW -> BinaryKernels::pow;
        };
    }

    private static FloatVector a(float[][] d, int[] at, int i) {
        return load(d[0], at[0] + i);
    }

    private static FloatVector b(float[][] d, int[] at, int i) {
        return load(d[1], at[1] + i);
    }

    private static void add(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            a(d, at, i).add(b(d, at, i)).intoArray(d[2], at[2] + i);
        }
    }

    private static void sub(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            a(d, at, i).sub(b(d, at, i)).intoArray(d[2], at[2] + i);
        }
    }

    private static void mul(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            a(d, at, i).mul(b(d, at, i)).intoArray(d[2], at[2] + i);
        }
    }

    private static void div(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            a(d, at, i).div(b(d, at, i)).intoArray(d[2], at[2] + i);
        }
    }

    private static void pow(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i++) {
            d[2][at[2] + i] = Power.of(d[0][at[0] + i], d[1][at[1] + i]);
        }
    }

    private static void max(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            a(d, at, i).max(b(d, at, i)).intoArray(d[2], at[2] + i);
        }
    }

    private static void min(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            a(d, at, i).min(b(d, at, i)).intoArray(d[2], at[2] + i);
        }
    }

    private static void equal(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            all(0f).blend(1f, a(d, at, i).eq(b(d, at, i))).intoArray(d[2], at[2] + i);
        }
    }

    private static void greater(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            all(0f).blend(1f, a(d, at, i).compare(GT, b(d, at, i))).intoArray(d[2], at[2] + i);
        }
    }

    private static void greaterEqual(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            all(0f).blend(1f, a(d, at, i).compare(GE, b(d, at, i))).intoArray(d[2], at[2] + i);
        }
    }

    /** {@code out = x scale + shift}, rounded once, over views x and out. */
    public static Kernel affine(double scale, double shift) {
        float a = (float) scale;
        float b = (float) shift;
        return (d, at, n) -> {
            for (int i = 0; i < n; i += N) {
                load(d[0], at[0] + i).fma(all(a), all(b)).intoArray(d[1], at[1] + i);
            }
        };
    }

    /** {@code out = condition != 0 ? a : b} over views condition, a, b and out. */
    public static void select(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            load(d[1], at[1] + i)
                    .blend(load(d[2], at[2] + i), load(d[0], at[0] + i).eq(0f))
                    .intoArray(d[3], at[3] + i);
        }
    }
}
