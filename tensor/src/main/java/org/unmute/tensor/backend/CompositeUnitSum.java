package org.unmute.tensor.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;

/**
 * Weighted sums of unit vectors and their gradients, block by block. The unit vectors are recomputed instead of stored.
 */
final class CompositeUnitSum {
    private final Backend b;
    private final View x;
    private final View weights;
    /** Number of blocks along axis 1; one block if x has at most three axes. */
    private final long blocks;

    private final Shape block;

    /**
     * @param x {@code [n, ..., dim]}
     * @param weights {@code [n]}
     */
    CompositeUnitSum(Backend b, View x, View weights) {
        this.b = b;
        this.x = x;
        this.weights = weights;
        boolean cut = x.shape().rank() > 3;
        blocks = cut ? x.shape().size(1) : 1;
        block = x.shape().tail(cut ? 2 : 1);
    }

    private View block(View of, long i) {
        return of.shape().rank() == block.rank() ? of : of.select(0, i);
    }

    private View weight(long n) {
        return weights.select(0, n).expand(block);
    }

    void forward(View out) {
        View unit = b.allocate(x.dtype(), block);
        b.fill(out, 0);
        for (long i = 0; i < blocks; i++) {
            View to = block(out, i);
            for (long n = 0; n < x.shape().size(0); n++) {
                b.l2Normalize(block(x.select(0, n), i), unit);
                b.binary(Binary.MUL, unit, weight(n), unit);
                b.binary(Binary.ADD, to, unit, to);
            }
        }
        unit.buffer().close();
    }

    void backward(View gy, @Nullable View gx, @Nullable View gweights) {
        View unit = b.allocate(x.dtype(), block);
        View work = b.allocate(x.dtype(), block);
        View sum = b.allocate(x.dtype(), Shape.of());
        if (gweights != null) {
            b.fill(gweights, 0);
        }
        for (long i = 0; i < blocks; i++) {
            View g = block(gy, i);
            for (long n = 0; n < x.shape().size(0); n++) {
                View own = block(x.select(0, n), i);
                b.l2Normalize(own, unit);
                if (gweights != null) {
                    b.binary(Binary.MUL, unit, g, work);
                    b.reduce(Reduce.SUM, work, ones(sum));
                    View to = gweights.select(0, n);
                    b.binary(Binary.ADD, to, sum, to);
                }
                if (gx != null) {
                    b.binary(Binary.MUL, g, weight(n), work);
                    b.l2NormalizeBackward(own, unit, work, block(gx.select(0, n), i));
                }
            }
        }
        View.close(unit, work, sum);
    }

    /** A view of a scalar with as many axes as a block, all of size 1. */
    private View ones(View number) {
        View v = number;
        for (int i = 0; i < block.rank(); i++) {
            v = v.insert(0);
        }
        return v;
    }
}
