package org.unmute.kernels.vector.elementwise;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.all;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.ElementLoops.Kernel;
import org.unmute.kernels.vector.runtime.VectorMath;
import org.unmute.tensor.op.Unary;

/**
 * Vector loops for frequent functions, one loop per function: a single loop with the function as a parameter would be
 * compiled once for all of them, and every vector would be boxed.
 *
 * <p>Other functions (empty in {@link #forward}) are computed element by element in float64 by {@link Unary#apply} and
 * {@link Unary#derivative}, on all threads.
 */
public final class UnaryKernels {
    private UnaryKernels() {}

    /** The loop for {@code f} over views x and out. */
    public static Optional<Kernel> forward(Unary f, double p, double q) {
        float a = (float) p;
        float b = (float) q;
        return Optional.ofNullable(
                switch (f) {
                    case NEG -> UnaryKernels::neg;
                    case ABS -> UnaryKernels::abs;
                    case SQUARE -> UnaryKernels::square;
                    case EXP -> UnaryKernels::exp;
                    case LOG -> UnaryKernels::log;
                    case SQRT -> UnaryKernels::sqrt;
                    case RSQRT -> UnaryKernels::rsqrt;
                    case RECIPROCAL -> UnaryKernels::reciprocal;
                    case TANH -> UnaryKernels::tanh;
                    case SIGMOID -> UnaryKernels::sigmoid;
                    case GELU -> UnaryKernels::gelu;
                    case GELU_TANH -> UnaryKernels::geluTanh;
                    case SILU -> UnaryKernels::silu;
                    case RELU -> UnaryKernels::relu;
                    case HARDSWISH -> UnaryKernels::hardswish;
                    case SIGN -> UnaryKernels::sign;
                    case LEAKY_RELU -> (d, at, n) -> leakyRelu(d, at, n, a);
                    case CLAMP -> (d, at, n) -> clamp(d, at, n, a, b);
                    case LOG_SIGMOID -> UnaryKernels::logSigmoid;
                    case LOG1P, SIN, COS, ERF, SOFTPLUS, ELU, POW -> null;
                });
    }

    /** The loop for the gradient of {@code f} over views x, y, gy and gx. */
    public static Optional<Kernel> backward(Unary f, double p, double q) {
        float a = (float) p;
        float b = (float) q;
        return Optional.ofNullable(
                switch (f) {
                    case SQUARE -> UnaryKernels::squareBackward;
                    case EXP -> UnaryKernels::expBackward;
                    case TANH -> UnaryKernels::tanhBackward;
                    case SIGMOID -> UnaryKernels::sigmoidBackward;
                    case GELU -> UnaryKernels::geluBackward;
                    case GELU_TANH -> UnaryKernels::geluTanhBackward;
                    case SILU -> UnaryKernels::siluBackward;
                    case RELU -> UnaryKernels::reluBackward;
                    case CLAMP -> (d, at, n) -> clampBackward(d, at, n, a, b);
                    case LOG -> UnaryKernels::logBackward;
                    case LOG_SIGMOID -> UnaryKernels::logSigmoidBackward;
                    case NEG,
                            ABS,
                            LOG1P,
                            SQRT,
                            RSQRT,
                            RECIPROCAL,
                            SIN,
                            COS,
                            ERF,
                            SOFTPLUS,
                            HARDSWISH,
                            SIGN,
                            LEAKY_RELU,
                            ELU,
                            POW -> null;
                });
    }

    private static FloatVector x(float[][] d, int[] at, int i) {
        return load(d[0], at[0] + i);
    }

    private static FloatVector y(float[][] d, int[] at, int i) {
        return load(d[1], at[1] + i);
    }

    private static FloatVector gy(float[][] d, int[] at, int i) {
        return load(d[2], at[2] + i);
    }

