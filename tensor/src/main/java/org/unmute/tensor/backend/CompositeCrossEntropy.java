package org.unmute.tensor.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.Unary;

/** Cross-entropies of rows of logits and their gradients. */
final class CompositeCrossEntropy {
    private final RowComposites b;
    private final View x;
    private final View y;
    private final @Nullable View weight;

    /** @param weight {@code [n]} or null */
    CompositeCrossEntropy(RowComposites b, View x, View y, @Nullable View weight) {
        this.b = b;
        this.x = x;
        this.y = y;
        this.weight = weight;
    }

    void binary(View loss) {
        View present = scratch();
        View absent = scratch();
        b.unary(Unary.LOG_SIGMOID, 0, 0, x, present);
        b.affine(x, -1, 0, absent);
        b.unary(Unary.LOG_SIGMOID, 0, 0, absent, absent);
        blend(present, absent);
        b.binary(Binary.ADD, present, absent, present);
        b.reduce(Reduce.SUM, present, loss);
        b.affine(loss, -1, 0, loss);
        View.close(present, absent);
    }

    void binaryBackward(View gloss, View gx) {
        View present = scratch();
        View absent = scratch();
        b.affine(x, -1, 0, present);
        b.unary(Unary.SIGMOID, 0, 0, present, present);
        b.unary(Unary.SIGMOID, 0, 0, x, absent);
        blend(present, absent);
        b.binary(Binary.SUB, absent, present, present);
        b.binary(Binary.MUL, gloss.expand(x.shape()), present, gx);
        View.close(present, absent);
    }

    /** Multiplies {@code present} by {@code weight y} and {@code absent} by {@code 1 - y}. */
    private void blend(View present, View absent) {
        View part = scratch();
        b.affine(y, -1, 1, part);
        b.binary(Binary.MUL, part, absent, absent);
        View weighted = y;
        if (weight != null) {
            b.binary(Binary.MUL, y, weight.expand(x.shape()), part);
            weighted = part;
        }
        b.binary(Binary.MUL, weighted, present, present);
        View.close(part);
    }

    void softmax(double keep, double share, View loss) {
        View logarithms = scratch();
        View targets = targets(keep, share);
        b.logSoftmax(x, logarithms);
        b.binary(Binary.MUL, targets, logarithms, logarithms);
        b.reduce(Reduce.SUM, logarithms, loss);
        b.affine(loss, -1, 0, loss);
        View.close(logarithms, targets);
    }

    void softmaxBackward(double keep, double share, View gloss, View gx) {
        View probabilities = scratch();
        View targets = targets(keep, share);
        View total = b.allocateForResult(x.dtype(), x.shape().with(-1, 1));
        b.softmax(x, probabilities);
        b.reduce(Reduce.SUM, targets, total);
        b.binary(Binary.MUL, probabilities, total.expand(x.shape()), probabilities);
        b.binary(Binary.SUB, probabilities, targets, probabilities);
        b.binary(Binary.MUL, gloss.expand(x.shape()), probabilities, gx);
        View.close(probabilities, targets, total);
    }

    /** The weighted targets, {@code weight (keep y + share)}. */
    private View targets(double keep, double share) {
        View q = scratch();
        b.affine(y, keep, share, q);
        if (weight != null) {
            b.binary(Binary.MUL, q, weight.expand(x.shape()), q);
        }
        return q;
    }

    private View scratch() {
        return b.allocateForResult(x.dtype(), x.shape());
    }
}
