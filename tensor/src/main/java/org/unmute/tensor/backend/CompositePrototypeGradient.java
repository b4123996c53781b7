package org.unmute.tensor.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.Unary;

/**
 * The gradient of prototype max pooling. With {@code x} the winning token of prototype {@code p} in a clip and {@code
 * s} their cosine: {@code ∂s/∂p = (x̂ - s p̂)/‖p‖} and {@code ∂s/∂x = (p̂ - s x̂)/‖x‖}; a norm below the floor is a
 * constant, so the {@code s} term vanishes. Works clip by clip, so that the workspace is only {@code [prototypes,
 * dim]}.
 */
final class CompositePrototypeGradient {
    private CompositePrototypeGradient() {}

    /**
     * Signs, +1 or -1. Adding {@code x - x}, which is 0 for finite entries and NaN for others, makes a diverged
     * prototype give NaN instead of ±1.
     */
    static View signs(RowComposites b, View prototypes) {
        View signs = b.allocateForResult(prototypes.dtype(), prototypes.shape());
        View nan = b.allocateForResult(prototypes.dtype(), prototypes.shape());
        b.unary(Unary.SIGN, 0, 0, prototypes, signs);
        b.binary(Binary.SUB, prototypes, prototypes, nan);
        b.binary(Binary.ADD, signs, nan, signs);
        nan.buffer().close();
        return signs;
    }

    static void compute(
            RowComposites b,
            View tokens,
            View prototypes,
            View winners,
            View gy,
            @Nullable View gtokens,
            @Nullable View gprototypes) {
        DType type = tokens.dtype();
        Shape jd = prototypes.shape();
        Shape j1 = Shape.of(jd.size(0), 1);
        View won = b.allocate(type, jd);
        View unit = b.allocate(type, jd);
        View p = b.allocate(type, jd);
        View work = b.allocate(type, jd);
        View cosine = b.allocate(type, j1);
        View tokenNorm = b.allocate(type, j1);
        View prototypeNorm = b.allocate(type, j1);
        if (gprototypes != null) {
            b.fill(gprototypes, 0);
        }
        if (gtokens != null) {
            b.fill(gtokens, 0);
        }
        b.l2Normalize(prototypes, p);
        norms(b, prototypes, work, prototypeNorm);
        for (long clip = 0; clip < tokens.shape().size(0); clip++) {
            View index = winners.select(0, clip).insert(1).expand(jd);
            View upstream = gy.select(0, clip).insert(1);
            b.gather(tokens.select(0, clip), 0, index, won);
            b.l2Normalize(won, unit);
            norms(b, won, work, tokenNorm);
            b.binary(Binary.MUL, unit, p, work);
            b.reduce(Reduce.SUM, work, cosine);
            if (gprototypes != null) {
                direction(b, unit, p, cosine, prototypeNorm, upstream, work);
                b.binary(Binary.ADD, gprototypes, work, gprototypes);
            }
            if (gtokens != null) {
                direction(b, p, unit, cosine, tokenNorm, upstream, work);
                b.scatterAdd(work, 0, index, gtokens.select(0, clip));
            }
        }
        View.close(won, unit, p, work, cosine, tokenNorm, prototypeNorm);
    }

    private static void norms(RowComposites b, View x, View scratch, View out) {
        b.unary(Unary.SQUARE, 0, 0, x, scratch);
        b.reduce(Reduce.SUM, scratch, out);
        b.unary(Unary.SQRT, 0, 0, out, out);
        b.unary(Unary.CLAMP, RowComposites.NORM_FLOOR, Double.POSITIVE_INFINITY, out, out);
    }

    /** {@code out = g (other - s own) / norm}, without the {@code s} term where the norm is at the floor. */
    private static void direction(RowComposites b, View other, View own, View s, View norm, View g, View out) {
        View floor = b.allocate(s.dtype(), s.shape());
        b.fill(floor, RowComposites.NORM_FLOOR);
        b.binary(Binary.GREATER, norm, floor, floor);
        b.binary(Binary.MUL, floor, s, floor);
        b.binary(Binary.MUL, own, floor.expand(own.shape()), out);
        b.binary(Binary.SUB, other, out, out);
        b.binary(Binary.DIV, g, norm, floor);
        b.binary(Binary.MUL, out, floor.expand(own.shape()), out);
        floor.buffer().close();
    }
}
