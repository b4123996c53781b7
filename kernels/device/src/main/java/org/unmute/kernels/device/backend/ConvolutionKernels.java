package org.unmute.kernels.device.backend;

import java.util.Optional;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/** Launches of {@code convolve.cl}. */
interface ConvolutionKernels extends KernelFamily {
    @Override
    default void convolveTokens(View x, View weight, View bias, Unary activation, View out) {
        if (!MatmulKernels.isFused(activation)) {
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
                                Arguments.members(Arguments.flagOf(bias != null), MatmulKernels.code(activation)),
                                Arguments.layout(out)));
    }

    @Override
    default void embedPatches(View image, SlidingWindow window, View weight, View bias, View out) {
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
                                        Arguments.flagOf(weight.stride(1) == 1 && MatmulKernels.aligned(weight)))));
    }

    /** Whether the kernel can read the rows of every patch 4 floats at a time. */
    private static boolean isAligned(View image, SlidingWindow window) {
        return image.stride(2) == 1
                && MatmulKernels.aligned(image)
                && window.dilationX() == 1
                && window.width() % MatmulKernels.VECTOR == 0
                && window.strideX() % MatmulKernels.VECTOR == 0;
    }
}
