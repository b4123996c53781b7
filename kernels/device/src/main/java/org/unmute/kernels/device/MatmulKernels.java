package org.unmute.kernels.device;

import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/** Launches of {@code matmul.cl}. */
final class MatmulKernels {
    static final Kernel MATMUL = new Kernel("matmul", "matmul");

    private final Launcher launcher;

    MatmulKernels(Launcher launcher) {
        this.launcher = launcher;
    }

    /**
     * {@code out = a b + bias}.
     *
     * @param bias {@code [n]} or null
     */
    void matmul(View a, View b, View bias, View out) {
        Types.require("matmul", DType.F32, a, b, out);
        Shape shape = out.shape();
        if (shape.elements() == 0) {
            return;
        }
        int rank = shape.rank();
        Walk batch = Walk.of(entries(a), entries(b), entries(out));
        long m = shape.size(-2);
        long n = shape.size(-1);
        long k = a.shape().size(-1);
        Arguments arguments = new Arguments().memory(a, b, bias == null ? out : bias, out).struct(batch)
                .struct(m, n, k, a.stride(rank - 2), a.stride(rank - 1), b.stride(rank - 2), b.stride(rank - 1), out.stride(rank - 2),
                        out.stride(rank - 1), bias == null ? 0 : bias.offset(), bias == null ? 0 : bias.stride(0))
                .whole(bias == null ? 0 : 1);
        launcher.run(MATMUL, LaunchPlan.tiles(batch.count(), m, n), Launcher.bytes(a, b, out), arguments);
    }

    /** The first number of each entry of a batch. */
    static View entries(View v) {
        int rank = v.shape().rank();
        long[] strides = new long[rank - 2];
        for (int i = 0; i < strides.length; i++) {
            strides[i] = v.stride(i);
        }
        return new View(v.buffer(), v.shape().head(rank - 2), v.offset(), strides);
    }

    /** {@code x weightᵀ + bias}; all rows of x as one matrix where they lie evenly. */
    void linear(View x, View weight, View bias, View out) {
        Types.require("linear", DType.F32, x, weight, out);
        View transposed = weight.transpose(0, 1);
        if (x.shape().rank() == 1) {
            matmul(x.insert(0), transposed, bias, out.insert(0));
            return;
        }
        long rows = x.shape().elements() == 0 ? 0 : x.shape().elements() / x.shape().size(-1);
        if (rows > 0 && x.shape().rank() > 2) {
            var flatX = x.reshape(Shape.of(rows, x.shape().size(-1)));
            var flatOut = out.reshape(Shape.of(rows, out.shape().size(-1)));
            if (flatX.isPresent() && flatOut.isPresent()) {
                matmul(flatX.get(), transposed, bias, flatOut.get());
                return;
            }
        }
        Shape lead = x.shape().head(x.shape().rank() - 2);
        matmul(x, transposed.expand(lead.concat(transposed.shape())), bias, out);
    }
}
