package org.unmute.tensor.backend;

import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.Unary;

/**
 * The gradient of prototype max pooling from primitives. With x the winning token of prototype p in a clip and s their
 * cosine: {@code ∂s/∂p = (x̂ - s p̂)/‖p‖} and {@code ∂s/∂x = (p̂ - s x̂)/‖x‖}; at a norm below the floor the norm is a
 * constant and the s term falls away. One clip after the other, so that scratch memory is {@code [prototypes, dim]}.
 */
final class CompositePrototypeGradient {
    private CompositePrototypeGradient() {}

    /**
     * +1 or -1; x - x is 0 for finite entries, for others it is NaN, so that a diverged prototype does not pass as ±1.
     */
    static View signs(Backend b, View prototypes) {
        View signs = b.allocateForResult(prototypes.dtype(), prototypes.shape());
        View broken = b.allocateForResult(prototypes.dtype(), prototypes.shape());
        b.unary(Unary.SIGN, 0, 0, prototypes, signs);
        b.binary(Binary.SUB, prototypes, prototypes, broken);
        b.binary(Binary.ADD, signs, broken, signs);
        broken.buffer().close();
        return signs;
    }

    static void compute(
            Backend b, View tokens, View prototypes, View winners, View gy, View gtokens, View gprototypes) {
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
        for (View v : new View[] {won, unit, p, work, cosine, tokenNorm, prototypeNorm}) {
            v.buffer().close();
        }
    }

    private static void norms(Backend b, View x, View scratch, View out) {
        b.unary(Unary.SQUARE, 0, 0, x, scratch);
        b.reduce(Reduce.SUM, scratch, out);
        b.unary(Unary.SQRT, 0, 0, out, out);
        b.unary(Unary.CLAMP, Backend.NORM_FLOOR, Double.POSITIVE_INFINITY, out, out);
    }

    /** {@code out = g (other - s own) / norm}, without the s term where the norm is at the floor. */
    private static void direction(Backend b, View other, View own, View s, View norm, View g, View out) {
        View floor = b.allocate(s.dtype(), s.shape());
        b.fill(floor, Backend.NORM_FLOOR);
        b.binary(Binary.GREATER, norm, floor, floor);
        b.binary(Binary.MUL, floor, s, floor);
        b.binary(Binary.MUL, own, floor.expand(own.shape()), out);
        b.binary(Binary.SUB, other, out, out);
        b.binary(Binary.DIV, g, norm, floor);
        b.binary(Binary.MUL, out, floor.expand(own.shape()), out);
        floor.buffer().close();
    }
}
