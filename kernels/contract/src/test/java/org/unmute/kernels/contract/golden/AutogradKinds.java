package org.unmute.kernels.contract.golden;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.ReductionOps;
import org.unmute.tensor.op.Unary;

/**
 * How to compute each kind of autograd case. The kind of a case is the longest known name at the start of the case's
 * name (up to {@code _} or a digit), so that {@code sum_dim1} and {@code sum_dims_keep} are both {@code sum}. Sizes,
 * axes and constants come from the case.
 */
final class AutogradKinds {
    private static final Map<String, Function<AutogradCase, List<Tensor>>> KINDS = new HashMap<>();

    static {
        for (Unary f : Unary.values()) {
            one(
                    f.name().toLowerCase(Locale.ROOT),
                    f.hasConstants() ? withoutLine(f) : c -> c.in(0).unary(f));
        }
        unaryWithConstants();
        arithmetic();
        reductions();
        layout();
        AutogradLayers.register();
    }

    private AutogradKinds() {}

    /** The results of a case; empty if its kind is not known. */
    static Optional<List<Tensor>> run(AutogradCase c) {
        String best = "";
        for (String kind : KINDS.keySet()) {
            boolean fits = c.name().startsWith(kind)
                    && (c.name().length() == kind.length()
                            || "_0123456789".indexOf(c.name().charAt(kind.length())) >= 0);
            if (fits && kind.length() > best.length()) {
                best = kind;
            }
        }
        return best.isEmpty() ? Optional.empty() : Optional.of(KINDS.get(best).apply(c));
    }

    /** Fails for a function with constants until a line here maps attributes of the case to them. */
    static Function<AutogradCase, Tensor> withoutLine(Unary f) {
        return c -> {
            throw new AssertionError("case " + c.name() + ": " + f + " has constants, and no line says which of "
                    + c.attributes() + " they are: add one to unaryWithConstants() of AutogradKinds.java in"
                    + " kernels/contract/src/test/java/org/unmute/kernels/contract/golden");
        };
    }

    static void one(String kind, Function<AutogradCase, Tensor> f) {
        many(kind, c -> List.of(f.apply(c)));
    }

    static void many(String kind, Function<AutogradCase, List<Tensor>> f) {
        KINDS.put(kind, f);
    }

    private static void unaryWithConstants() {
        one("leaky_relu", c -> c.in("x").unary(Unary.LEAKY_RELU, c.number("negative_slope", 0.01), 0));
        one("elu", c -> c.in("x").unary(Unary.ELU, c.number("alpha", 1), 0));
        one(
                "pow",
                c -> c.optional("e") == null
                        ? c.in("x").pow(c.number("exponent", Double.NaN))
                        : c.in("x").pow(c.in("e")));
        one(
                "clamp",
                c -> c.in("x")
                        .clamp(c.number("min", Double.NEGATIVE_INFINITY), c.number("max", Double.POSITIVE_INFINITY)));
        one("sign_ste", c -> c.in("x").binarizeStraightThrough());
        one("sign_ste_clipped", c -> c.in("x").clamp(-1, 1).binarizeStraightThrough());
        one("neg_rsub", c -> c.in("a").affine(-1, c.number("value", 1.5)));
        one("same_input_twice", c -> c.in("a").times(c.in("a")).plus(c.in("a")));
    }

    private static void arithmetic() {
        for (Binary f : List.of(Binary.ADD, Binary.SUB, Binary.MUL, Binary.DIV)) {
            one(f.name().toLowerCase(Locale.ROOT), c -> c.in(0).binary(f, c.in(1)));
        }
        one("maximum", c -> c.in(0).maximum(c.in(1)));
        one("minimum", c -> c.in(0).minimum(c.in(1)));
        one("where", c -> c.in("cond").where(c.in("a"), c.in("b")));
        one("masked_fill", c -> c.in("x").maskedFill(c.in("mask"), c.number("value", Double.NaN)));
        one("matmul", AutogradKinds::matmul);
        one("linear", c -> c.in("x").linear(c.in("w"), c.optional("bias")));
        one("cosine_similarity", c -> {
            c.requireConstant("eps", Functions.COSINE_FLOOR);
            return Functions.cosineSimilarity(c.in("a"), c.in("b"), c.integer("dim", -1));
        });
        one("cosine_matrix", c -> Functions.cosineMatrix(c.in("a"), c.in("b")));
        one("dropout_mask", c -> Functions.dropout(c.in("x"), c.in("mask"), c.number("p", Double.NaN)));
    }

