package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.Interpolation.Mode;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.op.SlidingWindow;

/** Tests functions composed of ops where the autograd goldens in the contract library do not cover them. */
class FunctionsTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;

    private static Tensor of(double[] x, long... shape) {
        return Tensor.of(B, x, shape);
    }

    @Test
    void compositionsAgreeWithCentralDifferences() {
        GradientCheck check = GradientCheck.normal();
        check.of("variance", in -> Functions.variance(in[0], 1, 0, 2), Shape.of(3, 2, 4));
        check.of("logSumExp", in -> Functions.logSumExp(in[0], 1), Shape.of(3, 5, 2));
        check.of("topKMean", in -> Functions.topKMean(in[0], 2, 1), Shape.of(3, 5, 2));
        check.of("cosineSimilarity", in -> Functions.cosineSimilarity(in[0], in[1], 1), Shape.of(3, 5), Shape.of(1, 5));
        check.of("roll", in -> Functions.roll(in[0], -4, 0), Shape.of(3, 2));
        check.of("glu", in -> Functions.glu(in[0], 0), Shape.of(4, 3));
        check.of("unfold", in -> Functions.unfold(in[0], 1, 3, 2), Shape.of(2, 7, 2));
        check.of("group norm", in -> Normalize.group(in[0], 3, in[1], null, 1e-3), Shape.of(2, 6, 2), Shape.of(6));
        check.of(
                "batch norm",
                in -> Normalize.batch(in[0], in[1], in[2], 1e-3),
                Shape.of(3, 2, 2),
                Shape.of(2),
                Shape.of(2));
        check.of("weight norm", in -> Normalize.weight(in[0], in[1], 0), Shape.of(3, 2, 4), Shape.of(3, 1, 1));
        check.of(
                "masked attention",
                in -> Heads.attention(in[0], in[1], in[2], in[3], Heads.causalMask(in[0], in[1]), 0.5),
                Shape.of(2, 3, 4),
                Shape.of(2, 3, 4),
                Shape.of(2, 3, 4),
                Shape.of(3, 3));
    }

    @Test
    void convolutionsAgreeWithCentralDifferences() {
        GradientCheck check = GradientCheck.normal();
        check.of(
                "conv2d",
                in -> Convolution.conv2d(
                        in[0], in[1], in[2], SlidingWindow.of(2, 3, 2, 1).pad(1, 0), 2),
                Shape.of(2, 4, 3, 5),
                Shape.of(2, 2, 2, 3),
                Shape.of(2));
        check.of(
                "conv1d",
                in -> Convolution.conv1d(in[0], in[1], null, 2, 3, 2, 1),
                Shape.of(2, 3, 6),
                Shape.of(2, 3, 3));
        check.of(
                "convTranspose1d",
                in -> Convolution.convTranspose1d(in[0], in[1], in[2], 2, 1, 2),
                Shape.of(2, 4, 3),
                Shape.of(4, 3, 3),
                Shape.of(6));
        check.of(
                "maxPool2d",
                in -> Convolution.maxPool2d(in[0], SlidingWindow.of(3, 2, 2, 2).pad(1, 1)),
                Shape.of(1, 2, 5, 4));
        check.of(
                "avgPool2d",
                in -> Convolution.avgPool2d(in[0], SlidingWindow.of(3, 2, 2, 2).pad(1, 1)),
                Shape.of(1, 2, 5, 4));
        for (Mode mode : Mode.values()) {
            check.of("resize " + mode, in -> Interpolation.resize2d(in[0], 3, 9, mode, false), Shape.of(2, 5, 4));
        }
    }

    @Test
    void transposedConvolutionIsTheTransposeOfConvolution() {
        // <conv(x), y> = <x, convᵀ(y)> for every x and y.
        double[] x = {1, -2, 3, 0.5, 4, -1, 2, 7, -3};
        double[] w = {2, -1, 0.5};
        double[] y = {1, 3, -2, 5};
        Tensor conv = Convolution.conv1d(of(x, 1, 1, 9), of(w, 1, 1, 3), null, 2, 0, 1, 1);
        Tensor transposed = Convolution.convTranspose1d(of(y, 1, 1, 4), of(w, 1, 1, 3), null, 2, 0, 1);
        assertThat(conv.times(of(y, 1, 1, 4)).sum().item())
                .isEqualTo(transposed.times(of(x, 1, 1, 9)).sum().item());
    }

    @Test
    void depthwiseIsTheConvolutionWithAGroupForEachChannel() {
        SlidingWindow w = SlidingWindow.of(3, 2, 2, 1).pad(1, 0).padEnd(2, 1);
        Tensor x = of(
                IntStream.range(0, 2 * 5 * 4 * 3).mapToDouble(i -> Math.sin(i)).toArray(), 2, 5, 4, 3);
        Tensor taps = of(IntStream.range(0, 18).mapToDouble(i -> Math.cos(i)).toArray(), 3, 2, 3);
        Tensor bias = of(new double[] {1, -2, 0.5}, 3);
        Tensor grouped =
                Convolution.conv2d(x.permute(0, 3, 1, 2), taps.permute(2, 0, 1).insert(1), bias, w, 3);
        double[] depthwise = Convolution.depthwise(x, taps, bias, null, w).toDoubles();
        assertThat(depthwise).hasSize(2 * 3 * 4 * 3);
        assertThat(depthwise).containsExactly(grouped.permute(0, 2, 3, 1).toDoubles(), within(1e-14));
    }

    @Test
    void paddingMayDifferBetweenTheSides() {
        Tensor x = of(new double[] {1, 2, 3, 4}, 1, 1, 1, 4);
        SlidingWindow same = SlidingWindow.of(1, 3, 1, 2).padEnd(0, 1);
        Tensor ones = of(new double[] {1, 1, 1}, 1, 1, 1, 3);
        assertThat(Convolution.conv2d(x, ones, null, same, 1).toDoubles()).containsExactly(6, 7);
        assertThat(Convolution.maxPool2d(x, same).toDoubles()).containsExactly(3, 4);
        assertThat(Convolution.conv2d(
                                x, ones, null, SlidingWindow.of(1, 3, 1, 2).pad(0, 1), 1)
                        .toDoubles())
                .containsExactly(3, 9);
    }

    @Test
    void hardSigmoidHasThreePieces() {
        assertThat(Functions.hardSigmoid(of(new double[] {-4, -3, -1.5, 0, 1.5, 3, 4}, 7))
                        .toDoubles())
                .containsExactly(new double[] {0, 0, 0.25, 0.5, 0.75, 1, 1}, within(1e-15));
    }

    @Test
    void poolingPadsSoThatMaximaIgnoreItAndMeansCountIt() {
        Tensor x = of(new double[] {-1, -2, -3, -4}, 1, 1, 2, 2);
        SlidingWindow w = SlidingWindow.of(2, 2, 2, 2).pad(1, 1);
        assertThat(Convolution.maxPool2d(x, w).toDoubles()).containsExactly(-1, -2, -3, -4);
        assertThat(Convolution.avgPool2d(x, w).toDoubles()).containsExactly(-0.25, -0.5, -0.75, -1);
    }

    @Test
    void zeroNormHasZeroGradient() {
        Tensor x = of(new double[] {0, 0, 0, 2}, 2, 2).parameter();
        Tensor norm = Functions.norm(x, 1);
        assertThat(norm.toDoubles()).containsExactly(0, 2);
        assertThat(Grad.of(norm.sum()).wrt(x).toDoubles()).containsExactly(0, 0, 0, 1);
        assertThat(Functions.norm(of(new double[] {Double.NaN, 1}, 2), 0).item())
                .isNaN();
    }

    @Test
    void logSumExpHoldsAtTheEnds() {
        double inf = Double.POSITIVE_INFINITY;
        assertThat(Functions.logSumExp(of(new double[] {1000, 1000}, 2), 0).item())
                .isEqualTo(1000 + Math.log(2));
        assertThat(Functions.logSumExp(of(new double[] {-inf, 3}, 2), 0).item()).isEqualTo(3);
        assertThat(Functions.logSumExp(of(new double[] {-inf, -inf}, 2), 0).item())
                .isEqualTo(-inf);
        assertThat(Functions.logSumExp(of(new double[] {inf, 3}, 2), 0).item()).isEqualTo(inf);
    }

    @Test
    void topKTakesTheFirstOfEqualsAndSurvivesInfinities() {
        Tensor x = of(new double[] {2, 5, 5, 5, Double.NEGATIVE_INFINITY}, 5);
        assertThat(Functions.topKIndices(x, 5, 0).toInts()).containsExactly(1, 2, 3, 0, 4);
        double inf = Double.POSITIVE_INFINITY;
        assertThat(Functions.topKIndices(of(new double[] {-inf, 1, -inf, -inf}, 4), 4, 0)
                        .toInts())
                .containsExactly(1, 0, 2, 3);
        Tensor single = Tensor.of(B, new float[] {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, 3, 4}, 2, 2);
        assertThat(Functions.topKIndices(single, 2, 1).toInts()).containsExactly(0, 1, 1, 0);
        assertThatThrownBy(() -> Functions.topKMean(x, 6, 0)).hasMessageContainingAll("topK", "6", "[5]");
    }

    @Test
    void dropoutKeepsTheMeanAndRepeatsItself() {
        Tensor x = Tensor.full(B, DType.F32, Shape.of(10_000), 1);
        Tensor once = Functions.dropout(x, 0.25, 42);
        float[] y = once.toFloats();
        assertThat(y).containsOnly(0f, (float) (1 / 0.75));
        int kept = 0;
        for (float v : y) {
            kept += v > 0 ? 1 : 0;
        }
        // The range is five standard deviations of a binomial distribution.
        assertThat(kept).isBetween(7500 - 217, 7500 + 217);
        assertThat(Functions.dropout(x, 0.25, 42).toFloats()).isEqualTo(y);
        assertThat(Functions.dropout(x, 0.25, 43).toFloats()).isNotEqualTo(y);
        assertThat(Functions.dropout(x, 0, 1)).isSameAs(x);
        assertThatThrownBy(() -> Functions.dropout(x, 1, 1)).hasMessageContaining("dropout");
    }

    @Test
    void interpolationKeepsConstantsAndIdentity() {
        for (Mode mode : Mode.values()) {
            for (long size : new long[] {1, 2, 7, 20}) {
                Tensor c = Interpolation.resize(Tensor.full(B, DType.F64, Shape.of(2, 6), 3), -1, size, mode, false);
                assertThat(Arrays.stream(c.toDoubles())
                                .map(v -> Math.abs(v - 3))
                                .max()
                                .orElseThrow())
                        .isLessThan(1e-14);
            }
            double[] x = {1, 4, -2, 8};
            assertThat(Interpolation.resize(of(x, 4), 0, 4, mode, false).toDoubles())
                    .containsExactly(x);
        }
        double[] line = {0, 1, 2, 3, 4};
        assertThat(Interpolation.resize(of(line, 5), 0, 9, Mode.LINEAR, true).toDoubles())
                .containsExactly(0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4);
    }

    @Test
    void positionsOfAnotherGridKeepTheExtraRows() {
        double[] p = new double[2 * 3 + 1];
        Arrays.setAll(p, i -> i);
        Tensor same = Interpolation.resizePositions(of(p, 1, 7, 1), 1, 2, 3, 2, 3, Mode.CUBIC);
        assertThat(same.toDoubles()).containsExactly(p);
        Tensor other = Interpolation.resizePositions(of(p, 1, 7, 1), 1, 2, 3, 4, 3, Mode.LINEAR);
        assertThat(other.shape()).isEqualTo(Shape.of(1, 13, 1));
        assertThat(other.toDoubles()).startsWith(0, 1, 2, 3);
        assertThatThrownBy(() -> Interpolation.resizePositions(of(p, 1, 7, 1), 0, 2, 3, 4, 3, Mode.LINEAR))
                .hasMessageContainingAll("positions", "[1, 7, 1]");
    }

    @Test
    void sizesThatDoNotFitAreNamed() {
        Tensor x = of(new double[12], 1, 3, 4);
        Tensor w = of(new double[8], 2, 2, 2);
        assertThatThrownBy(() -> Convolution.conv1d(x, w, null, 1, 0, 1, 1))
                .hasMessageContainingAll("conv1d", "[1, 3, 4]", "[2, 2, 2]");
        assertThatThrownBy(() -> Normalize.group(x, 2, null, null, 1e-5)).hasMessageContaining("groupNorm");
        assertThatThrownBy(() -> Normalize.batch(x, of(new double[4], 4), null, 1e-5))
                .hasMessageContainingAll("[1, 3, 4]", "[4]");
        assertThatThrownBy(() -> Functions.variance(of(new double[1], 1), 1, 0)).hasMessageContaining("variance");
        assertThatThrownBy(() -> Functions.variance(x, 1)).hasMessage("variance: names the correction, 1, but no axis");
        assertThatThrownBy(() -> Functions.glu(x, 1)).hasMessageContaining("glu");
        assertThatThrownBy(() -> Functions.unfold(x, 2, 5, 1)).hasMessageContaining("unfold");
        assertThatThrownBy(() -> Heads.selfAttention(x, w, null, w, null, 3)).hasMessageContaining("selfAttention");
        assertThatThrownBy(() -> Interpolation.resize(x, 2, 0, Mode.LINEAR, false))
                .hasMessageContaining("interpolate");
        assertThatThrownBy(() -> Interpolation.resize(x, 2, 2, Mode.NEAREST, true))
                .hasMessageContaining("corners");
    }
}
