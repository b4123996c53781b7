package org.unmute.kernels.device.backend;

import java.util.Locale;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Unary;

/** Launches of {@code elementwise.cl}. */
final class ElementwiseKernels {
    private static final String FAMILY = "elementwise";
    /** Up to these limits, int32 is scaled and shifted exactly in 64 bits. */
    private static final double MAX_SCALE = 0x1p31;

    private static final double MAX_SHIFT = 0x1p61;

    private final Launcher launcher;

    ElementwiseKernels(Launcher launcher) {
        this.launcher = launcher;
    }

    static Kernel kernel(Unary f) {
        return new Kernel(FAMILY, "unary_" + lower(f));
    }

    static Kernel backwardKernel(Unary f) {
        return new Kernel(FAMILY, "unary_" + lower(f) + "_backward");
    }

    static Kernel kernel(Binary f, DType dtype) {
        return new Kernel(FAMILY, "binary_" + lower(f) + (dtype == DType.I32 ? "_i32" : ""));
    }

    private static String lower(Enum<?> f) {
        return f.name().toLowerCase(Locale.ROOT);
    }

    void unary(Unary f, double p, double q, View x, View out) {
        Types.require(f.name(), DType.F32, x, out);
        run(kernel(f), new Arguments().memory(x, out).float32(p, p - (float) p, q), x, out);
    }

    void unaryBackward(Unary f, double p, double q, View x, View y, View gy, View gx) {
        Types.require(f.name(), DType.F32, x, y, gy, gx);
        double first = p;
        double second = q;
        if (f == Unary.POW) {
            first = p - 1;
            second = p;
        } else if (f == Unary.CLAMP) {
            // The range of floats within [p, q]; p and q need not be floats.
            first = atLeast(p);
            second = -atLeast(-q);
        }
        run(
                backwardKernel(f),
                new Arguments().memory(x, y, gy, gx).float32(first, first - (float) first, second),
                x,
                y,
                gy,
                gx);
    }

    /** The smallest float that is at least x. */
    private static float atLeast(double x) {
        float f = (float) x;
        return f < x ? Math.nextUp(f) : f;
    }

    void binary(Binary f, View a, View b, View out) {
        DType type = Types.requireNumeric(f.name(), a, b, out);
        run(kernel(f, type), new Arguments().memory(a, b, out), a, b, out);
    }

    void affine(View x, double scale, double shift, View out) {
        DType type = Types.requireNumeric("affine", x, out);
        if (type == DType.F32) {
            run(new Kernel(FAMILY, "affine"), new Arguments().memory(x, out).float32(scale, shift), x, out);
            return;
        }
        if (!(Math.abs(scale) <= MAX_SCALE && Math.abs(shift) <= MAX_SHIFT)) {
            throw new IllegalArgumentException(
                    "affine: " + scale + " and " + shift + " are too large for I32: cast to F32 first");
        }
        run(new Kernel(FAMILY, "affine_i32"), new Arguments().memory(x, out).int64((long) scale, (long) shift), x, out);
    }

    void select(View condition, View a, View b, View out) {
        DType type = Types.requireNumeric("select", condition);
        Types.requireNumeric("select", a, b, out);
        run(
                new Kernel(FAMILY, type == DType.F32 ? "select_f32" : "select_i32"),
                new Arguments().memory(condition, a, b, out),
                condition,
                a,
                b,
                out);
    }

    private void run(Kernel kernel, Arguments arguments, View... views) {
        StridedLoop loop = StridedLoop.of(views);
        if (loop.count() > 0) {
            launcher.run(kernel, LaunchPlan.elements(loop.count()), Launcher.bytes(views), arguments.struct(loop));
        }
    }
}
