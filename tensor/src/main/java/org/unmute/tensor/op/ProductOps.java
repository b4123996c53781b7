package org.unmute.tensor.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** Matrix products. */
public sealed interface ProductOps extends Op {
    /** {@code a b} over the last two axes; leading axes broadcast. */
    record MatMul(Tensor a, Tensor b) implements ProductOps {
        @Override
        public List<Tensor> inputs() {
            return List.of(a, b);
        }

        @Override
        public Shape shape() {
            if (a.rank() < 2 || b.rank() < 2) {
                throw new IllegalArgumentException(
                        "matmul: needs two axes or more: a is " + a.shape() + ", b is " + b.shape());
            }
            if (a.size(-1) != b.size(-2)) {
                throw new IllegalArgumentException(
                        "matmul: inner sizes differ: a is " + a.shape() + ", b is " + b.shape());
            }
            requireOneFloatingType(a, b);
            Shape batch = Shape.broadcast(
                    "matmul", a.shape().head(a.rank() - 2), b.shape().head(b.rank() - 2));
            return batch.concat(Shape.of(a.size(-2), b.size(-1)));
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.matmul(batched(a.view(), out.shape()), batched(b.view(), out.shape()), out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Shape batch = y.shape().head(y.rank() - 2);
            return Arrays.asList(
                    a.requiresGradient() ? contract(a.shape(), batch, gy, b) : null,
                    b.requiresGradient()
                            ? contract(b.shape(), batch, a.transpose(-1, -2), gy.transpose(-1, -2))
                            : null);
        }

        /**
         * {@code left rightᵀ} summed over the batch axes along which an operand of this shape was broadcast. Those axes
         * are merged into the inner axis, so that products of single batch entries are not stored just to be summed.
         */
        private static Tensor contract(Shape operand, Shape batch, Tensor left, Tensor right) {
            int lead = batch.rank();
            int[] order = new int[lead + 2];
            int kept = 0;
            for (int i = 0; i < lead; i++) {
                int own = i - (lead + 2 - operand.rank());
                if (own >= 0 && operand.size(own) == batch.size(i)) {
                    order[kept++] = i;
                }
            }
            int next = kept;
            order[next++] = lead;
            for (int i = 0, k = 0; i < lead; i++) {
                if (k < kept && order[k] == i) {
                    k++;
                } else {
                    order[next++] = i;
                }
            }
            order[next] = lead + 1;
            return inner(left, order, kept)
                    .matmul(inner(right, order, kept).transpose(-1, -2))
                    .reshape(operand.toArray());
        }

        /** Reorders a tensor to the kept axes, the rows, and all other axes merged into one. */
        private static Tensor inner(Tensor t, int[] order, int kept) {
            long[] aligned = new long[order.length];
            Arrays.fill(aligned, 1);
            System.arraycopy(t.shape().toArray(), 0, aligned, order.length - t.rank(), t.rank());
            Tensor p = t.reshape(aligned).permute(order);
            Shape rows = p.shape().head(kept + 1);
            return p.reshape(
                    rows.concat(Shape.of(p.shape().tail(kept + 1).elements())).toArray());
        }

        @Override
        public String name() {
            return "matmul";
        }

        private static View batched(View m, Shape out) {
            int rank = m.shape().rank();
            return m.expand(out.head(out.rank() - 2).concat(m.shape().tail(rank - 2)));
        }
    }

    /**
     * {@code activation(x weightᵀ + bias) + residual}.
     *
     * @param x {@code [..., in]}
     * @param weight {@code [out, in]}
     * @param bias {@code [out]} or null
     * @param activation a function without constants, or null
     * @param residual {@code [..., out]} or null
     */
    record Linear(
            Tensor x,
            Tensor weight,
            @Nullable Tensor bias,
            @Nullable Unary activation,
            @Nullable Tensor residual) implements ProductOps {
        /** {@code x weightᵀ + bias} */
        public Linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
            this(x, weight, bias, null, null);
        }

        /**
         * Runs in one step if no gradient is recorded. Otherwise the activation is a separate op, so that its gradient
         * does not recompute the product.
         */
        public static Tensor of(
                boolean recording,
                Tensor x,
                Tensor weight,
                @Nullable Tensor bias,
                @Nullable Unary activation,
                @Nullable Tensor residual) {
            boolean records = recording && Stream.of(x, weight, bias).anyMatch(t -> t != null && t.requiresGradient());
            if (activation == null || !records) {
                return Tensor.run(new Linear(x, weight, bias, activation, residual));
            }
            Tensor y = x.linear(weight, bias).unary(activation);
            return residual == null ? y : residual.plus(y);
        }

        @Override
        public List<Tensor> inputs() {
            return Op.present(x, weight, bias, residual);
        }

