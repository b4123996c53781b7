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
final class ConvolutionKernels {
    static final Kernel TOKENS = new Kernel("convolve", "convolve_tokens");
    static final Kernel PATCHES = new Kernel("convolve", "embed_patches");
    static final Kernel FEW_PATCHES = new Kernel("convolve", "embed_patches_small");
    /** Floats that the kernel reads at once. */
    private static final int VECTOR = 4;

    private final Launcher launcher;

    ConvolutionKernels(Launcher launcher) {
        this.launcher = launcher;
    }

    /**
     * {@link org.unmute.tensor.backend.Backend#convolveTokens} with a {@linkplain MatmulKernels#isFused fused}
     * activation.
     */
    void convolveTokens(View x, View weight, View bias, Unary activation, View out) {
        Types.require("convolveTokens", DType.F32, x, weight, out);
        Shape shape = out.shape();
        if (shape.elements() == 0) {
            return;
        }
        long clips = shape.size(0);
        long tokens = shape.size(1);
        Shape w = weight.shape();
        long groups = w.size(0);
        launcher.run(
                TOKENS,
                LaunchPlan.tiles(Math.multiplyExact(clips, groups), tokens, w.size(1)),
                Launcher.bytes(x, weight, out),
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

    /** {@link org.unmute.tensor.backend.Backend#embedPatches} */
    void embedPatches(View image, SlidingWindow window, View weight, View bias, View out) {
        Types.require("embedPatches", DType.F32, image, weight, out);
        Shape shape = out.shape();
        if (shape.elements() == 0) {
            return;
        }
        long patches = Math.multiplyExact(shape.size(0), shape.size(1));
        long row = image.stride(1);
        long column = image.stride(2);
        Optional<LaunchPlan> wide = LaunchPlan.wideTiles(1, patches, shape.size(2));
        launcher.run(
                wide.isPresent() ? PATCHES : FEW_PATCHES,
                wide.orElseGet(() -> LaunchPlan.tiles(1, patches, shape.size(2))),
                Launcher.bytes(image, weight, out),
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

    /**
     * Whether the kernel can read the rows of every patch 4 floats at a time: contiguous and aligned to 16 bytes.
     */
    private static boolean isAligned(View image, SlidingWindow window) {
        return image.stride(2) == 1
                && window.dilationX() == 1
                && window.width() % VECTOR == 0
                && window.strideX() % VECTOR == 0
                && image.offset() % VECTOR == 0
                && image.stride(0) % VECTOR == 0
                && image.stride(1) % VECTOR == 0;
    }
}
