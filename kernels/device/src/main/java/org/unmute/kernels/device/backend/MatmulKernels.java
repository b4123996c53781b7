package org.unmute.kernels.device.backend;

import java.util.Optional;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Unary;

/** Launches of {@code matmul.cl}. */
interface MatmulKernels extends KernelFamily {
    /** Floats that the kernel reads at once. */
    int VECTOR = 4;

    /** Whether {@link #linear} and the convolution of tokens fuse an activation. */
    static boolean isFused(Unary activation) {
        return activation == null || activation == Unary.GELU || activation == Unary.RELU;
    }

    @Override
    default void matmul(View a, View b, View out) {
        product(a, b, null, null, null, out);
    }

    /**
     * {@code activation(a b + bias) + residual}; the last three may be null. The bias is {@code [n]}, the residual has
     * the shape of the result.
     */
    private void product(View a, View b, View bias, Unary activation, View residual, View out) {
        Types.require("matmul", DType.F32, a, b, out);
        Shape shape = out.shape();
        if (shape.elements() == 0) {
            return;
        }
        View added = residual == null ? out : residual;
        StridedLoop batch = StridedLoop.of(entries(a), entries(b), entries(out), entries(added));
        long m = shape.size(-2);
        long n = shape.size(-1);
        long k = a.shape().size(-1);
        Arguments arguments = new Arguments()
                .memory(a, b, bias == null ? out : bias, added, out)
                .struct(batch)
                .struct(
                        Arguments.members(m, n, k),
                        Arguments.matrix(a),
                        Arguments.matrix(b),
                        Arguments.matrix(out),
                        Arguments.layout(bias),
                        Arguments.matrix(added),
                        Arguments.members(
                                Arguments.flagOf(aligned(a)),
                                Arguments.flagOf(aligned(b)),
                                Arguments.flagOf(bias != null),
                                code(activation),
                                Arguments.flagOf(residual != null)));
        Optional<LaunchPlan> wide =
                k > Integer.MAX_VALUE ? Optional.empty() : LaunchPlan.wideTiles(batch.count(), m, n);
        run(
                new Kernel("matmul", wide.isPresent() ? "matmul" : "matmul_small"),
                wide.orElseGet(() -> LaunchPlan.tiles(batch.count(), m, n)),
                Arguments.bytes(a, b, out, residual),
                2 * batch.count() * m * n * k,
                arguments);
    }

    /** The code of a {@linkplain #isFused fused} activation in {@code activation.h}. */
    static int code(Unary activation) {
        return activation == Unary.GELU ? 1 : activation == Unary.RELU ? 2 : 0;
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

    @Override
    default void linear(View x, View weight, View bias, View out) {
        linear(x, weight, bias, null, null, out);
    }

    /** {@code activation(x weightᵀ + bias) + residual}; evenly strided rows of x form one matrix. */
    @Override
    default void linear(View x, View weight, View bias, Unary activation, View residual, View out) {
        if (!isFused(activation)) {
            KernelFamily.super.linear(x, weight, bias, activation, residual, out);
            return;
        }
        Types.require("linear", DType.F32, x, weight, out);
        View transposed = weight.transpose(0, 1);
        if (x.shape().rank() != 2) {
            Optional<View> flatX = rows(x);
            Optional<View> flatOut = rows(out);
            Optional<View> flatResidual = rows(residual == null ? out : residual);
            if (flatX.isPresent() && flatOut.isPresent() && flatResidual.isPresent()) {
                product(
                        flatX.get(),
                        transposed,
                        bias,
                        activation,
                        residual == null ? null : flatResidual.get(),
                        flatOut.get());
                return;
            }
        }
        Shape lead = x.shape().head(x.shape().rank() - 2);
        product(x, transposed.expand(lead.concat(transposed.shape())), bias, activation, residual, out);
    }

    /** All rows as one matrix; empty if they are not evenly strided. */
    private static Optional<View> rows(View v) {
        Shape lead = v.shape().head(v.shape().rank() - 1);
        return v.reshape(Shape.of(lead.elements(), v.shape().size(-1)));
    }
}
