package org.unmute.tensor.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.Unary;

/** Layer normalisation along the last axis and its gradients. */
final class CompositeLayerNorm {
    private final RowComposites b;
    private final View x;
    private final @Nullable View weight;
    private final double eps;
    private final long n;

    /** @param weight {@code [n]} or null */
    CompositeLayerNorm(RowComposites b, View x, @Nullable View weight, double eps) {
        this.b = b;
        this.x = x;
        this.weight = weight;
        this.eps = eps;
        n = x.shape().size(-1);
    }

    void forward(@Nullable View bias, View out) {
        View inverse = perRow();
        standardize(out, inverse);
        if (weight != null) {
            b.binary(Binary.MUL, out, weight.expand(x.shape()), out);
        }
        if (bias != null) {
            b.binary(Binary.ADD, out, bias.expand(x.shape()), out);
        }
        inverse.buffer().close();
    }

    void backward(View gy, View gx, @Nullable View gweight, @Nullable View gbias) {
        View inverse = perRow();
        View mean = perRow();
        View normal = b.allocate(x.dtype(), x.shape());
        View product = b.allocate(x.dtype(), x.shape());
        standardize(normal, inverse);
        b.binary(Binary.MUL, gy, normal, product);
        if (gweight != null) {
            b.reduce(Reduce.SUM, product, alignRight(gweight));
        }
        if (gbias != null) {
            b.reduce(Reduce.SUM, gy, alignRight(gbias));
        }
        View g = gy;
        if (weight != null) {
            g = b.allocate(x.dtype(), x.shape());
            b.binary(Binary.MUL, gy, weight.expand(x.shape()), g);
            b.binary(Binary.MUL, product, weight.expand(x.shape()), product);
        }
        // gx = (g - mean(g) - normal mean(g normal)) / σ
        meanOf(product, mean);
        b.binary(Binary.MUL, normal, mean.expand(x.shape()), product);
        meanOf(g, mean);
        b.binary(Binary.SUB, g, mean.expand(x.shape()), gx);
        b.binary(Binary.SUB, gx, product, gx);
        b.binary(Binary.MUL, gx, inverse.expand(x.shape()), gx);
        if (weight != null) {
            g.buffer().close();
        }
        View.close(product, normal, mean, inverse);
    }

    /** {@code out = (x - mean) / √(var + eps)}; {@code inverse} receives {@code 1 / √(var + eps)}. */
    private void standardize(View out, View inverse) {
        View square = b.allocate(x.dtype(), x.shape());
        meanOf(x, inverse);
        b.binary(Binary.SUB, x, inverse.expand(x.shape()), out);
        b.unary(Unary.SQUARE, 0, 0, out, square);
        b.reduce(Reduce.SUM, square, inverse);
        b.affine(inverse, 1.0 / n, eps, inverse);
        b.unary(Unary.RSQRT, 0, 0, inverse, inverse);
        b.binary(Binary.MUL, out, inverse.expand(x.shape()), out);
        square.buffer().close();
    }

    private void meanOf(View rows, View mean) {
        b.reduce(Reduce.SUM, rows, mean);
        b.affine(mean, 1.0 / n, 0, mean);
    }

    private View perRow() {
        return b.allocate(x.dtype(), x.shape().with(-1, 1));
    }

    private View alignRight(View v) {
        return v.reshape(Shape.ones(x.shape().rank()).with(-1, v.shape().size(0)))
                .orElseThrow();
    }
}
