package org.unmute.tensor;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.op.Op;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;
import org.unmute.tensor.op.UnfoldingOps.Col2Im;
import org.unmute.tensor.op.UnfoldingOps.Convolve;
import org.unmute.tensor.op.UnfoldingOps.Depthwise;
import org.unmute.tensor.op.UnfoldingOps.Im2Col;

/**
 * Convolutions and pooling, computed as matrix products or reductions over unfolded windows. Inputs are {@code [batch,
 * channels, length]} or {@code [batch, channels, rows, columns]}.
 */
public final class Convolution {
    private Convolution() {}

    /**
     * Two-dimensional convolution.
     *
     * @param x {@code [batch, in, rows, columns]}
     * @param weight {@code [out, in / groups, window.height, window.width]}
     * @param bias {@code [out]} or null
     * @return {@code [batch, out, positionsY, positionsX]}
     */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, SlidingWindow window, int groups) {
        Tensor y = Tensor.run(new Convolve(x, weight, window, groups));
        requireFit("conv2d", true, x, weight, bias, weight.size(0), groups);
        return bias == null ? y : y.plus(bias.reshape(weight.size(0), 1, 1));
    }

    /**
     * Convolution of each channel by itself, with channels last: where channels are few and maps large, as in
     * MobileNets, it takes a fraction of the time of {@link #conv2d} with as many groups. A product over the channels
     * of each position (a 1 x 1 convolution) is {@link Tensor#linear} in this layout.
     *
     * @param x {@code [batch, rows, columns, channels]}
     * @param weight {@code [window.height, window.width, channels]}
     * @param bias {@code [channels]} or null
     * @param activation a function without constants, or null
     * @return {@code [batch, positionsY, positionsX, channels]}
     */
    public static Tensor depthwise(
            Tensor x, Tensor weight, @Nullable Tensor bias, @Nullable Unary activation, SlidingWindow window) {
        return Tensor.run(new Depthwise(x, weight, bias, activation, window));
    }

    /**
     * One-dimensional convolution.
     *
     * @param x {@code [batch, in, length]}
     * @param weight {@code [out, in / groups, kernel]}
     * @param bias {@code [out]} or null
     */
    public static Tensor conv1d(
            Tensor x, Tensor weight, @Nullable Tensor bias, int stride, int padding, int dilation, int groups) {
        boolean fits = x.rank() == 3
                && weight.rank() == 3
                && groups >= 1
                && x.size(1) == weight.size(1) * groups
                && weight.size(0) % groups == 0;
        requireFit("conv1d", fits, x, weight, bias, fits ? weight.size(0) : 0, groups);
        SlidingWindow window = SlidingWindow.of(1, weight.shape().dim(2), 1, stride)
                .pad(0, padding)
                .dilate(1, dilation);
        return conv2d(x.insert(2), weight.insert(2), bias, window, groups).squeeze(2);
    }

    /**
     * The transpose of {@link #conv1d}. The output length is {@code (length - 1) stride - 2 padding + kernel}.
     *
     * @param x {@code [batch, in, length]}
     * @param weight {@code [in, out / groups, kernel]}
     * @param bias {@code [out]} or null
     */
    public static Tensor convTranspose1d(
            Tensor x, Tensor weight, @Nullable Tensor bias, int stride, int padding, int groups) {
        boolean fits = x.rank() == 3
                && weight.rank() == 3
                && groups >= 1
                && x.size(1) == weight.size(0)
                && weight.size(0) % groups == 0
                && x.size(2) > 0;
        requireFit("convTranspose1d", fits, x, weight, bias, fits ? weight.size(1) * groups : 0, groups);
        long batch = x.size(0);
        long in = x.size(1) / groups;
        long length = x.size(2);
        long out = weight.size(1) * groups;
        int kernel = weight.shape().dim(2);
        long grown = (length - 1) * stride - 2L * padding + kernel;
        if (grown < 1) {
            throw new IllegalArgumentException("convTranspose1d: the result is empty: x " + x.shape() + ", kernel "
                    + kernel + ", stride " + stride + ", padding " + padding);
        }
        Tensor columns = weight.reshape(groups, in, out / groups * kernel)
                .transpose(-1, -2)
                .matmul(x.reshape(batch, groups, in, length))
                .reshape(batch, out, 1, kernel, 1, length);
        Tensor y = Tensor.run(new Col2Im(
                        columns, SlidingWindow.of(1, kernel, 1, stride).pad(0, padding), 1, grown))
                .squeeze(2);
        return bias == null ? y : y.plus(bias.reshape(out, 1));
    }

    /**
     * Maximum of each window of {@code [batch, channels, rows, columns]}. Padding never wins; on ties the first wins.
     */
    public static Tensor maxPool2d(Tensor x, SlidingWindow window) {
        if (Math.max(window.padY(), window.endY()) * 2 > window.height()
                || Math.max(window.padX(), window.endX()) * 2 > window.width()) {
            throw new IllegalArgumentException("maxPool2d: padding is more than half of the window: " + window);
        }
        Tensor padded = x;
        if (!window.isUnpadded()) {
            padded = padded.pad(2, window.padY(), window.endY(), Double.NEGATIVE_INFINITY)
                    .pad(3, window.padX(), window.endX(), Double.NEGATIVE_INFINITY);
        }
        return windows(padded, window.pad(0, 0)).max(-1).values();
    }

    /** Mean of each window of {@code [batch, channels, rows, columns]}, counting the zeros of the padding. */
    public static Tensor avgPool2d(Tensor x, SlidingWindow window) {
        return windows(x, window).mean(-1);
    }

    /** The elements of each window, {@code [batch, channels, positionsY, positionsX, height · width]}. */
    private static Tensor windows(Tensor x, SlidingWindow window) {
        Tensor columns = Tensor.run(new Im2Col(x, window)).permute(0, 1, 4, 5, 2, 3);
        Shape s = columns.shape();
        return columns.reshape(s.head(4).concat(Shape.of(s.size(4) * s.size(5))).toArray());
    }

    private static void requireFit(
            String name, boolean fits, Tensor x, Tensor weight, @Nullable Tensor bias, long out, int groups) {
        if (!fits || bias != null && !bias.shape().equals(Shape.of(out))) {
            throw new IllegalArgumentException(name + ": sizes do not fit: x is " + x.shape() + ", weight is "
                    + weight.shape() + ", bias is " + Op.shapeOf(bias) + ", groups " + groups);
        }
    }
}
