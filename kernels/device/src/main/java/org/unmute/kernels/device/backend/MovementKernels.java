package org.unmute.kernels.device.backend;

import java.util.Locale;
import org.unmute.kernels.device.Kernel;
import org.unmute.tensor.DType;
import org.unmute.tensor.HalfFloats;
import org.unmute.tensor.backend.View;

/** Copies and fills: launches of {@code cast.cl}. */
interface MovementKernels extends KernelFamily {
    static Kernel copyKernel(DType from, DType to) {
        return new Kernel("cast", "copy_" + lower(from) + "_" + lower(to));
    }

    static Kernel fillKernel(DType type) {
        return new Kernel("cast", type.bytes() == Short.BYTES ? "fill_16" : "fill_32");
    }

    private static String lower(DType type) {
        return type.name().toLowerCase(Locale.ROOT);
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
