package org.unmute.kernels.device.backend;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.unmute.kernels.device.DeviceRoutine;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.MatrixProduct;
import org.unmute.kernels.device.PackedPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/** Matrix products and operations built from them: launches of {@code matmul.cl} and {@code convolve.cl}. */
interface ProductKernels extends KernelFamily {
    /** Floats that the kernel reads at once. */
    int VECTOR = 4;

    /** Whether {@link #linear} and the convolution of tokens fuse an activation. */
    static boolean isFused(@Nullable Unary activation) {
        return activation == null || activation == Unary.GELU || activation == Unary.RELU;
    }

    @Override
    default void matmul(View a, View b, View out) {
        product(a, b, null, null, null, out);
    }

    /**
     * {@code out = activation(a b + bias) + residual}. Bias, activation and residual may be null. The bias is {@code
     * [n]}, the residual has the shape of the result.
     */
    private void product(
            View a, View b, @Nullable View bias, @Nullable Unary activation, @Nullable View residual, View out) {
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
        Supplier<Arguments> arguments = () -> arguments(a, b, bias, activation, residual, out, batch);
        long operations = 2 * batch.count() * m * n * k;
        Optional<PackedPlan> packed = PackedKernels.plan(this, batch.count(), m, n, k);
        if (packed.isPresent()) {
            PackedKernels.multiply(this, packed.get(), a, b, out, residual, arguments, operations);
            return;
        }
        // A routine would overwrite a residual that shares memory with the result before it is added.
        boolean inPlace = residual != null && DeviceBuffer.readOf(residual) == DeviceBuffer.readOf(out);
        Optional<DeviceRoutine> routine = inPlace ? Optional.empty() : routine(a, b, out, batch);
        if (routine.isPresent()) {
            run(routine.get(), Arguments.bytes(a, b, out), operations);
            if (bias != null || activation != null || residual != null) {
                run(
                        new Kernel("matmul", "matmul_finish"),
                        LaunchPlan.tasks(Math.multiplyExact(batch.count(), m)),
                        2 * Arguments.bytes(out) + Arguments.bytes(bias, residual),
                        arguments.get());
            }
            return;
        }
        Optional<LaunchPlan> wide =
                k > Integer.MAX_VALUE ? Optional.empty() : LaunchPlan.wideTiles(batch.count(), m, n);
        run(
                new Kernel("matmul", wide.isPresent() ? "matmul" : "matmul_small"),
                wide.orElseGet(() -> LaunchPlan.tiles(batch.count(), m, n)),
                Arguments.bytes(a, b, out, residual),
                operations,
                arguments.get());
    }

