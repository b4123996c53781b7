package org.unmute.tensor.op;

import java.util.Arrays;
import java.util.List;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** Prototype matching. */
public sealed interface PrototypeOps extends Op {
    /**
     * For each prototype its greatest cosine over a clip's tokens (paper, section 4, equations 2 and 3): {@code out[b,
     * j] = maxₙ cos(tokens[b, n], prototypes[j])}. Similarities {@code [tokens, prototypes]} are not kept; the gradient
     * touches only the winning tokens.
     *
     * @param tokens {@code [batch, tokens, dim]}; in the binary form they may be {@code F16} on a backend that
     *     {@link Backend#supportsF16Tokens() takes them}
     * @param prototypes {@code [prototypes, dim]}
     * @param binary whether the prototypes' signs count in their place, +1 for 0 of either sign; the gradient passes
     *     the sign as if it were the identity (equations 1 and 5). A prototype with an entry that is not finite gives
     *     NaN.
     * @param winners {@code [batch, prototypes]}, {@code I32}: the winning token of each prototype, filled by the
     *     forward pass; the first token wins ties
     */
    record PrototypeMaxPool(Tensor tokens, Tensor prototypes, boolean binary, Tensor winners) implements PrototypeOps {
        /** The op with room for the winners. Run it with {@link #values()}. */
        public static PrototypeMaxPool of(Tensor tokens, Tensor prototypes, boolean binary) {
            check(tokens, prototypes);
            return new PrototypeMaxPool(
                    tokens,
                    prototypes,
                    binary,
                    Tensor.zeros(tokens.backend(), DType.I32, Shape.of(tokens.size(0), prototypes.size(0))));
        }

        private static void check(Tensor tokens, Tensor prototypes) {
            if (tokens.rank() != 3
                    || prototypes.rank() != 2
                    || tokens.size(2) != prototypes.size(1)
                    || tokens.size(1) == 0) {
                throw new IllegalArgumentException("prototypeMaxPool: needs tokens [batch, tokens, dim] and prototypes "
                        + "[prototypes, dim] of one dim: tokens are " + tokens.shape() + ", prototypes are "
                        + prototypes.shape());
            }
        }

        /** Runs the op: {@code [batch, prototypes]}. */
        public Tensor values() {
            return Tensor.run(this);
        }

        @Override
        public List<Tensor> inputs() {
            return List.of(tokens, prototypes);
        }

        @Override
        public Shape shape() {
            check(tokens, prototypes);
            if (!acceptsStorageType(tokens)) {
                requireOneFloatingType(tokens, prototypes);
            }
            return winners.shape();
        }

        @Override
        public DType dtype() {
            return prototypes.dtype();
        }

        @Override
        public boolean acceptsStorageType(Tensor input) {
            return binary
                    && input == tokens
                    && tokens.dtype() == DType.F16
                    && prototypes.dtype() == DType.F32
                    && tokens.backend().supportsF16Tokens();
        }

        @Override
        public void forward(Backend backend, View out) {
            if (binary) {
                backend.binaryPrototypeMaxPool(tokens.view(), prototypes.view(), out, winners.view());
            } else {
                backend.prototypeMaxPool(tokens.view(), prototypes.view(), out, winners.view());
            }
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor gt = tokens.requiresGradient() ? tokens.zerosLike() : null;
            Tensor gp = prototypes.requiresGradient() ? prototypes.zerosLike() : null;
            View tokenGradient = gt == null ? null : gt.view();
            View prototypeGradient = gp == null ? null : gp.view();
            if (binary) {
                gy.backend()
                        .binaryPrototypeMaxPoolBackward(
                                tokens.view(),
                                prototypes.view(),
                                winners.view(),
                                gy.view(),
                                tokenGradient,
                                prototypeGradient);
            } else {
                gy.backend()
                        .prototypeMaxPoolBackward(
                                tokens.view(),
                                prototypes.view(),
                                winners.view(),
                                gy.view(),
                                tokenGradient,
                                prototypeGradient);
            }
            return Arrays.asList(gt, gp);
        }
    }

    /**
     * For each prototype its least and its greatest product with a clip's tokens, {@code [2, batch, prototypes]}, least
     * first. Products {@code [tokens, prototypes]} are not kept; the gradient touches only the winning tokens.
     *
     * @param tokens {@code [batch, tokens, dim]}
     * @param prototypes {@code [prototypes, dim]}
     * @param winners {@code [2, batch, prototypes]}, {@code I32}: the winning tokens, filled by the forward pass; the
     *     first token wins ties
     */
    record ProductExtremes(Tensor tokens, Tensor prototypes, Tensor winners) implements PrototypeOps {
        /** The op with room for the winners. Run it with {@link #values()}. */
        public static ProductExtremes of(Tensor tokens, Tensor prototypes) {
            check(tokens, prototypes);
            return new ProductExtremes(
                    tokens,
                    prototypes,
                    Tensor.zeros(tokens.backend(), DType.I32, Shape.of(2, tokens.size(0), prototypes.size(0))));
        }

        private static void check(Tensor tokens, Tensor prototypes) {
            if (tokens.rank() != 3
                    || prototypes.rank() != 2
                    || tokens.size(2) != prototypes.size(1)
                    || tokens.size(1) == 0) {
                throw new IllegalArgumentException("productExtremes: needs tokens [batch, tokens, dim] and prototypes "
                        + "[prototypes, dim] of one dim: tokens are " + tokens.shape() + ", prototypes are "
                        + prototypes.shape());
            }
        }

        /** Runs the op: {@code [2, batch, prototypes]}. */
        public Tensor values() {
            return Tensor.run(this);
        }

        @Override
        public List<Tensor> inputs() {
            return List.of(tokens, prototypes);
        }

        @Override
        public Shape shape() {
            check(tokens, prototypes);
            requireOneFloatingType(tokens, prototypes);
            return winners.shape();
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.productExtremes(tokens.view(), prototypes.view(), out, winners.view());
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor gt = tokens.requiresGradient() ? tokens.zerosLike() : null;
            Tensor gp = prototypes.requiresGradient() ? prototypes.zerosLike() : null;
            gy.backend()
                    .productExtremesBackward(
                            tokens.view(),
                            prototypes.view(),
                            winners.view(),
                            gy.view(),
                            gt == null ? null : gt.view(),
                            gp == null ? null : gp.view());
            return Arrays.asList(gt, gp);
        }
    }
}
