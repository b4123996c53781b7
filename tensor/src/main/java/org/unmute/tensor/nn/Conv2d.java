package org.unmute.tensor.nn;

import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Convolution;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.SlidingWindow;

/**
 * A convolution over rows and columns: torch's {@code Conv2d}.
 *
 * @param weight {@code [out, in / groups, window.height, window.width]}
 * @param bias {@code [out]}, or null
 * @param window kernel, stride, padding and dilation
 * @param groups of channels that do not see each other
 */
public record Conv2d(Tensor weight, @Nullable Tensor bias, SlidingWindow window, int groups) implements Layer {
    /** Checks the shapes. */
    public Conv2d {
        ParameterNames.require("conv2d", weight, 4, bias);
    }

    /** A layer with new parameters, drawn as torch does: uniform within 1/√(in · height · width). */
    public static Conv2d of(Initializer init, int in, int out, SlidingWindow window) {
        double bound = 1 / Math.sqrt((double) in * window.height() * window.width());
        Tensor weight = init.uniform(bound, out, in, window.height(), window.width());
        return new Conv2d(weight, init.uniform(bound, out), window, 1);
    }

    /** {@code [batch, in, rows, columns]} to {@code [batch, out, positionsY, positionsX]}. */
    @Override
    public Tensor apply(Tensor x, Mode mode) {
        return Convolution.conv2d(x, weight, bias, window, groups);
    }

    @Override
    public SequencedMap<String, Tensor> parameters() {
        return ParameterNames.map(ParameterNames.WEIGHT, weight, ParameterNames.BIAS, bias);
    }
}
