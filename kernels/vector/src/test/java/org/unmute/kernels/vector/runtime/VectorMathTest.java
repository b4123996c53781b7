package org.unmute.kernels.vector.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.Tolerance;
import org.unmute.tensor.op.Unary;

/** Compares each function with its definition on every 4099th float. */
class VectorMathTest {
    private static final int STRIDE = 4099;

    private static void check(Unary f, UnaryOperator<FloatVector> vector) {
        float[] x = new float[Lanes.N];
        long bits = Integer.MIN_VALUE;
        while (bits <= Integer.MAX_VALUE) {
            for (int i = 0; i < x.length; i++, bits += STRIDE) {
                x[i] = Float.intBitsToFloat((int) Math.min(bits, Integer.MAX_VALUE));
            }
            float[] y = vector.apply(FloatVector.fromArray(Lanes.F, x, 0)).toArray();
            for (int i = 0; i < x.length; i++) {
                double expected = f.apply(x[i], 0, 0);
                if ((float) expected == y[i] || Float.isNaN((float) expected) && Float.isNaN(y[i])) {
                    continue;
                }
                double error = Math.abs(expected - y[i]);
                assertThat(error)
                        .as("%s of %s is %s, expected %s", f, x[i], y[i], expected)
                        .isLessThanOrEqualTo(Tolerance.unary(f, x[i], 0, 0));
            }
        }
    }

    @Test
    void exp() {
        check(Unary.EXP, VectorMath::exp);
    }

    @Test
    void log() {
        check(Unary.LOG, VectorMath::log);
    }

    @Test
    void tanh() {
        check(Unary.TANH, VectorMath::tanh);
    }

    @Test
    void sigmoid() {
        check(Unary.SIGMOID, VectorMath::sigmoid);
    }

    @Test
    void silu() {
        check(Unary.SILU, VectorMath::silu);
    }

    @Test
    void gelu() {
        check(Unary.GELU, VectorMath::gelu);
    }

    @Test
    void geluTanh() {
        check(Unary.GELU_TANH, VectorMath::geluTanh);
    }
}