        @Override
        public Shape shape() {
            if (x.rank() < 1
                    || weight.rank() != 2
                    || x.size(-1) != weight.size(1)
                    || bias != null && !bias.shape().equals(Shape.of(weight.size(0)))) {
                throw new IllegalArgumentException("linear: sizes do not fit: x is " + x.shape() + ", weight is "
                        + weight.shape() + " [out, in], bias is " + Op.shapeOf(bias));
            }
            requireOneFloatingType(x, weight, bias, residual);
            Shape result = x.shape().with(-1, weight.size(0));
            if (residual != null && !residual.shape().equals(result)) {
                throw new IllegalArgumentException(
                        "linear: the residual is " + residual.shape() + ", the result is " + result);
            }
            if (activation != null && activation.hasConstants()) {
                throw new IllegalArgumentException("linear: " + activation + " has constants: apply it to the result");
            }
            return result;
        }

        @Override
        public void forward(Backend backend, View out) {
            View b = Op.view(bias);
            if (activation == null && residual == null) {
                backend.linear(x.view(), weight.view(), b, out);
            } else {
                backend.linear(x.view(), weight.view(), b, activation, Op.view(residual), out);
            }
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor g = gy;
            if (activation != null) {
                // The input of the activation was not kept, so recompute it.
                Tensor inner = x.linear(weight, bias);
                g = new ElementwiseOps.Map(activation, 0, 0, inner)
                        .backward(inner.unary(activation), gy)
                        .getFirst();
            }
            Tensor rows = g.reshape(-1, weight.size(0));
            List<Tensor> all = new ArrayList<>();
            all.add(x.requiresGradient() ? g.linear(weight.transpose(0, 1), null) : null);
            all.add(weight.requiresGradient() ? rows.transpose(0, 1).matmul(x.reshape(-1, weight.size(1))) : null);
            if (bias != null) {
                all.add(bias.requiresGradient() ? rows.sum(0) : null);
            }
            if (residual != null) {
                all.add(gy);
            }
            return all;
        }
    }

    /**
     * Affine map of each patch of images: {@code [batch, positionsY · positionsX, out]}, with patches in row-major
     * order.
     *
     * @param image {@code [batch, rows, columns]}
     * @param weight {@code [out, window.height · window.width]}, with the elements of a patch in row-major order
     * @param bias {@code [out]} or null
     * @param window the patch size and stride; no padding
     */
    record EmbedPatches(
            Tensor image, Tensor weight, @Nullable Tensor bias, SlidingWindow window) implements ProductOps {
        @Override
        public List<Tensor> inputs() {
            return Op.present(image, weight, bias);
        }

        @Override
        public Shape shape() {
            if (image.rank() != 3
                    || weight.rank() != 2
                    || weight.size(1) != (long) window.height() * window.width()
                    || bias != null && !bias.shape().equals(Shape.of(weight.size(0)))) {
                throw new IllegalArgumentException("embedPatches: sizes do not fit: image is " + image.shape()
                        + " [batch, rows, columns], weight is " + weight.shape() + " [out, patch], bias is "
                        + Op.shapeOf(bias) + ", " + window);
            }
            if (!window.isUnpadded()) {
                throw new IllegalArgumentException(
                        "embedPatches: patches lie within the image, padding is not supported: " + window);
            }
            requireOneFloatingType(image, weight, bias);
            return Shape.of(
                    image.size(0),
                    (long) window.positionsY(image.size(1)) * window.positionsX(image.size(2)),
                    weight.size(0));
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.embedPatches(image.view(), window, weight.view(), Op.view(bias), out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor rows = gy.reshape(-1, weight.size(0));
            List<Tensor> all = new ArrayList<>();
            all.add(image.requiresGradient() ? toImage(rows.matmul(weight)) : null);
            all.add(weight.requiresGradient() ? rows.transpose(0, 1).matmul(patches()) : null);
            if (bias != null) {
                all.add(bias.requiresGradient() ? rows.sum(0) : null);
            }
            return all;
        }

        /** The patches of all images, {@code [batch · positions, patch]}. */
        private Tensor patches() {
            return Tensor.run(new UnfoldingOps.Im2Col(image.insert(1), window))
                    .permute(0, 4, 5, 1, 2, 3)
                    .reshape(-1, weight.size(1));
        }

        /** Adds patches {@code [batch · positions, patch]} to the positions in the images that they were taken from. */
        private Tensor toImage(Tensor patches) {
            Tensor columns = patches.reshape(
                            image.size(0),
                            window.positionsY(image.size(1)),
                            window.positionsX(image.size(2)),
                            1,
                            window.height(),
                            window.width())
                    .permute(0, 3, 4, 5, 1, 2);
            return Tensor.run(new UnfoldingOps.Col2Im(columns, window, image.size(1), image.size(2)))
                    .squeeze(1);
        }
    }
}
