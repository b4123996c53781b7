package org.unmute.tensor.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.Unary;

/**
 * {@link Backend#convolveTokens} as an affine map for each group of channels. In a zero-padded copy of the group, the
 * inputs of adjacent tokens are overlapping rows, so nothing is unfolded.
 */
final class CompositeTokenConvolution {
    private CompositeTokenConvolution() {}

    static void compute(Backend b, View x, View weight, @Nullable View bias, @Nullable Unary activation, View out) {
        long batch = x.shape().size(0);
        long tokens = x.shape().size(1);
        long outEach = weight.shape().size(1);
        long taps = weight.shape().size(2);
        long in = weight.shape().size(3);
        if (out.shape().elements() == 0) {
            return;
        }
        Shape around = Shape.of(batch, tokens + taps - 1, in);
        // A single row, which no backend pads.
        View padded = b.allocate(x.dtype(), Shape.of(around.elements()));
        View seen = new View(
                padded.buffer(), Shape.of(batch, tokens, taps * in), padded.offset(), around.size(1) * in, in, 1);
        View interior = padded.reshape(around).orElseThrow().slice(1, taps / 2, tokens, 1);
        for (long g = 0; g < weight.shape().size(0); g++) {
            b.copy(x.slice(2, g * in, in, 1), interior);
            View own = weight.select(0, g);
            View flat = own.reshape(Shape.of(outEach, taps * in)).orElseGet(() -> dense(b, own));
            b.linear(
                    seen,
                    flat,
                    bias == null ? null : bias.slice(0, g * outEach, outEach, 1),
                    activation,
                    null,
                    out.slice(2, g * outEach, outEach, 1));
            if (flat.buffer() != weight.buffer()) {
                flat.buffer().close();
            }
        }
        padded.buffer().close();
    }

    private static View dense(Backend b, View weight) {
        View flat = b.allocateForResult(weight.dtype(), Shape.of(weight.shape().elements()));
        b.copy(weight, flat.reshape(weight.shape()).orElseThrow());
        return flat.reshape(Shape.of(
                        weight.shape().size(0),
                        weight.shape().size(1) * weight.shape().size(2)))
                .orElseThrow();
    }
}
