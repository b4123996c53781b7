package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.op.Attend.Attention;
import org.unmute.tensor.op.Attend.GatedAttention;
import org.unmute.tensor.op.Attend.SelfAttention;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Elementwise;
import org.unmute.tensor.op.Indexing.Gather;
import org.unmute.tensor.op.Layout;
import org.unmute.tensor.op.Normalization;
import org.unmute.tensor.op.Op;
import org.unmute.tensor.op.Product;
import org.unmute.tensor.op.Prototypes.ProductExtremes;
import org.unmute.tensor.op.Prototypes.PrototypeMaxPool;
import org.unmute.tensor.op.Reduction;
import org.unmute.tensor.op.RowLoss;
import org.unmute.tensor.op.Unary;
import org.unmute.tensor.op.Unfolding;
import org.unmute.tensor.op.Window;

/** Every op record against central differences; a record without a case fails. */
class OpGradientTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;

    /** Straight-through gradients are not derivatives, so these follow a stated rule (StraightThroughTest). */
    private static final Set<Class<?>> BY_RULE = Set.of(Elementwise.BinarizeStraightThrough.class);

    /** Where a function has no derivative; inputs stay away from there. */
    private static final Map<Unary, double[]> KINKS = Map.of(
            Unary.ABS,
            new double[] {0},
            Unary.RELU,
            new double[] {0},
            Unary.SIGN,
            new double[] {0},
            Unary.LEAKY_RELU,
            new double[] {0},
            Unary.ELU,
            new double[] {0},
            Unary.CLAMP,
            new double[] {-0.7, 0.9},
            Unary.HARDSWISH,
            new double[] {-3, 3});

    private record Case(
            Class<? extends Op> op,
            String name,
            DoubleUnaryOperator range,
            Function<Tensor[], ? extends Op> make,
            List<Shape> shapes) {}

    private final List<Case> cases = new ArrayList<>();

    OpGradientTest() {
        elementwise();
        reductions();
        products();
        losses();
        normalizations();
        layouts();
        others();
    }

    @TestFactory
    Stream<DynamicTest> agreeWithCentralDifferences() {
        return cases.stream()
                .map(c -> DynamicTest.dynamicTest(
                        c.op.getSimpleName() + " " + c.name,
                        () -> GradientCheck.mapped(c.range)
                                .of(
                                        c.op.getSimpleName() + " " + c.name,
                                        in -> {
                                            Op op = c.make.apply(in);
                                            assertThat(op).isInstanceOf(c.op);
                                            return Tensor.run(op);
                                        },
                                        c.shapes.toArray(Shape[]::new))));
    }

    @Test
    void everyRecordHasACase() {
        Set<Class<?>> records = new LinkedHashSet<>();
        collect(Op.class, records);
        Set<Class<?>> covered = new LinkedHashSet<>(BY_RULE);
        cases.forEach(c -> covered.add(c.op));
        assertThat(records).hasSizeGreaterThan(20);
        assertThat(covered).containsExactlyInAnyOrderElementsOf(records);
    }

    private static void collect(Class<?> type, Set<Class<?>> records) {
        if (type.isRecord()) {
            records.add(type);
            return;
        }
        assertThat(type.isSealed()).as("%s is sealed", type).isTrue();
        for (Class<?> c : type.getPermittedSubclasses()) {
            collect(c, records);
        }
    }

    private void add(
            Class<? extends Op> op,
            String name,
            DoubleUnaryOperator range,
            Function<Tensor[], ? extends Op> make,
            long[]... shapes) {
        cases.add(new Case(
                op, name, range, make, Arrays.stream(shapes).map(Shape::of).toList()));
    }

    private void add(Class<? extends Op> op, String name, Function<Tensor[], ? extends Op> make, long[]... shapes) {
        add(op, name, x -> x, make, shapes);
    }

    private static long[] s(long... sizes) {
        return sizes;
    }

    private static double positive(double x) {
        return 0.3 + Math.abs(x);
    }

    private static DoubleUnaryOperator range(Unary f) {
        return switch (f) {
            case LOG, LOG1P, SQRT, RSQRT, POW -> OpGradientTest::positive;
            case RECIPROCAL -> x -> Math.copySign(positive(x), x);
            case SOFTPLUS -> x -> 5 * x;
            default ->
                x -> {
                    double y = 1.7 * x;
                    for (double kink : KINKS.getOrDefault(f, new double[0])) {
                        if (Math.abs(y - kink) < 0.01) {
                            y += 0.03;
                        }
                    }
                    return y;
                };
        };
    }

    private void elementwise() {
        for (Unary f : Unary.values()) {
            double p = switch (f) {
                case LEAKY_RELU -> 0.2;
                case ELU -> 1.3;
                case POW -> 2.7;
                case CLAMP -> -0.7;
                default -> 0;
            };
            add(
                    Elementwise.Map.class,
                    f.name(),
                    range(f),
                    in -> new Elementwise.Map(f, p, f == Unary.CLAMP ? 0.9 : 0, in[0]),
                    s(3, 7));
        }
        for (Binary f : Binary.values()) {
            DoubleUnaryOperator range = f == Binary.POW || f == Binary.DIV ? OpGradientTest::positive : x -> x;
            Function<Tensor[], Op> make = in -> new Elementwise.Combine(f, in[0], in[1]);
            add(Elementwise.Combine.class, f + " same shape", range, make, s(3, 5), s(3, 5));
            add(Elementwise.Combine.class, f + " both broadcast", range, make, s(3, 1, 5), s(4, 1));
            add(Elementwise.Combine.class, f + " scalar", range, make, s(), s(2, 3));
            add(Elementwise.Combine.class, f + " size 1 axis", range, make, s(1, 3), s(1));
        }
        add(Elementwise.Affine.class, "", in -> new Elementwise.Affine(in[0], -2.5, 0.75), s(5, 1, 3));
        Tensor condition = Tensor.of(B, new int[] {1, 0, 0, 1, 1, 0}, 2, 3);
        add(
                Elementwise.Where.class,
                "same shape",
                in -> new Elementwise.Where(condition, in[0], in[1]),
                s(2, 3),
                s(2, 3));
        add(
                Elementwise.Where.class,
                "broadcast",
                in -> new Elementwise.Where(condition, in[0], in[1]),
                s(4, 1, 1),
                s(3));
    }

    private void reductions() {
        add(Reduction.Sum.class, "one axis", in -> new Reduction.Sum(in[0], new int[] {1}, false), s(3, 5, 2));
        add(
                Reduction.Sum.class,
                "outer and inner, kept",
                in -> new Reduction.Sum(in[0], new int[] {2, 0}, true),
                s(3, 5, 2));
        add(Reduction.Sum.class, "all", in -> new Reduction.Sum(in[0], new int[] {0, 1}, false), s(3, 5));
        add(Reduction.Sum.class, "none", in -> new Reduction.Sum(in[0], new int[0], false), s(3));
        add(Reduction.SharedMax.class, "", in -> new Reduction.SharedMax(in[0], new int[] {0, 2}, false), s(3, 5, 2));
        for (boolean greatest : new boolean[] {true, false}) {
            add(
                    Reduction.LastExtreme.class,
                    "greatest " + greatest,
                    in -> new Reduction.LastExtreme(
                            in[0],
                            greatest,
                            Tensor.zeros(B, DType.I32, in[0].shape().without(-1))),
                    s(3, 1, 5));
        }
        add(Reduction.CumulativeSum.class, "", in -> new Reduction.CumulativeSum(in[0]), s(3, 7));
        add(Reduction.CumulativeSum.class, "one axis", in -> new Reduction.CumulativeSum(in[0]), s(5));
    }

    private void products() {
        Function<Tensor[], Op> matmul = in -> new Product.MatMul(in[0], in[1]);
        add(Product.MatMul.class, "plain", matmul, s(3, 5), s(5, 2));
        add(Product.MatMul.class, "one row, one column", matmul, s(1, 3), s(3, 1));
        add(Product.MatMul.class, "batched", matmul, s(2, 3, 5), s(2, 5, 4));
        add(Product.MatMul.class, "left shared", matmul, s(3, 5), s(2, 4, 5, 1));
        add(Product.MatMul.class, "right shared", matmul, s(2, 3, 5), s(5, 4));
        add(Product.MatMul.class, "each shared along one axis", matmul, s(2, 1, 3, 5), s(4, 5, 2));
        add(Product.MatMul.class, "shared in the middle", matmul, s(2, 1, 2, 3, 2), s(2, 3, 1, 2, 3));
        add(Product.MatMul.class, "batch of one", matmul, s(1, 3, 5), s(5, 2));
        Function<Tensor[], Op> linear = in -> new Product.Linear(in[0], in[1], in.length > 2 ? in[2] : null);
        add(Product.Linear.class, "with bias", linear, s(2, 3, 5), s(4, 5), s(4));
        add(Product.Linear.class, "without bias", linear, s(3, 5), s(1, 5));
        add(
                Product.Linear.class,
                "with residual",
                in -> new Product.Linear(in[0], in[1], in[2], null, in[3]),
                s(2, 3, 5),
                s(4, 5),
                s(4),
                s(2, 3, 4));
        add(
                Product.Linear.class,
                "with GELU and residual",
                in -> new Product.Linear(in[0], in[1], in[2], Unary.GELU, in[3]),
                s(3, 5),
                s(4, 5),
                s(4),
                s(3, 4));
        add(
                Product.Linear.class,
                "with GELU, without bias",
                in -> new Product.Linear(in[0], in[1], null, Unary.GELU, null),
                s(3, 5),
                s(4, 5));
        add(Product.Linear.class, "one row", linear, s(5), s(3, 5), s(3));
        add(
                Product.EmbedPatches.class,
                "overlapping",
                in -> new Product.EmbedPatches(in[0], in[1], in[2], Window.of(3, 2, 1, 2)),
                s(2, 5, 7),
                s(4, 6),
                s(4));
        add(
                Product.EmbedPatches.class,
                "without bias",
                in -> new Product.EmbedPatches(in[0], in[1], null, Window.of(2, 2, 2, 2)),
                s(2, 5, 4),
                s(3, 4));
    }

    private void losses() {
        add(
                RowLoss.BinaryCrossEntropy.class,
                "plain",
                in -> new RowLoss.BinaryCrossEntropy(in[0], in[1], null),
                s(2, 3, 5),
                s(2, 3, 5));
        add(
                RowLoss.BinaryCrossEntropy.class,
                "weight",
                in -> new RowLoss.BinaryCrossEntropy(in[0], in[1], in[2]),
                s(3, 5),
                s(3, 5),
                s(5));
        add(
                RowLoss.CrossEntropy.class,
                "plain",
                in -> new RowLoss.CrossEntropy(in[0], in[1], null, 1, 0),
                s(2, 3, 5),
                s(2, 3, 5));
        add(
                RowLoss.CrossEntropy.class,
                "weight and smoothing",
                in -> new RowLoss.CrossEntropy(in[0], in[1], in[2], 0.9, 0.02),
                s(3, 5),
                s(3, 5),
                s(5));
    }

    private void normalizations() {
        add(Normalization.Softmax.class, "", in -> new Normalization.Softmax(in[0]), s(2, 3, 5));
        add(Normalization.Softmax.class, "one element", in -> new Normalization.Softmax(in[0]), s(3, 1));
        add(Normalization.LogSoftmax.class, "", in -> new Normalization.LogSoftmax(in[0]), s(2, 3, 5));
        add(Normalization.L2Normalize.class, "", in -> new Normalization.L2Normalize(in[0]), s(2, 3, 5));
        add(Normalization.UnitSum.class, "vectors", in -> new Normalization.UnitSum(in[0], in[1]), s(3, 5), s(3));
        add(Normalization.UnitSum.class, "rows", in -> new Normalization.UnitSum(in[0], in[1]), s(3, 2, 5), s(3));
        add(Normalization.UnitSum.class, "clips", in -> new Normalization.UnitSum(in[0], in[1]), s(3, 2, 4, 5), s(3));
        add(
                Normalization.LayerNorm.class,
                "plain",
                in -> new Normalization.LayerNorm(in[0], null, null, 1e-3),
                s(2, 3, 5));
        add(
                Normalization.LayerNorm.class,
                "weight",
                in -> new Normalization.LayerNorm(in[0], in[1], null, 1e-3),
                s(3, 5),
                s(5));
        add(
                Normalization.LayerNorm.class,
                "bias",
                in -> new Normalization.LayerNorm(in[0], null, in[1], 1e-3),
                s(3, 5),
                s(5));
        add(
                Normalization.LayerNorm.class,
                "both",
                in -> new Normalization.LayerNorm(in[0], in[1], in[2], 1e-3),
                s(2, 1, 7),
                s(7),
                s(7));
        add(
                Normalization.LayerNorm.class,
                "one row",
                in -> new Normalization.LayerNorm(in[0], in[1], in[2], 1e-3),
                s(7),
                s(7),
                s(7));
    }

    private void layouts() {
        add(Layout.Reshape.class, "", in -> new Layout.Reshape(in[0], Shape.of(5, 6)), s(2, 3, 5));
        add(Layout.Permute.class, "", in -> new Layout.Permute(in[0], new int[] {2, 0, 1}), s(2, 3, 5));
        add(Layout.Expand.class, "", in -> new Layout.Expand(in[0], Shape.of(4, 2, 3, 5)), s(2, 1, 5));
        add(Layout.Slice.class, "forward", in -> new Layout.Slice(in[0], 1, 1, 3, 2), s(2, 7, 2));
        add(Layout.Slice.class, "backward", in -> new Layout.Slice(in[0], 0, 6, 4, -2), s(7, 2));
        add(Layout.Concat.class, "", in -> new Layout.Concat(List.of(in), 1), s(2, 3), s(2, 1), s(2, 4));
        add(Layout.Pad.class, "", in -> new Layout.Pad(in[0], 1, 2, 1, 0.5), s(2, 3, 2));
        add(Layout.Cast.class, "", in -> new Layout.Cast(in[0], DType.F64), s(2, 3));
    }

    private void others() {
        Tensor index = Tensor.of(B, new int[] {2, 0, 2, 2, 1, 0, 0, 2}, 4, 2);
        add(Gather.class, "repeated", in -> new Gather(in[0], 0, index), s(3, 2));
        Window window = Window.of(3, 2, 2, 1).pad(1, 2).dilate(1, 2);
        add(Unfolding.Im2Col.class, "", in -> new Unfolding.Im2Col(in[0], window), s(2, 3, 4, 5));
        add(Unfolding.Col2Im.class, "", in -> new Unfolding.Col2Im(in[0], window, 4, 5), s(2, 1, 3, 2, 2, 7));
        add(
                Unfolding.Convolve.class,
                "",
                in -> new Unfolding.Convolve(in[0], in[1], window, 1),
                s(2, 3, 4, 5),
                s(2, 3, 3, 2));
        add(
                Unfolding.Convolve.class,
                "groups",
                in -> new Unfolding.Convolve(in[0], in[1], Window.of(2, 1, 1, 1), 2),
                s(3, 4, 3, 2),
                s(6, 2, 2, 1));
        Function<Tensor[], Op> attention = in -> new Attention(in[0], in[1], in[2], in.length > 3 ? in[3] : null, 0.7);
        add(Attention.class, "plain", attention, s(2, 3, 5), s(2, 4, 5), s(2, 4, 2));
        add(Attention.class, "bias", attention, s(2, 3, 5), s(2, 4, 5), s(2, 4, 5), s(2, 3, 4));
        add(Attention.class, "bias of one head", attention, s(2, 2, 3, 5), s(2, 2, 4, 5), s(2, 2, 4, 1), s(2, 1, 4));
        Function<Tensor[], Op> gated = in -> new GatedAttention(in[0], in[1], in[2], in[3], in[4], 0.7);
        add(GatedAttention.class, "of one clip", gated, s(3, 5), s(4, 5), s(4, 2), s(3, 4), s(3, 1));
        add(
                GatedAttention.class,
                "bias that clips share, gate that heads share",
                gated,
                s(2, 2, 3, 5),
                s(2, 2, 4, 5),
                s(2, 2, 4, 1),
                s(2, 3, 4),
                s(2, 1, 3, 1));
        add(SelfAttention.class, "", in -> new SelfAttention(in[0], 0.7), s(2, 4, 3, 2, 5));
        add(SelfAttention.class, "one token", in -> new SelfAttention(in[0], 0.7), s(2, 1, 3, 2, 5));
        add(PrototypeMaxPool.class, "", in -> PrototypeMaxPool.of(in[0], in[1], false), s(2, 5, 3), s(4, 3));
        add(PrototypeMaxPool.class, "one token", in -> PrototypeMaxPool.of(in[0], in[1], false), s(3, 1, 7), s(2, 7));
        // The gradient of binary prototypes is not that of the function; their tokens' is.
        Tensor signed = Tensor.of(B, new double[] {0.5, -2, 0, 3, -0.1, -7, 1, 1, -1, -4, 2, 0.3}, 4, 3);
        add(PrototypeMaxPool.class, "binary", in -> PrototypeMaxPool.of(in[0], signed, true), s(2, 5, 3));
        add(ProductExtremes.class, "", in -> ProductExtremes.of(in[0], in[1]), s(2, 5, 3), s(4, 3));
        add(ProductExtremes.class, "one token", in -> ProductExtremes.of(in[0], in[1]), s(3, 1, 7), s(2, 7));
    }
}
