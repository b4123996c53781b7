package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.op.AttentionOps.Attention;
import org.unmute.tensor.op.AttentionOps.GatedAttention;
import org.unmute.tensor.op.AttentionOps.SelfAttention;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.CustomOp;
import org.unmute.tensor.op.ElementwiseOps;
import org.unmute.tensor.op.IndexingOps.Gather;
import org.unmute.tensor.op.LayoutOps;
import org.unmute.tensor.op.LossOps;
import org.unmute.tensor.op.NormalizationOps;
import org.unmute.tensor.op.Op;
import org.unmute.tensor.op.ProductOps;
import org.unmute.tensor.op.PrototypeOps.ProductExtremes;
import org.unmute.tensor.op.PrototypeOps.PrototypeGroupMaxPool;
import org.unmute.tensor.op.PrototypeOps.PrototypeMaxPool;
import org.unmute.tensor.op.ReductionOps;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.TokenGroups;
import org.unmute.tensor.op.Unary;
import org.unmute.tensor.op.UnfoldingOps;

/** Compares the gradient of every op record with central differences. Fails for a record without a case. */
class OpGradientTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;

    /**
     * Straight-through gradients are not derivatives, so these ops are tested against a rule in StraightThroughTest.
     */
    private static final Set<Class<?>> BY_RULE = Set.of(ElementwiseOps.BinarizeStraightThrough.class);

    /** Points at which a function has no derivative. Inputs keep away from them. */
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
        String wanted = plain(System.getProperty("unmute.op", ""));
        return cases.stream()
                .filter(c -> plain(c.op.getSimpleName() + " " + c.name).contains(wanted))
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

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    @Test
    void everyRecordHasACase() {
        Set<Class<?>> records = new LinkedHashSet<>();
        collect(Op.class, records);
        Set<Class<?>> covered = new LinkedHashSet<>(BY_RULE);
        cases.forEach(c -> covered.add(c.op));
        assertThat(records).hasSizeGreaterThan(20);
        assertThat(records)
                .as("op records without a gradient check: add a case to OpGradientTest.java of tensor")
                .allMatch(covered::contains);
    }

    private static void collect(Class<?> type, Set<Class<?>> records) {
        if (type.isRecord()) {
            records.add(type);
            return;
        }
        if (type == CustomOp.class) { // open, so those who write one check its gradient, as CustomOpTest does
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
                default -> f.hasConstants() ? 0.6 : 0;
            };
            double q = f == Unary.CLAMP ? 0.9 : f.hasConstants() ? 0.4 : 0;
            add(ElementwiseOps.Map.class, f.name(), range(f), in -> new ElementwiseOps.Map(f, p, q, in[0]), s(3, 7));
        }
        for (Binary f : Binary.values()) {
            DoubleUnaryOperator range = f == Binary.POW || f == Binary.DIV ? OpGradientTest::positive : x -> x;
            Function<Tensor[], Op> make = in -> new ElementwiseOps.Combine(f, in[0], in[1]);
            add(ElementwiseOps.Combine.class, f + " same shape", range, make, s(3, 5), s(3, 5));
            add(ElementwiseOps.Combine.class, f + " both broadcast", range, make, s(3, 1, 5), s(4, 1));
            add(ElementwiseOps.Combine.class, f + " scalar", range, make, s(), s(2, 3));
            add(ElementwiseOps.Combine.class, f + " size 1 axis", range, make, s(1, 3), s(1));
        }
        add(ElementwiseOps.Affine.class, "", in -> new ElementwiseOps.Affine(in[0], -2.5, 0.75), s(5, 1, 3));
        Tensor condition = Tensor.of(B, new int[] {1, 0, 0, 1, 1, 0}, 2, 3);
        add(
                ElementwiseOps.Where.class,
                "same shape",
                in -> new ElementwiseOps.Where(condition, in[0], in[1]),
                s(2, 3),
                s(2, 3));
        add(
                ElementwiseOps.Where.class,
                "broadcast",
                in -> new ElementwiseOps.Where(condition, in[0], in[1]),
                s(4, 1, 1),
                s(3));
    }

    private void reductions() {
        add(ReductionOps.Sum.class, "one axis", in -> new ReductionOps.Sum(in[0], new int[] {1}, false), s(3, 5, 2));
        add(
                ReductionOps.Sum.class,
                "outer and inner, kept",
                in -> new ReductionOps.Sum(in[0], new int[] {2, 0}, true),
                s(3, 5, 2));
        add(ReductionOps.Sum.class, "all", in -> new ReductionOps.Sum(in[0], new int[] {0, 1}, false), s(3, 5));
        add(ReductionOps.Sum.class, "none", in -> new ReductionOps.Sum(in[0], new int[0], false), s(3));
        add(
                ReductionOps.SharedMax.class,
                "",
                in -> new ReductionOps.SharedMax(in[0], new int[] {0, 2}, false),
                s(3, 5, 2));
        for (boolean max : new boolean[] {true, false}) {
            add(
                    ReductionOps.LastExtreme.class,
                    "max " + max,
                    in -> new ReductionOps.LastExtreme(
                            in[0], max, Tensor.zeros(B, DType.I32, in[0].shape().without(-1))),
                    s(3, 1, 5));
        }
        add(ReductionOps.CumulativeSum.class, "", in -> new ReductionOps.CumulativeSum(in[0]), s(3, 7));
        add(ReductionOps.CumulativeSum.class, "one axis", in -> new ReductionOps.CumulativeSum(in[0]), s(5));
    }

    private void products() {
        Function<Tensor[], Op> matmul = in -> new ProductOps.MatMul(in[0], in[1]);
        add(ProductOps.MatMul.class, "plain", matmul, s(3, 5), s(5, 2));
        add(ProductOps.MatMul.class, "one row, one column", matmul, s(1, 3), s(3, 1));
        add(ProductOps.MatMul.class, "batched", matmul, s(2, 3, 5), s(2, 5, 4));
        add(ProductOps.MatMul.class, "left shared", matmul, s(3, 5), s(2, 4, 5, 1));
        add(ProductOps.MatMul.class, "right shared", matmul, s(2, 3, 5), s(5, 4));
        add(ProductOps.MatMul.class, "each shared along one axis", matmul, s(2, 1, 3, 5), s(4, 5, 2));
        add(ProductOps.MatMul.class, "shared in the middle", matmul, s(2, 1, 2, 3, 2), s(2, 3, 1, 2, 3));
        add(ProductOps.MatMul.class, "batch of one", matmul, s(1, 3, 5), s(5, 2));
        Function<Tensor[], Op> linear = in -> new ProductOps.Linear(in[0], in[1], in.length > 2 ? in[2] : null);
        add(ProductOps.Linear.class, "with bias", linear, s(2, 3, 5), s(4, 5), s(4));
        add(ProductOps.Linear.class, "without bias", linear, s(3, 5), s(1, 5));
        add(
                ProductOps.Linear.class,
                "with residual",
                in -> new ProductOps.Linear(in[0], in[1], in[2], null, in[3]),
                s(2, 3, 5),
                s(4, 5),
                s(4),
                s(2, 3, 4));
        add(
                ProductOps.Linear.class,
                "with GELU and residual",
                in -> new ProductOps.Linear(in[0], in[1], in[2], Unary.GELU, in[3]),
                s(3, 5),
                s(4, 5),
                s(4),
                s(3, 4));
        add(
                ProductOps.Linear.class,
                "with GELU, without bias",
                in -> new ProductOps.Linear(in[0], in[1], null, Unary.GELU, null),
                s(3, 5),
                s(4, 5));
        add(ProductOps.Linear.class, "one row", linear, s(5), s(3, 5), s(3));
        add(
                ProductOps.EmbedPatches.class,
                "overlapping",
                in -> new ProductOps.EmbedPatches(in[0], in[1], in[2], SlidingWindow.of(3, 2, 1, 2)),
                s(2, 5, 7),
                s(4, 6),
                s(4));
        add(
                ProductOps.EmbedPatches.class,
                "without bias",
                in -> new ProductOps.EmbedPatches(in[0], in[1], null, SlidingWindow.of(2, 2, 2, 2)),
                s(2, 5, 4),
                s(3, 4));
    }

    private void losses() {
        add(
                LossOps.BinaryCrossEntropy.class,
                "plain",
                in -> new LossOps.BinaryCrossEntropy(in[0], in[1], null),
                s(2, 3, 5),
                s(2, 3, 5));
        add(
                LossOps.BinaryCrossEntropy.class,
                "weight",
                in -> new LossOps.BinaryCrossEntropy(in[0], in[1], in[2]),
                s(3, 5),
                s(3, 5),
                s(5));
        add(
                LossOps.CrossEntropy.class,
                "plain",
                in -> new LossOps.CrossEntropy(in[0], in[1], null, 1, 0),
                s(2, 3, 5),
                s(2, 3, 5));
        add(
                LossOps.CrossEntropy.class,
                "weight and smoothing",
                in -> new LossOps.CrossEntropy(in[0], in[1], in[2], 0.9, 0.02),
                s(3, 5),
                s(3, 5),
                s(5));
    }

    private void normalizations() {
        add(NormalizationOps.Softmax.class, "", in -> new NormalizationOps.Softmax(in[0]), s(2, 3, 5));
        add(NormalizationOps.Softmax.class, "one element", in -> new NormalizationOps.Softmax(in[0]), s(3, 1));
        add(NormalizationOps.LogSoftmax.class, "", in -> new NormalizationOps.LogSoftmax(in[0]), s(2, 3, 5));
        add(NormalizationOps.L2Normalize.class, "", in -> new NormalizationOps.L2Normalize(in[0]), s(2, 3, 5));
        add(NormalizationOps.UnitSum.class, "vectors", in -> new NormalizationOps.UnitSum(in[0], in[1]), s(3, 5), s(3));
        add(NormalizationOps.UnitSum.class, "rows", in -> new NormalizationOps.UnitSum(in[0], in[1]), s(3, 2, 5), s(3));
        add(
                NormalizationOps.UnitSum.class,
                "clips",
                in -> new NormalizationOps.UnitSum(in[0], in[1]),
                s(3, 2, 4, 5),
                s(3));
        add(
                NormalizationOps.LayerNorm.class,
                "plain",
                in -> new NormalizationOps.LayerNorm(in[0], null, null, 1e-3),
                s(2, 3, 5));
        add(
                NormalizationOps.LayerNorm.class,
                "weight",
                in -> new NormalizationOps.LayerNorm(in[0], in[1], null, 1e-3),
                s(3, 5),
                s(5));
        add(
                NormalizationOps.LayerNorm.class,
                "bias",
                in -> new NormalizationOps.LayerNorm(in[0], null, in[1], 1e-3),
                s(3, 5),
                s(5));
        add(
                NormalizationOps.LayerNorm.class,
                "both",
                in -> new NormalizationOps.LayerNorm(in[0], in[1], in[2], 1e-3),
                s(2, 1, 7),
                s(7),
                s(7));
        add(
                NormalizationOps.LayerNorm.class,
                "one row",
                in -> new NormalizationOps.LayerNorm(in[0], in[1], in[2], 1e-3),
                s(7),
                s(7),
                s(7));
    }

    private void layouts() {
        add(LayoutOps.Reshape.class, "", in -> new LayoutOps.Reshape(in[0], Shape.of(5, 6)), s(2, 3, 5));
        add(LayoutOps.Permute.class, "", in -> new LayoutOps.Permute(in[0], new int[] {2, 0, 1}), s(2, 3, 5));
        add(LayoutOps.Expand.class, "", in -> new LayoutOps.Expand(in[0], Shape.of(4, 2, 3, 5)), s(2, 1, 5));
        add(LayoutOps.Slice.class, "forward", in -> new LayoutOps.Slice(in[0], 1, 1, 3, 2), s(2, 7, 2));
        add(LayoutOps.Slice.class, "backward", in -> new LayoutOps.Slice(in[0], 0, 6, 4, -2), s(7, 2));
        add(LayoutOps.Concat.class, "", in -> new LayoutOps.Concat(List.of(in), 1), s(2, 3), s(2, 1), s(2, 4));
        add(LayoutOps.Pad.class, "", in -> new LayoutOps.Pad(in[0], 1, 2, 1, 0.5), s(2, 3, 2));
        add(LayoutOps.Cast.class, "", in -> new LayoutOps.Cast(in[0], DType.F64), s(2, 3));
    }

    private void others() {
        Tensor index = Tensor.of(B, new int[] {2, 0, 2, 2, 1, 0, 0, 2}, 4, 2);
        add(Gather.class, "repeated", in -> new Gather(in[0], 0, index), s(3, 2));
        SlidingWindow window = SlidingWindow.of(3, 2, 2, 1).pad(1, 2).dilate(1, 2);
        add(UnfoldingOps.Im2Col.class, "", in -> new UnfoldingOps.Im2Col(in[0], window), s(2, 3, 4, 5));
        add(UnfoldingOps.Col2Im.class, "", in -> new UnfoldingOps.Col2Im(in[0], window, 4, 5), s(2, 1, 3, 2, 2, 7));
        add(
                UnfoldingOps.Convolve.class,
                "",
                in -> new UnfoldingOps.Convolve(in[0], in[1], window, 1),
                s(2, 3, 4, 5),
                s(2, 3, 3, 2));
        add(
                UnfoldingOps.Convolve.class,
                "groups",
                in -> new UnfoldingOps.Convolve(in[0], in[1], SlidingWindow.of(2, 1, 1, 1), 2),
                s(3, 4, 3, 2),
                s(6, 2, 2, 1));
        add(
                UnfoldingOps.Convolve.class,
                "padding that differs between the sides",
                in -> new UnfoldingOps.Convolve(
                        in[0], in[1], SlidingWindow.of(3, 3, 2, 2).pad(0, 1).padEnd(1, 0), 1),
                s(2, 3, 5, 4),
                s(2, 3, 3, 3));
        add(
                UnfoldingOps.Depthwise.class,
                "",
                in -> new UnfoldingOps.Depthwise(in[0], in[1], null, null, window),
                s(2, 4, 5, 3),
                s(3, 2, 3));
        add(
                UnfoldingOps.Depthwise.class,
                "bias, activation, padding that differs between the sides",
                in -> new UnfoldingOps.Depthwise(
                        in[0],
                        in[1],
                        in[2],
                        Unary.TANH,
                        SlidingWindow.of(3, 3, 2, 2).pad(0, 1).padEnd(1, 0)),
                s(2, 5, 4, 3),
                s(3, 3, 3),
                s(3));
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
        // The gradient of binary prototypes is not the derivative of the function, but that of their tokens is.
        Tensor signed = Tensor.of(B, new double[] {0.5, -2, 0, 3, -0.1, -7, 1, 1, -1, -4, 2, 0.3}, 4, 3);
        add(PrototypeMaxPool.class, "binary", in -> PrototypeMaxPool.of(in[0], signed, true), s(2, 5, 3));
        TokenGroups groups =
                TokenGroups.of(new int[] {0, 0, 0, 2}, new int[][] {{0, 1, 2, 3, 4}, {1, 3}, {2}, {0, 2, 4}});
        add(
                PrototypeGroupMaxPool.class,
                "",
                in -> PrototypeGroupMaxPool.of(in[0], in[1], false, groups),
                s(3, 5, 3),
                s(4, 3));
        add(
                PrototypeGroupMaxPool.class,
                "binary",
                in -> PrototypeGroupMaxPool.of(in[0], signed, true, groups),
                s(3, 5, 3));
        add(ProductExtremes.class, "", in -> ProductExtremes.of(in[0], in[1]), s(2, 5, 3), s(4, 3));
        add(ProductExtremes.class, "one token", in -> ProductExtremes.of(in[0], in[1]), s(3, 1, 7), s(2, 7));
    }
}