    /** The arguments of the products in {@code matmul.cl}; the arguments of other products begin with them. */
    private static Arguments arguments(
            View a,
            View b,
            @Nullable View bias,
            @Nullable Unary activation,
            @Nullable View residual,
            View out,
            StridedLoop batch) {
        View added = residual == null ? out : residual;
        return new Arguments()
                .memory(a, b, bias == null ? out : bias, added, out)
                .struct(batch)
                .struct(
                        Arguments.members(
                                out.shape().size(-2),
                                out.shape().size(-1),
                                a.shape().size(-1)),
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
    }

    /** The device's own routine for {@code a b}, if it has one and the entries are evenly strided. */
    private Optional<DeviceRoutine> routine(View a, View b, View out, StridedLoop batch) {
        if (batch.sizes().length > 1) {
            return Optional.empty();
        }
        return routine(new MatrixProduct(
                matrix(a, batch, 0),
                matrix(b, batch, 1),
                matrix(out, batch, 2),
                out.shape().size(-2),
                out.shape().size(-1),
                a.shape().size(-1),
                batch.count()));
    }

    /** The position of the matrices of view number {@code index} of a batch with one axis. */
    private static MatrixProduct.Matrix matrix(View v, StridedLoop batch, int index) {
        return new MatrixProduct.Matrix(
                DeviceBuffer.memoryOf(v),
                v.offset(),
                v.stride(-2),
                v.stride(-1),
                batch.count() == 1 ? 0 : batch.strides()[index][0]);
    }

    /** The code of a {@linkplain #isFused fused} activation in {@code activation.h}. */
    static int code(@Nullable Unary activation) {
        return activation == Unary.GELU ? 1 : activation == Unary.RELU ? 2 : 0;
    }

    /**
     * Whether the kernel can read the contiguous axis 4 floats at a time, which requires alignment to 16 bytes in every
     * row and entry.
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
        Arrays.setAll(strides, v::stride);
        return new View(v.buffer(), v.shape().head(rank - 2), v.offset(), strides);
    }

    @Override
    default void linear(View x, View weight, @Nullable View bias, View out) {
        linear(x, weight, bias, null, null, out);
    }

    /** {@code out = activation(x weightᵀ + bias) + residual}; evenly strided rows of x form one matrix. */
    @Override
    default void linear(
            View x, View weight, @Nullable View bias, @Nullable Unary activation, @Nullable View residual, View out) {
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

    @Override
    default void convolveTokens(View x, View weight, @Nullable View bias, @Nullable Unary activation, View out) {
        if (!isFused(activation)) {
            KernelFamily.super.convolveTokens(x, weight, bias, activation, out);
            return;
        }
        Types.require("convolveTokens", DType.F32, x, weight, out);
        Shape shape = out.shape();
        if (shape.elements() == 0) {
            return;
        }
        long clips = shape.size(0);
        long tokens = shape.size(1);
        Shape w = weight.shape();
        long groups = w.size(0);
        run(
                new Kernel("convolve", "convolve_tokens"),
                LaunchPlan.tiles(Math.multiplyExact(clips, groups), tokens, w.size(1)),
                Arguments.bytes(x, weight, out),
                2 * clips * tokens * w.elements(),
                new Arguments()
                        .memory(x, weight, bias == null ? out : bias, out)
                        .struct(
                                Arguments.members(clips, tokens, groups, w.size(2), w.size(3), w.size(1)),
                                Arguments.layout(x),
                                Arguments.layout(weight),
                                Arguments.layout(bias),
                                Arguments.members(Arguments.flagOf(bias != null), code(activation)),
                                Arguments.layout(out)));
    }

    @Override
    default void embedPatches(View image, SlidingWindow window, View weight, @Nullable View bias, View out) {
        Types.require("embedPatches", DType.F32, image, weight, out);
        Shape shape = out.shape();
        if (shape.elements() == 0) {
            return;
        }
        long patches = Math.multiplyExact(shape.size(0), shape.size(1));
        long row = image.stride(1);
        long column = image.stride(2);
        Optional<LaunchPlan> wide = LaunchPlan.wideTiles(1, patches, shape.size(2));
        run(
                new Kernel("convolve", wide.isPresent() ? "embed_patches" : "embed_patches_small"),
                wide.orElseGet(() -> LaunchPlan.tiles(1, patches, shape.size(2))),
                Arguments.bytes(image, weight, out),
                2 * patches * weight.shape().elements(),
                new Arguments()
                        .memory(image, weight, bias == null ? out : bias, out)
                        .struct(
                                Arguments.members(
                                        patches,
                                        window.positionsY(image.shape().size(1)),
                                        window.positionsX(image.shape().size(2)),
                                        window.height(),
                                        window.width(),
                                        shape.size(2),
                                        image.offset(),
                                        image.stride(0),
                                        window.strideY() * row,
                                        window.strideX() * column,
                                        window.dilationY() * row,
                                        window.dilationX() * column),
                                Arguments.layout(weight),
                                Arguments.layout(bias),
                                Arguments.members(Arguments.flagOf(bias != null)),
                                Arguments.layout(out),
                                Arguments.members(
                                        Arguments.flagOf(isAligned(image, window)),
                                        Arguments.flagOf(weight.stride(1) == 1 && aligned(weight)))));
    }

    /** Whether the kernel can read the rows of every patch 4 floats at a time. */
    private static boolean isAligned(View image, SlidingWindow window) {
        return image.stride(2) == 1
                && aligned(image)
                && window.dilationX() == 1
                && window.width() % VECTOR == 0
                && window.strideX() % VECTOR == 0;
    }
}
