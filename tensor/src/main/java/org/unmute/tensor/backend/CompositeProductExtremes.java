package org.unmute.tensor.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.Binary;

/**
 * Minimum and maximum dot product of each prototype with a clip's tokens, and their gradients, clip by clip. The
 * workspace is {@code [prototypes, tokens]} in the forward pass and {@code [prototypes, dim]} in the backward pass,
 * which touches only winning tokens.
 */
final class CompositeProductExtremes {
    private CompositeProductExtremes() {}

    static void forward(RowComposites b, View tokens, View prototypes, View values, View winners) {
        View products = b.allocate(
                tokens.dtype(),
                Shape.of(prototypes.shape().size(0), tokens.shape().size(1)));
        for (long clip = 0; clip < tokens.shape().size(0); clip++) {
            b.matmul(prototypes, tokens.select(0, clip).transpose(0, 1), products);
            for (int side = 0; side < 2; side++) {
                b.extreme(
                        side == 1,
                        products,
                        values.select(0, side).select(0, clip),
                        winners.select(0, side).select(0, clip));
            }
        }
        products.buffer().close();
    }

    static void backward(
            RowComposites b,
            View tokens,
            View prototypes,
            View winners,
            View gy,
            @Nullable View gtokens,
            @Nullable View gprototypes) {
        DType type = tokens.dtype();
        Shape jd = prototypes.shape();
        View work = b.allocate(type, jd);
        if (gprototypes != null) {
            b.fill(gprototypes, 0);
        }
        if (gtokens != null) {
            b.fill(gtokens, 0);
        }
        for (long clip = 0; clip < tokens.shape().size(0); clip++) {
            for (int side = 0; side < 2; side++) {
                View index = winners.select(0, side).select(0, clip).insert(1).expand(jd);
                View upstream = gy.select(0, side).select(0, clip).insert(1).expand(jd);
                if (gprototypes != null) {
                    b.gather(tokens.select(0, clip), 0, index, work);
                    b.binary(Binary.MUL, work, upstream, work);
                    b.binary(Binary.ADD, gprototypes, work, gprototypes);
                }
                if (gtokens != null) {
                    b.binary(Binary.MUL, prototypes, upstream, work);
                    b.scatterAdd(work, 0, index, gtokens.select(0, clip));
                }
            }
        }
        work.buffer().close();
    }
}