    /** The name tells which operands are stored transposed: {@code nt}, {@code tn}, {@code tt}. */
    private static Tensor matmul(AutogradCase c) {
        Tensor a = c.in(0);
        Tensor b = c.in(1);
        boolean left = c.says("tn") || c.says("tt");
        boolean right = c.says("nt") || c.says("tt");
        return (left ? a.transpose(-1, -2) : a).matmul(right ? b.transpose(-1, -2) : b);
    }

    private static void reductions() {
        one("sum", c -> reduced(c, Tensor::sum, Tensor::sumKeepingAxes));
        one("mean", c -> reduced(c, Tensor::mean, Tensor::meanKeepingAxes));
        one("amax", c -> reduced(c, Tensor::amax, Tensor::amaxKeepingAxes));
        many(
                "max",
                c -> c.has("dim")
                        ? both(c.in("x").max(c.integer("dim", -1)))
                        : List.of(c.in("x").amax(c.axes())));
        many(
                "min",
                c -> c.has("dim")
                        ? both(c.in("x").min(c.integer("dim", -1)))
                        : List.of(c.in("x").times(-1).amax(c.axes()).times(-1)));
        one("topk", c -> Functions.topKMean(c.in("x"), c.integer("k", 0), c.integer("dim", -1)));
        one("var", c -> Functions.variance(c.in("x"), c.integer("correction", 1), c.axes()));
        one("std", c -> Functions.standardDeviation(c.in("x"), c.integer("correction", 1), c.axes()));
        one("norm_l2", c -> reduced(c, Functions::norm, Functions::normKeepingAxes));
        one("logsumexp", c -> Functions.logSumExp(c.in("x"), c.integer("dim", -1)));
        one("cumsum", c -> c.in("x").cumulativeSum(c.integer("dim", -1)));
        one("softmax", c -> c.in("x").softmax(c.integer("dim", -1)));
        one("log_softmax", c -> c.in("x").logSoftmax(c.integer("dim", -1)));
    }

    private static Tensor reduced(
            AutogradCase c,
            BiFunction<Tensor, int[], Tensor> removingAxes,
            BiFunction<Tensor, int[], Tensor> keepingAxes) {
        return (c.flag("keepdim") ? keepingAxes : removingAxes).apply(c.in("x"), c.axes());
    }

    private static List<Tensor> both(ReductionOps.Extreme e) {
        return List.of(e.values(), e.indices());
    }

    private static void layout() {
        one(
                "concat",
                c -> Tensor.concat(c.integer("dim", 0), c.inputs().values().toArray(Tensor[]::new)));
        one("stack", c -> Tensor.stack(c.integer("dim", 0), c.inputs().values().toArray(Tensor[]::new)));
        one("slice", AutogradKinds::slice);
        one("select", c -> c.in("x").select(c.integer("dim", 0), c.integer("index", 0)));
        one("gather", c -> c.in("x").gather(c.integer("dim", 0), c.in("i")));
        one("index_select", c -> c.in("x").indexSelect(c.integer("dim", 0), c.in("i")));
        one("embedding", c -> Functions.embedding(c.in("w"), c.in("i")));
        one("transpose", c -> c.in("x").transpose(c.integers("dims")[0], c.integers("dims")[1]));
        one("permute", c -> c.in("x").permute(c.integers("dims")));
        one("reshape", c -> c.in("x").reshape(c.outputs().getFirst().toArray()));
        // Merges heads: [batch, heads, tokens, d] to [batch, tokens, heads d].
        one(
                "reshape_after_permute",
                c -> c.in("x").transpose(1, 2).reshape(c.outputs().getFirst().toArray()));
        one("expand", c -> c.in("x").expand(c.outputs().getFirst().toArray()));
        one("flip", c -> c.in("x").flip(c.integer("dim", 0)));
        one("roll", c -> Functions.roll(c.in("x"), c.integer("shift", 0), c.integer("dim", -1)));
        one("glu", c -> Functions.glu(c.in("x"), c.integer("dim", -1)));
        one("unfold1d", c -> Functions.unfold(c.in("x"), -1, c.integer("size", 0), c.integer("step", 0)));
        one("pad_constant", c -> {
            int[] last = c.pair("pad_last", 0);
            int[] before = c.pair("pad_second_last", 0);
            double value = c.number("value", 0);
            return c.in("x").pad(-1, last[0], last[1], value).pad(-2, before[0], before[1], value);
        });
    }

    /** One {@code [start, stop, step]} per axis. */
    private static Tensor slice(AutogradCase c) {
        Tensor y = c.in("x");
        int axis = 0;
        for (var range : c.attributes().path("ranges")) {
            long start = range.get(0).asLong();
            long step = range.get(2).asLong();
            y = y.slice(axis++, start, Math.ceilDiv(range.get(1).asLong() - start, step), step);
        }
        return y;
    }
}
