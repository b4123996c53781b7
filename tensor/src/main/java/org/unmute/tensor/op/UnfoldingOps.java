package org.unmute.tensor.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/**
 * Unfolding into sliding windows: the part of a convolution that is not a matrix product. {@link Im2Col} and {@link
 * Col2Im} are each other's gradient.
 */
public sealed interface UnfoldingOps extends Op {
    /**
     * Unfolds {@code [batch, channels, rows, columns]} to {@code [batch, channels, height, width, positionsY,
     * positionsX]}.
     */
    record Im2Col(Tensor x, SlidingWindow window) implements UnfoldingOps {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public Shape shape() {
            if (x.rank() != 4) {
                throw new IllegalArgumentException("im2Col: needs [batch, channels, rows, columns], x is " + x.shape());
            }
            return Shape.of(
                    x.size(0),
                    x.size(1),
                    window.height(),
                    window.width(),
                    window.positionsY(x.size(2)),
                    window.positionsX(x.size(3)));
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.im2col(x.view(), window, out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(Tensor.run(new Col2Im(gy, window, x.size(2), x.size(3))));
        }
    }

    /**
     * Two-dimensional convolution, {@code [batch, out, positionsY, positionsX]}. Equivalent to a matrix product with
     * {@link Im2Col}, but at most the windows of one clip are in memory at a time, even in the backward pass.
     *
     * @param x {@code [batch, in, rows, columns]}
     * @param weight {@code [out, in / groups, window.height, window.width]}
     */
    record Convolve(Tensor x, Tensor weight, SlidingWindow window, int groups) implements UnfoldingOps {
        @Override
        public List<Tensor> inputs() {
            return List.of(x, weight);
        }

        @Override
        public Shape shape() {
            if (x.rank() != 4
                    || weight.rank() != 4
                    || groups < 1
                    || x.size(1) != weight.size(1) * groups
                    || weight.size(0) % groups != 0
                    || weight.size(2) != window.height()
                    || weight.size(3) != window.width()) {
                throw new IllegalArgumentException("convolve: sizes do not fit: x is " + x.shape() + ", weight is "
                        + weight.shape() + ", groups " + groups + ", " + window);
            }
            requireOneFloatingType(x, weight);
            return Shape.of(x.size(0), weight.size(0), window.positionsY(x.size(2)), window.positionsX(x.size(3)));
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.convolve(x.view(), weight.view(), window, groups, out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor gx = Op.gradientOf(x);
            Tensor gw = Op.gradientOf(weight);
            gy.backend().convolveBackward(x.view(), weight.view(), window, groups, gy.view(), Op.view(gx), Op.view(gw));
            return Arrays.asList(gx, gw);
        }
    }

    /**
     * Convolution of each channel by itself with an activation, channels last: {@code [batch, positionsY, positionsX,
     * channels]}.
     *
     * @param x {@code [batch, rows, columns, channels]}
     * @param weight {@code [window.height, window.width, channels]}
     * @param bias {@code [channels]} or null
     * @param activation a function without constants, or null
     */
    record Depthwise(
            Tensor x,
            Tensor weight,
            @Nullable Tensor bias,
            @Nullable Unary activation,
            SlidingWindow window) implements UnfoldingOps {
        @Override
        public List<Tensor> inputs() {
            return Op.present(x, weight, bias);
        }

        @Override
        public Shape shape() {
            if (x.rank() != 4
                    || weight.rank() != 3
                    || weight.size(0) != window.height()
                    || weight.size(1) != window.width()
                    || weight.size(2) != x.size(3)
                    || bias != null && !bias.shape().equals(Shape.of(x.size(3)))) {
                throw new IllegalArgumentException("depthwise: sizes do not fit: x is " + x.shape()
                        + " [batch, rows, columns, channels], weight is " + weight.shape()
                        + " [height, width, channels], bias is " + Op.shapeOf(bias) + ", " + window);
            }
            if (activation != null && activation.hasConstants()) {
                throw new IllegalArgumentException(
                        "depthwise: " + activation + " has constants: apply it to the result");
            }
            requireOneFloatingType(x, weight, bias);
            return Shape.of(x.size(0), window.positionsY(x.size(1)), window.positionsX(x.size(2)), x.size(3));
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.convolveDepthwise(x.view(), weight.view(), Op.view(bias), activation, window, out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor g = gy;
            if (activation != null) {
                // The input of the activation was not kept, so recompute it.
                Tensor inner = Tensor.run(new Depthwise(x, weight, bias, null, window));
                g = new ElementwiseOps.Map(activation, 0, 0, inner)
                        .backward(inner.unary(activation), gy)
                        .getFirst();
            }
            Tensor gx = Op.gradientOf(x);
            Tensor gw = Op.gradientOf(weight);
            g.backend().convolveDepthwiseBackward(x.view(), weight.view(), window, g.view(), Op.view(gx), Op.view(gw));
            List<Tensor> all = new ArrayList<>();
            all.add(gx);
            all.add(gw);
            if (bias != null) {
                all.add(bias.requiresGradient() ? g.sum(0, 1, 2) : null);
            }
            return all;
        }
    }

    /** Adds windows to the positions that they were taken from, giving {@code [batch, channels, rows, columns]}. */
    record Col2Im(Tensor columns, SlidingWindow window, long rows, long width) implements UnfoldingOps {
        @Override
        public List<Tensor> inputs() {
            return List.of(columns);
        }

        @Override
        public Shape shape() {
            Shape c = columns.shape();
            if (c.rank() != 6
                    || c.size(2) != window.height()
                    || c.size(3) != window.width()
                    || c.size(4) != window.positionsY(rows)
                    || c.size(5) != window.positionsX(width)) {
                throw new IllegalArgumentException("col2Im: columns are " + c + ", which does not fit " + window
                        + " over " + rows + " x " + width);
            }
            return Shape.of(c.size(0), c.size(1), rows, width);
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.fill(out, 0);
            backend.col2im(columns.view(), window, out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(Tensor.run(new Im2Col(gy, window)));
        }
    }
}
