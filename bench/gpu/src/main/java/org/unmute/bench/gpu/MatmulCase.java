package org.unmute.bench.gpu;

import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** An affine map without bias, {@code x [rows, in]} times {@code weight [out, in]} transposed. */
record MatmulCase(int rows, int in, int out) implements Case {
    @Override
    public String name() {
        return "matmul [" + rows + ", " + in + "] x [" + in + ", " + out + "]";
    }

    @Override
    public String order() {
        return "matmul rows=" + rows + " in=" + in + " out=" + out;
    }

    @Override
    public double operations() {
        return 2.0 * rows * in * out;
    }

    @Override
    public double bytes() {
        return 4.0 * ((double) rows * in + (double) in * out + (double) rows * out);
    }

    @Override
    public double tolerance() {
        return 1e-5;
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
