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
    /** {@code [batch, tokens, dim]} */
    Tensor tokens();

    /** {@code [prototypes, dim]} */
    Tensor prototypes();

    /** Positions of the winning tokens, computed together with the values. */
    Tensor winners();

    /** Computes values and winners. */
    default Tensor values() {
        return Tensor.run(this);
    }

    @Override
    default List<Tensor> inputs() {
        return List.of(tokens(), prototypes());
    }

    @Override
    default Shape shape() {
        requireFit(name(), tokens(), prototypes());
        if (!acceptsStorageType(tokens())) {
            requireOneFloatingType(tokens(), prototypes());
        }
        return winners().shape();
    }

    @Override
    default DType dtype() {
        return prototypes().dtype();
    }

    /**
     * The maximum cosine of each prototype over a clip's tokens (paper, section 4, equations 2 and 3): {@code out[b, j]
     * = maxₙ cos(tokens[b, n], prototypes[j])}. The similarities {@code [tokens, prototypes]} are not stored, and the
     * gradient touches only the winning tokens.
     *
     * @param tokens {@code [batch, tokens, dim]}; if binary, may be {@code F16} on a backend that {@linkplain
     *     Backend#supportsF16Tokens() supports it}
     * @param prototypes {@code [prototypes, dim]}
     * @param binary whether each prototype is replaced by its signs, +1 for 0 of either sign, with a straight-through
     *     gradient (equations 1 and 5). A prototype with an entry that is not finite gives NaN.
     * @param winners {@code [batch, prototypes]}, {@code I32}: the winning token of each prototype, filled by the
     *     forward pass; the first token wins ties
     */
    record PrototypeMaxPool(Tensor tokens, Tensor prototypes, boolean binary, Tensor winners) implements PrototypeOps {
        /** The op with memory for the winners. {@link #values()} runs it. */
        public static PrototypeMaxPool of(Tensor tokens, Tensor prototypes, boolean binary) {
            requireFit("prototypeMaxPool", tokens, prototypes);
            return new PrototypeMaxPool(
                    tokens,
                    prototypes,
                    binary,
                    Tensor.zeros(tokens.backend(), DType.I32, Shape.of(tokens.size(0), prototypes.size(0))));
        }

        @Override
        public boolean acceptsStorageType(Tensor input) {
            return binary && input == tokens && readsHalves(this);
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
            Tensor gt = Op.gradientOf(tokens);
            Tensor gp = Op.gradientOf(prototypes);
            if (binary) {
                gy.backend()
                        .binaryPrototypeMaxPoolBackward(
                                tokens.view(), prototypes.view(), winners.view(), gy.view(), Op.view(gt), Op.view(gp));
            } else {
                gy.backend()
                        .prototypeMaxPoolBackward(
                                tokens.view(), prototypes.view(), winners.view(), gy.view(), Op.view(gt), Op.view(gp));
            }
            return Arrays.asList(gt, gp);
        }
    }

    /**
     * The minimum and maximum dot product of each prototype with a clip's tokens, {@code [2, batch, prototypes]},
     * minimum first. The products {@code [tokens, prototypes]} are not stored, and the gradient touches only the
     * winning tokens.
     *
     * @param tokens {@code [batch, tokens, dim]}
     * @param prototypes {@code [prototypes, dim]}
     * @param winners {@code [2, batch, prototypes]}, {@code I32}: the winning tokens, filled by the forward pass; the
     *     first token wins ties
     */
    record ProductExtremes(Tensor tokens, Tensor prototypes, Tensor winners) implements PrototypeOps {
        /** The op with memory for the winners. {@link #values()} runs it. */
        public static ProductExtremes of(Tensor tokens, Tensor prototypes) {
            requireFit("productExtremes", tokens, prototypes);
            return new ProductExtremes(
                    tokens,
                    prototypes,
                    Tensor.zeros(tokens.backend(), DType.I32, Shape.of(2, tokens.size(0), prototypes.size(0))));
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.productExtremes(tokens.view(), prototypes.view(), out, winners.view());
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor gt = Op.gradientOf(tokens);
            Tensor gp = Op.gradientOf(prototypes);
            gy.backend()
                    .productExtremesBackward(
                            tokens.view(), prototypes.view(), winners.view(), gy.view(), Op.view(gt), Op.view(gp));
            return Arrays.asList(gt, gp);
        }
    }

    /**
     * {@link PrototypeMaxPool} over groups of tokens instead of whole clips: {@code out[g, j]} is the maximum cosine of
     * prototype j over the tokens of group g. The cosines of a token are computed once, however many groups it is in.
     *
     * @param tokens {@code [batch, tokens, dim]}; if binary, may be {@code F16} on a backend that {@linkplain
     *     Backend#supportsF16Tokens() supports it}
     * @param prototypes {@code [prototypes, dim]}
     * @param binary whether each prototype is replaced by its signs, with a straight-through gradient
     * @param groups tokens of each group
     * @param winners {@code [groups, prototypes]}, {@code I32}: the place of each winning token in {@link
     *     TokenGroups#tokens}, filled by the forward pass; the first token wins ties
     */
    record PrototypeGroupMaxPool(Tensor tokens, Tensor prototypes, boolean binary, TokenGroups groups, Tensor winners)
            implements PrototypeOps {
        /** The op with memory for the winners. {@link #values()} runs it. */
        public static PrototypeGroupMaxPool of(Tensor tokens, Tensor prototypes, boolean binary, TokenGroups groups) {
            requireFit("prototypeGroupMaxPool", tokens, prototypes);
            groups.requireFit("prototypeGroupMaxPool", tokens.shape());
            return new PrototypeGroupMaxPool(
                    tokens,
                    prototypes,
                    binary,
                    groups,
                    Tensor.zeros(tokens.backend(), DType.I32, Shape.of(groups.count(), prototypes.size(0))));
        }

        @Override
        public boolean acceptsStorageType(Tensor input) {
            return binary && input == tokens && readsHalves(this);
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.prototypeGroupMaxPool(tokens.view(), prototypes.view(), binary, groups, out, winners.view());
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor gt = Op.gradientOf(tokens);
            Tensor gp = Op.gradientOf(prototypes);
            gy.backend()
                    .prototypeGroupMaxPoolBackward(
                            tokens.view(),
                            prototypes.view(),
                            binary,
                            groups,
                            winners.view(),
                            gy.view(),
                            Op.view(gt),
                            Op.view(gp));
            return Arrays.asList(gt, gp);
        }
    }

    private static boolean readsHalves(PrototypeOps op) {
        return op.tokens().dtype() == DType.F16
                && op.prototypes().dtype() == DType.F32
                && op.tokens().backend().supportsF16Tokens();
    }

    private static void requireFit(String op, Tensor tokens, Tensor prototypes) {
        if (tokens.rank() != 3
                || prototypes.rank() != 2
                || tokens.size(2) != prototypes.size(1)
                || tokens.size(1) == 0) {
            throw new IllegalArgumentException(op + ": needs tokens [batch, tokens, dim] and prototypes "
                    + "[prototypes, dim] of one dim: tokens are " + tokens.shape() + ", prototypes are "
                    + prototypes.shape());
        }
    }
}
