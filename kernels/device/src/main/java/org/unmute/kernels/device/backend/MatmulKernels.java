package org.unmute.kernels.device.backend;

import java.util.Optional;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Unary;

/** Launches of {@code matmul.cl}. */
final class MatmulKernels {
    static final Kernel WIDE = new Kernel("matmul", "matmul");
    static final Kernel SMALL = new Kernel("matmul", "matmul_small");
    /** Floats that the kernel reads at once. */
    private static final int VECTOR = 4;

    private static final int GELU = 1;
    private static final int RELU = 2;

    private final Launcher launcher;

    MatmulKernels(Launcher launcher) {
        this.launcher = launcher;
    }

    /**
     * Epilogue of a product: {@code f(product + bias) + residual}; each may be null. The bias is {@code [n]}, the
     * residual has the shape of the result.
     */
    private record Epilogue(View bias, Unary activation, View residual) {
        static final Epilogue NONE = new Epilogue(null, null, null);

        Epilogue withResidual(View other) {
            return new Epilogue(bias, activation, other);
        }
    }

    /** Whether {@link #linear} fuses an activation. */
    static boolean isFused(Unary activation) {
        return activation == null || activation == Unary.GELU || activation == Unary.RELU;
    }

    /** {@code out = a b} */
    void matmul(View a, View b, View out) {
        product(a, b, Epilogue.NONE, out);
    }

    private void product(View a, View b, Epilogue f, View out) {
        Types.require("matmul", DType.F32, a, b, out);
        Shape shape = out.shape();
        if (shape.elements() == 0) {
            return;
        }
        View residual = f.residual == null ? out : f.residual;
        StridedLoop batch = StridedLoop.of(entries(a), entries(b), entries(out), entries(residual));
        long m = shape.size(-2);
        long n = shape.size(-1);
        long k = a.shape().size(-1);
        View bias = f.bias;
        Arguments arguments = new Arguments()
                .memory(a, b, bias == null ? out : bias, residual, out)
                .struct(batch)
                .struct(
                        Arguments.members(m, n, k),
                        Arguments.matrix(a),
                        Arguments.matrix(b),
                        Arguments.matrix(out),
                        Arguments.layout(bias),
                        Arguments.matrix(residual),
                        Arguments.members(
                                Arguments.flagOf(aligned(a)),
                                Arguments.flagOf(aligned(b)),
                                Arguments.flagOf(bias != null),
                                code(f.activation),
                                Arguments.flagOf(f.residual != null)));
        Optional<LaunchPlan> wide =
                k > Integer.MAX_VALUE ? Optional.empty() : LaunchPlan.wideTiles(batch.count(), m, n);
        launcher.run(
                wide.isPresent() ? WIDE : SMALL,
                wide.orElseGet(() -> LaunchPlan.tiles(batch.count(), m, n)),
                f.residual == null ? Launcher.bytes(a, b, out) : Launcher.bytes(a, b, out, f.residual),
                2 * batch.count() * m * n * k,
                arguments);
    }

    /** The code of a {@linkplain #isFused fused} activation in {@code activation.h}. */
    static int code(Unary activation) {
        return activation == Unary.GELU ? GELU : activation == Unary.RELU ? RELU : 0;
    }

    /**
     * Whether the kernel can read the contiguous axis 4 floats at a time: aligned to 16 bytes in every row and entry.
     */
    static boolean aligned(View v) {
        int rank = v.shape().rank();
        if (v.offset() % VECTOR != 0) {
            return false;
        }
        int along = v.stride(rank - 1) == 1 ? rank - 1 : rank - 2;
        if (v.stride(along) != 1) {
            return false;
        }
        for (int axis = 0; axis < rank; axis++) {
            if (axis != along && v.shape().size(axis) > 1 && v.stride(axis) % VECTOR != 0) {
                return false;
            }
        }
        return true;
    }

    /** The first element of each entry of a batch. */
    static View entries(View v) {
        int rank = v.shape().rank();
        long[] strides = new long[rank - 2];
        for (int i = 0; i < strides.length; i++) {
            strides[i] = v.stride(i);
        }
        return new View(v.buffer(), v.shape().head(rank - 2), v.offset(), strides);
    }

    /** {@code activation(x weightᵀ + bias) + residual}; evenly strided rows of x form one matrix. */
    void linear(View x, View weight, View bias, Unary activation, View residual, View out) {
        Types.require("linear", DType.F32, x, weight, out);
        View transposed = weight.transpose(0, 1);
        Epilogue f = new Epilogue(bias, activation, residual);
        if (x.shape().rank() == 1) {
            product(
                    x.insert(0),
                    transposed,
                    f.withResidual(residual == null ? null : residual.insert(0)),
                    out.insert(0));
            return;
        }
        if (x.shape().elements() > 0 && x.shape().rank() > 2) {
            long rows = x.shape().elements() / x.shape().size(-1);
            Optional<View> flatX = x.reshape(Shape.of(rows, x.shape().size(-1)));
            Optional<View> flatOut = out.reshape(Shape.of(rows, out.shape().size(-1)));
            Optional<View> flatResidual = (residual == null ? out : residual)
                    .reshape(Shape.of(rows, out.shape().size(-1)));
            if (flatX.isPresent() && flatOut.isPresent() && flatResidual.isPresent()) {
                product(
                        flatX.get(),
                        transposed,
                        f.withResidual(residual == null ? null : flatResidual.get()),
                        flatOut.get());
                return;
            }
        }
        Shape lead = x.shape().head(x.shape().rank() - 2);
        product(x, transposed.expand(lead.concat(transposed.shape())), f, out);
    }
}
