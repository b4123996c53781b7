package org.unmute.kernels.device.backend;

import java.util.Locale;
import org.unmute.kernels.device.Kernel;
import org.unmute.tensor.DType;
import org.unmute.tensor.HalfFloats;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Unary;

/** Operations on single elements: launches of {@code elementwise.cl} and {@code cast.cl}. */
interface ElementwiseKernels extends KernelFamily {
    static Kernel kernel(Unary f) {
        return kernel("unary_" + lower(f));
    }

    static Kernel backwardKernel(Unary f) {
        return kernel("unary_" + lower(f) + "_backward");
    }

    static Kernel kernel(Binary f, DType dtype) {
        return kernel("binary_" + lower(f) + (dtype == DType.I32 ? "_i32" : ""));
    }

    private static Kernel kernel(String name) {
        return new Kernel("elementwise", name);
    }

    private static String lower(Enum<?> f) {
        return f.name().toLowerCase(Locale.ROOT);
    }

    @Override
    default void unary(Unary f, double p, double q, View x, View out) {
        Types.require(f.name(), DType.F32, x, out);
        runOnElements(kernel(f), new Arguments().memory(x, out).float32(p, p - (float) p, q));
    }

    @Override
    default void unaryBackward(Unary f, double p, double q, View x, View y, View gy, View gx) {
        Types.require(f.name(), DType.F32, x, y, gy, gx);
        double first = p;
        double second = q;
        if (f == Unary.POW) {
            first = p - 1;
            second = p;
        } else if (f == Unary.CLAMP) {
            // The range of floats within [p, q], where p and q need not be floats.
            first = atLeast(p);
            second = -atLeast(-q);
        }
        runOnElements(
                backwardKernel(f), new Arguments().memory(x, y, gy, gx).float32(first, first - (float) first, second));
    }

    /** The smallest float that is not below x. */
    private static float atLeast(double x) {
        float f = (float) x;
        return f < x ? Math.nextUp(f) : f;
    }

    @Override
    default void binary(Binary f, View a, View b, View out) {
        DType type = Types.requireNumeric(f.name(), a, b, out);
        runOnElements(kernel(f, type), new Arguments().memory(a, b, out));
    }

    @Override
    default void affine(View x, double scale, double shift, View out) {
        DType type = Types.requireNumeric("affine", x, out);
        if (type == DType.F32) {
            runOnElements(kernel("affine"), new Arguments().memory(x, out).float32(scale, shift));
            return;
        }
        // Up to these limits, int32 is scaled and shifted exactly in 64 bits.
        if (!(Math.abs(scale) <= 0x1p31 && Math.abs(shift) <= 0x1p61)) {
            throw new IllegalArgumentException(
                    "affine: " + scale + " and " + shift + " are too large for I32: cast to F32 first");
        }
        runOnElements(kernel("affine_i32"), new Arguments().memory(x, out).int64((long) scale, (long) shift));
    }

    @Override
    default void select(View condition, View a, View b, View out) {
        DType type = Types.requireNumeric("select", condition);
        Types.requireNumeric("select", a, b, out);
        runOnElements(
                kernel(type == DType.F32 ? "select_f32" : "select_i32"), new Arguments().memory(condition, a, b, out));
    }

    static Kernel copyKernel(DType from, DType to) {
        return new Kernel("cast", "copy_" + lower(from) + "_" + lower(to));
    }

    static Kernel fillKernel(DType type) {
        return new Kernel("cast", type.bytes() == Short.BYTES ? "fill_16" : "fill_32");
    }

    @Override
    default void copy(View x, View out) {
        runOnElements(copyKernel(x.dtype(), out.dtype()), new Arguments().memory(x, out));
    }

    @Override
    default void fill(View out, double value) {
        runOnElements(fillKernel(out.dtype()), new Arguments().memory(out).int32(bits(out.dtype(), value)));
    }

    private static int bits(DType type, double value) {
        return switch (type) {
            case F32 -> Float.floatToRawIntBits((float) value);
            case I32 -> (int) value;
            case F16 -> HalfFloats.toF16((float) value) & 0xffff;
            case BF16 -> HalfFloats.toBf16((float) value) & 0xffff;
            case F64 -> throw new IllegalArgumentException("fill: the device has no F64");
        };
    }
}
