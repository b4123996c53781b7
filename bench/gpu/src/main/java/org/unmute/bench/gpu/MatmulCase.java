package org.unmute.bench.gpu;

import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** A linear map without bias, {@code x [rows, in]} times {@code weight [out, in]} transposed. */
record MatmulCase(int rows, int in, int out, String precision) implements Case {
    @Override
    public String name() {
        return "matmul [" + rows + ", " + in + "] x [" + in + ", " + out + "]"
                + (precision.equals(FP32) ? "" : ", " + precision);
    }

    @Override
    public String order() {
        return "matmul rows=" + rows + " in=" + in + " out=" + out + " bits=" + Case.bits(precision);
    }

    @Override
    public double operations() {
        return 2.0 * rows * in * out;
    }

    @Override
    public double bytes() {
        return 4.0 * ((double) rows * in + (double) in * out + (double) rows * out);
    }

    /**
     * Rounding changes an operand by at most 2^-11 (TF32) or 2^-8 (bfloat16) of its value; other libraries truncate to
     * TF32, which changes it by at most 2^-10. The errors of hundreds of terms of either sign add up to no more than
     * that relative to the max result, on each side.
     */
    @Override
    public double tolerance() {
        return switch (precision) {
            case "tf32" -> 2 * 0x1p-10;
            case "bf16" -> 2 * 0x1p-8;
            default -> 1e-5;
        };
    }

    @Override
    public Work open(Backend backend) {
        ViewWork w = new ViewWork(backend);
        View x = w.input("x", rows, in);
        View weight = w.input("w", out, in);
        View y = w.result("y", DType.F32, rows, out);
        return w.calling(() -> backend.linear(x, weight, null, y));
    }
}
