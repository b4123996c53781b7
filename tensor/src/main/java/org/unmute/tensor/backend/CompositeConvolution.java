package org.unmute.tensor.backend;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.SlidingWindow;

/**
 * Convolution and its gradients as matrix products, clip by clip. Each clip is copied with its channels last and zero
 * padding. In that copy, a run of adjacent taps is a view with overlapping rows, one per window position. So the
 * forward pass unfolds nothing, and the backward pass unfolds only the windows of one run at a time.
 */
final class CompositeConvolution {
    private final Backend b;
    private final DType type;
    private final SlidingWindow window;
    private final int groups;
    private final int inEach;
    private final int outEach;
    private final Shape inside;
    private final Shape around;
    private final Shape positions;
    private final List<Run> runs = new ArrayList<>();
    /** The current clip with its padding, of shape {@link #around}. Stored as a single row, which no backend pads. */
    private final View padded;

    /**
     * {@code taps} adjacent taps in window row {@code dy}, starting at column {@code dx}, for one group of channels.
     */
    private record Run(int group, int dy, int dx, int taps) {}

    CompositeConvolution(Backend b, View x, View weight, SlidingWindow window, int groups) {
        this.b = b;
        this.window = window;
        this.groups = groups;
        type = x.dtype();
        int in = x.shape().dim(1);
        inEach = in / groups;
        outEach = weight.shape().dim(0) / groups;
        inside = Shape.of(x.shape().size(2), x.shape().size(3), in);
        around = Shape.of(
                inside.size(0) + window.padY() + window.endY(), inside.size(1) + window.padX() + window.endX(), in);
        positions = Shape.of(window.positionsY(inside.size(0)), window.positionsX(inside.size(1)));
        boolean together = groups == 1 && window.dilationX() == 1;
        for (int g = 0; g < groups; g++) {
            for (int dy = 0; dy < window.height(); dy++) {
                for (int dx = 0; dx < window.width(); dx += together ? window.width() : 1) {
                    runs.add(new Run(g, dy, dx, together ? window.width() : 1));
                }
            }
        }
        padded = flat(around);
    }

    void forward(View x, View weight, View out) {
        List<View> weights = runs.stream().map(r -> weights(r, weight)).toList();
        // The weights are the same for every clip, so a backend may pack them.
        weights.forEach(w -> w.buffer().freeze());
        View y = flat(result());
        View part = flat(result());
        for (long clip = 0; clip < x.shape().size(0); clip++) {
            load(x.select(0, clip));
            for (int i = 0; i < runs.size(); i++) {
                Run r = runs.get(i);
                boolean first = r.dy == 0 && r.dx == 0;
                b.linear(windows(padded, r, r.dx, r.taps), weights.get(i), null, ofGroup(first ? y : part, r));
                if (!first) {
                    b.binary(Binary.ADD, ofGroup(y, r), ofGroup(part, r), ofGroup(y, r));
                }
            }
            b.copy(as(y, result()).permute(2, 0, 1), out.select(0, clip));
        }
        weights.forEach(w -> w.buffer().close());
        View.close(padded, y, part);
    }

    void backward(View x, View weight, View gy, @Nullable View gx, @Nullable View gweight) {
        if (gweight != null) {
            b.fill(gweight, 0);
        }
        View g = flat(result());
        View gpadded = flat(around);
        for (long clip = 0; clip < x.shape().size(0); clip++) {
            b.copy(gy.select(0, clip).permute(1, 2, 0), as(g, result()));
            if (gweight != null) {
                load(x.select(0, clip));
                runs.forEach(r -> addWeightGradient(r, g, gweight));
            }
            if (gx != null) {
                b.fill(gpadded, 0);
                runs.forEach(r -> addInputGradient(r, g, weight, gpadded));
                b.copy(interior(gpadded).permute(2, 0, 1), gx.select(0, clip));
            }
        }
        View.close(padded, g, gpadded);
    }

    private void addWeightGradient(Run r, View g, View gweight) {
        Shape taps = Shape.of(positions.elements(), (long) r.taps * inEach);
        View unfolded = flat(taps);
        View product = b.allocate(type, Shape.of(outEach, taps.size(1)));
        b.copy(windows(padded, r, r.dx, r.taps), as(unfolded, positions.concat(Shape.of(taps.size(1)))));
        b.matmul(rows(g, r).transpose(0, 1), as(unfolded, taps), product);
        for (int dx = 0; dx < r.taps; dx++) {
            View to = tap(gweight, r, r.dx + dx);
            b.binary(Binary.ADD, to, product.slice(1, (long) dx * inEach, inEach, 1), to);
        }
        View.close(unfolded, product);
    }

    private void addInputGradient(Run r, View g, View weight, View gpadded) {
        View part = flat(Shape.of(positions.elements(), inEach));
        for (int dx = r.dx; dx < r.dx + r.taps; dx++) {
            b.matmul(rows(g, r), tap(weight, r, dx), as(part, Shape.of(positions.elements(), inEach)));
            View to = windows(gpadded, r, dx, 1);
            b.binary(Binary.ADD, to, as(part, to.shape()), to);
        }
        View.close(part);
    }

    private Shape result() {
        return positions.concat(Shape.of((long) groups * outEach));
    }

    /** The channels of a result that belong to the run's group: {@code [positionsY, positionsX, out of the group]}. */
    private View ofGroup(View flat, Run r) {
        return as(flat, result()).slice(2, (long) r.group * outEach, outEach, 1);
    }

    /** {@link #ofGroup} as a matrix {@code [positions, out of the group]}. */
    private View rows(View flat, Run r) {
        return as(flat, Shape.of(positions.elements(), (long) groups * outEach))
                .slice(1, (long) r.group * outEach, outEach, 1);
    }

    /** One tap of the weights: {@code [out of the group, in of the group]}. */
    private View tap(View weight, Run r, int dx) {
        return weight.slice(0, (long) r.group * outEach, outEach, 1)
                .select(2, r.dy)
                .select(2, dx);
    }

    /** The weights for the rows of {@link #windows}: {@code [out of the group, taps * in]}. */
    private View weights(Run r, View weight) {
        View w = b.allocate(type, Shape.of(outEach, (long) r.taps * inEach));
        for (int dx = 0; dx < r.taps; dx++) {
            b.copy(tap(weight, r, r.dx + dx), w.slice(1, (long) dx * inEach, inEach, 1));
        }
        return w;
    }

    /** The inputs of {@code taps} adjacent taps at every position: {@code [positionsY, positionsX, taps * in]}. */
    private View windows(View of, Run r, int dx, int taps) {
        long row = around.size(1) * around.size(2);
        long column = around.size(2);
        long at = of.offset()
                + (long) r.dy * window.dilationY() * row
                + (long) dx * window.dilationX() * column
                + (long) r.group * inEach;
        return new View(
                of.buffer(),
                positions.concat(Shape.of((long) taps * inEach)),
                at,
                window.strideY() * row,
                window.strideX() * column,
                1);
    }

    private void load(View clip) {
        b.copy(clip.permute(1, 2, 0), interior(padded));
    }

    private View interior(View of) {
        return as(of, around).slice(0, window.padY(), inside.size(0), 1).slice(1, window.padX(), inside.size(1), 1);
    }

    private View flat(Shape shape) {
        return b.allocate(type, Shape.of(shape.elements()));
    }

    private static View as(View flat, Shape shape) {
        return flat.reshape(shape).orElseThrow();
    }
}
