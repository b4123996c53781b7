package org.unmute.tensor.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/**
 * {@link Backend#convolveDepthwise} and its gradients, one tap of the window after the other: what a tap sees at all
 * positions is a strided view of the padded input, so nothing is unfolded.
 */
final class CompositeDepthwise {
    private final Backend b;
    private final View x;
    private final SlidingWindow window;
    private final Shape around;
    private final Shape result;

    CompositeDepthwise(Backend b, View x, SlidingWindow window) {
        this.b = b;
        this.x = x;
        this.window = window;
        Shape in = x.shape();
        around = Shape.of(
                in.size(0),
                in.size(1) + window.padY() + window.endY(),
                in.size(2) + window.padX() + window.endX(),
                in.size(3));
        result = Shape.of(in.size(0), window.positionsY(in.size(1)), window.positionsX(in.size(2)), in.size(3));
    }

    /** One tap: its row and column in the window. */
    private interface Tap {
        void at(int dy, int dx);
    }

    private void eachTap(Tap tap) {
        for (int dy = 0; dy < window.height(); dy++) {
            for (int dx = 0; dx < window.width(); dx++) {
                tap.at(dy, dx);
            }
        }
    }

    void forward(View weight, @Nullable View bias, @Nullable Unary activation, View out) {
        if (result.elements() == 0) {
            return;
        }
        View padded = padded();
        View part = b.allocateForResult(x.dtype(), result);
        eachTap((dy, dx) -> {
            boolean first = dy == 0 && dx == 0;
            b.binary(Binary.MUL, seen(padded, dy, dx), of(weight, dy, dx).expand(result), first ? out : part);
            if (!first) {
                b.binary(Binary.ADD, out, part, out);
            }
        });
        if (bias != null) {
            b.binary(Binary.ADD, out, bias.expand(result), out);
        }
        if (activation != null) {
            b.unary(activation, 0, 0, out, out);
        }
        View.close(padded, part);
    }

    void backward(View weight, View gy, @Nullable View gx, @Nullable View gweight) {
        if (result.elements() == 0) {
            for (View g : new View[] {gx, gweight}) {
                if (g != null) {
                    b.fill(g, 0);
                }
            }
            return;
        }
        View part = b.allocateForResult(x.dtype(), result);
        if (gweight != null) {
            View padded = padded();
            eachTap((dy, dx) -> {
                b.binary(Binary.MUL, seen(padded, dy, dx), gy, part);
                View to = of(gweight, dy, dx);
                b.reduce(Reduce.SUM, part, to.insert(0).insert(0).insert(0));
            });
            View.close(padded);
        }
        if (gx != null) {
            View sum = b.allocate(x.dtype(), around);
            eachTap((dy, dx) -> {
                b.binary(Binary.MUL, gy, of(weight, dy, dx).expand(result), part);
                View to = seen(sum, dy, dx);
                b.binary(Binary.ADD, to, part, to);
            });
            b.copy(interior(sum), gx);
            View.close(sum);
        }
        View.close(part);
    }

    /** A copy of the input with its padding. */
    private View padded() {
        View padded = b.allocate(x.dtype(), around);
        b.copy(x, interior(padded));
        return padded;
    }

    private View interior(View of) {
        return of.slice(1, window.padY(), x.shape().size(1), 1)
                .slice(2, window.padX(), x.shape().size(2), 1);
    }

    /** What a tap sees at every position. */
    private View seen(View padded, int dy, int dx) {
        return padded.slice(1, (long) dy * window.dilationY(), result.size(1), window.strideY())
                .slice(2, (long) dx * window.dilationX(), result.size(2), window.strideX());
    }

    /** The weights of a tap, {@code [channels]}. */
    private static View of(View weights, int dy, int dx) {
        return weights.select(0, dy).select(0, dx);
    }
}