    private static void neg(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            x(d, at, i).neg().intoArray(d[1], at[1] + i);
        }
    }

    private static void abs(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            x(d, at, i).abs().intoArray(d[1], at[1] + i);
        }
    }

    private static void square(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            FloatVector x = x(d, at, i);
            x.mul(x).intoArray(d[1], at[1] + i);
        }
    }

    private static void exp(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            VectorMath.exp(x(d, at, i)).intoArray(d[1], at[1] + i);
        }
    }

    private static void log(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            VectorMath.log(x(d, at, i)).intoArray(d[1], at[1] + i);
        }
    }

    private static void sqrt(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            x(d, at, i).sqrt().intoArray(d[1], at[1] + i);
        }
    }

    private static void rsqrt(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            all(1f).div(x(d, at, i).sqrt()).intoArray(d[1], at[1] + i);
        }
    }

    private static void reciprocal(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            all(1f).div(x(d, at, i)).intoArray(d[1], at[1] + i);
        }
    }

    private static void tanh(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            VectorMath.tanh(x(d, at, i)).intoArray(d[1], at[1] + i);
        }
    }

    private static void sigmoid(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            VectorMath.sigmoid(x(d, at, i)).intoArray(d[1], at[1] + i);
        }
    }

    private static void logSigmoid(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            VectorMath.logSigmoid(x(d, at, i)).intoArray(d[1], at[1] + i);
        }
    }

    private static void logBackward(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            gy(d, at, i).div(x(d, at, i)).intoArray(d[3], at[3] + i);
        }
    }

    private static void logSigmoidBackward(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            gy(d, at, i).mul(VectorMath.sigmoid(x(d, at, i).neg())).intoArray(d[3], at[3] + i);
        }
    }

    private static void gelu(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            VectorMath.gelu(x(d, at, i)).intoArray(d[1], at[1] + i);
        }
    }

    private static void geluTanh(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            VectorMath.geluTanh(x(d, at, i)).intoArray(d[1], at[1] + i);
        }
    }

    private static void silu(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            VectorMath.silu(x(d, at, i)).intoArray(d[1], at[1] + i);
        }
    }

    private static void relu(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            x(d, at, i).max(0f).intoArray(d[1], at[1] + i);
        }
    }

    /** Divides before it multiplies, so that large x does not overflow. */
    private static void hardswish(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            FloatVector x = x(d, at, i);
            x.add(3f).min(6f).max(0f).div(6f).mul(x).intoArray(d[1], at[1] + i);
        }
    }

    private static void sign(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            FloatVector x = x(d, at, i);
            x.blend(1f, x.compare(GE, 0f)).blend(-1f, x.lt(0f)).intoArray(d[1], at[1] + i);
        }
    }

    private static void leakyRelu(float[][] d, int[] at, int n, float p) {
        for (int i = 0; i < n; i += N) {
            FloatVector x = x(d, at, i);
            x.mul(p).blend(x, x.compare(GT, 0f)).intoArray(d[1], at[1] + i);
        }
    }

    private static void clamp(float[][] d, int[] at, int n, float p, float q) {
        for (int i = 0; i < n; i += N) {
            x(d, at, i).min(q).max(p).intoArray(d[1], at[1] + i);
        }
    }

    private static void squareBackward(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            gy(d, at, i).mul(x(d, at, i)).mul(2f).intoArray(d[3], at[3] + i);
        }
    }

    private static void expBackward(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            gy(d, at, i).mul(y(d, at, i)).intoArray(d[3], at[3] + i);
        }
    }

    private static void tanhBackward(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            FloatVector y = y(d, at, i);
            gy(d, at, i).mul(y.neg().fma(y, all(1f))).intoArray(d[3], at[3] + i);
        }
    }

    private static void sigmoidBackward(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            FloatVector y = y(d, at, i);
            gy(d, at, i).mul(y.mul(all(1f).sub(y))).intoArray(d[3], at[3] + i);
        }
    }

    private static void geluBackward(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            gy(d, at, i).mul(VectorMath.geluDerivative(x(d, at, i))).intoArray(d[3], at[3] + i);
        }
    }

    private static void geluTanhBackward(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            gy(d, at, i).mul(VectorMath.geluTanhDerivative(x(d, at, i))).intoArray(d[3], at[3] + i);
        }
    }

    private static void siluBackward(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            gy(d, at, i).mul(VectorMath.siluDerivative(x(d, at, i))).intoArray(d[3], at[3] + i);
        }
    }

    /** Multiplies by 1 or 0 instead of selecting, so that a NaN or infinite gradient propagates as defined. */
    private static void reluBackward(float[][] d, int[] at, int n) {
        for (int i = 0; i < n; i += N) {
            gy(d, at, i).mul(all(0f).blend(1f, x(d, at, i).compare(GT, 0f))).intoArray(d[3], at[3] + i);
        }
    }

    private static void clampBackward(float[][] d, int[] at, int n, float p, float q) {
        for (int i = 0; i < n; i += N) {
            FloatVector x = x(d, at, i);
            FloatVector one = all(0f).blend(1f, x.compare(GE, p).and(x.compare(LE, q)));
            gy(d, at, i).mul(one).intoArray(d[3], at[3] + i);
        }
    }
}
