package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.backend.scalar.ScalarBackend;

class TensorTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;

    private static float[] noise(int n, long seed) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    @Test
    void halvesRoundToNearestEvenAndOverflowToInfinity() {
        float[] x = {1, 1 + 0x1p-11f, 1 + 3 * 0x1p-11f, 65504, 65520, 0x1p-24f, 0x1p-25f, -0f, Float.NaN};
        assertThat(Tensor.of(B, x, 9).cast(DType.F16).cast(DType.F32).toFloats())
                .containsExactly(1, 1, 1 + 0x1p-9f, 65504, Float.POSITIVE_INFINITY, 0x1p-24f, 0, -0f, Float.NaN);
        float[] y = {1, 1 + 0x1p-8f, 1 + 3 * 0x1p-8f, 3e38f, Float.MAX_VALUE, -0f, Float.NaN};
        assertThat(Tensor.of(B, y, 7).cast(DType.BF16).cast(DType.F32).toFloats())
                .containsExactly(1, 1, 1 + 0x1p-6f, 226 * 0x1p120f, Float.POSITIVE_INFINITY, -0f, Float.NaN);
    }

    @Test
    void storageTypesMoveButDoNotCompute() {
        Tensor h = Tensor.of(B, new float[] {1, 2, 3, 4, 5, 6}, 2, 3).cast(DType.BF16);
        assertThat(h.view().buffer().bytes()).isEqualTo(12);
        assertThat(h.transpose(0, 1).reshape(6).toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(Tensor.concat(0, h, h).copy().slice(0, 3, 1).toFloats()).containsExactly(4, 5, 6);
        assertThatThrownBy(() -> h.plus(h)).hasMessageContaining("add").hasMessageContaining("BF16");
        assertThatThrownBy(() -> h.exp()).hasMessageContaining("cast to F32 first");
        assertThatThrownBy(h::parameter).hasMessageContaining("BF16");
    }

    @Test
    void gradientsComeBackInTheTypeOfTheInput() {
        Tensor x = Tensor.of(B, new double[] {1, 2}, 2).parameter();
        Tensor g = Grad.of(x.cast(DType.F32)
                        .times(3)
                        .cast(DType.F16)
                        .cast(DType.F64)
                        .sum())
                .wrt(x);
        assertThat(g.dtype()).isEqualTo(DType.F64);
        assertThat(g.toDoubles()).containsExactly(3, 3);
    }

    @Test
    void aHalfThatIsUsedTwiceGetsBothGradients() {
        for (DType half : new DType[] {DType.F16, DType.BF16}) {
            Tensor x = Tensor.of(B, new float[] {1, 2}, 2).parameter();
            Tensor h = x.cast(half);
            Tensor y =
                    h.cast(DType.F32).times(3).plus(h.cast(DType.F32).times(4)).sum();
            assertThat(Grad.of(y).wrt(x).toFloats()).as(half.name()).containsExactly(7, 7);
        }
    }

    @Test
    void castsToIntegersCutTowardsZero() {
        Tensor t = Tensor.of(B, new float[] {-1.9f, 1.9f, Float.NaN, 3e9f}, 4).cast(DType.I32);
        assertThat(t.toInts()).containsExactly(-1, 1, 0, Integer.MAX_VALUE);
    }

    @Test
    void sameInputGivesTheSameBits() {
        float[] values = noise(5 * 7 * 12, 3);
        float[] weights = noise(36 * 12 + 12 * 12, 4);
        float[][] runs = new float[2][];
        for (int run = 0; run < 2; run++) {
            Tensor x = Tensor.of(B, values, 5, 7, 12).parameter();
            Tensor w = Tensor.of(B, weights, 48, 12).parameter();
            Tensor y = Heads.selfAttention(
                    x.layerNorm(null, null, 1e-6), w.slice(0, 0, 36), null, w.slice(0, 36, 12), null, 3);
            Grad grad = Grad.of(y.gelu().sum());
            runs[run] = Tensor.concat(
                            0,
                            y.reshape(-1),
                            grad.wrt(x).reshape(-1),
                            grad.wrt(w).reshape(-1))
                    .toFloats();
        }
        for (int i = 0; i < runs[0].length; i++) {
            assertThat(Float.floatToRawIntBits(runs[0][i])).isEqualTo(Float.floatToRawIntBits(runs[1][i]));
        }
    }

    @Test
    void frozenTensorsRefuseAssignment() {
        Tensor t = Tensor.of(B, new float[] {1, 2}, 2).freeze();
        Tensor view = t.slice(0, 0, 1);
        assertThatThrownBy(() -> t.assign(Tensor.of(B, new float[] {3, 4}, 2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("frozen");
        assertThatThrownBy(() -> view.assign(Tensor.of(B, new float[] {3}, 1))).hasMessageContaining("frozen");
        assertThat(t.toFloats()).containsExactly(1, 2);
    }

    @Test
    void assignsFromAnotherLookAtTheSameMemory() {
        Tensor t = Tensor.of(B, new float[] {1, 2, 3, 4}, 4);
        t.assign(t.flip(0));
        assertThat(t.toFloats()).containsExactly(4, 3, 2, 1);
        t.slice(0, 1, 3).assign(t.slice(0, 0, 3));
        assertThat(t.toFloats()).containsExactly(4, 4, 3, 2);
        Tensor parameter = t.parameter();
        parameter.assign(parameter.times(2));
        assertThat(t.toFloats()).containsExactly(8, 8, 6, 4);
    }

    @Test
    void assignsThroughAPermutedView() {
        Tensor t = Tensor.of(B, new float[6], 2, 3);
        t.transpose(0, 1).assign(Tensor.of(B, new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
        assertThat(t.toFloats()).containsExactly(1, 3, 5, 2, 4, 6);
    }

    @Test
    void copyIsExactAndItsOwn() {
        float[] x = {-0f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE};
        Tensor t = Tensor.of(B, x, 4);
        Tensor copy = t.copy();
        assertThat(copy.view().buffer()).isNotSameAs(t.view().buffer());
        float[] y = copy.toFloats();
        for (int i = 0; i < 4; i++) {
            assertThat(Float.floatToRawIntBits(y[i])).isEqualTo(Float.floatToRawIntBits(x[i]));
        }
    }

    @Test
    void tensorsDoNotShareTheCallersArray() {
        float[] x = {1, 2};
        Tensor t = Tensor.of(B, x, 2);
        x[0] = 9;
        assertThat(t.toFloats()).containsExactly(1, 2);
        t.toFloats()[1] = 9;
        assertThat(t.toFloats()).containsExactly(1, 2);
    }

    @Test
    void emptyTensorsPassThroughEveryKindOfOp() {
        Tensor none = Tensor.zeros(B, DType.F64, Shape.of(3, 0)).parameter();
        assertThat(none.sum(1).toDoubles()).containsExactly(0, 0, 0);
        assertThat(none.transpose(0, 1).copy().reshape(0, 3).softmax(1).shape()).isEqualTo(Shape.of(0, 3));
        assertThat(none.matmul(Tensor.zeros(B, DType.F64, Shape.of(0, 2))).toDoubles())
                .containsOnly(0)
                .hasSize(6);
        assertThat(Tensor.zeros(B, DType.F64, Shape.of(0, 4))
                        .matmul(Tensor.zeros(B, DType.F64, Shape.of(4, 2)))
                        .shape())
                .isEqualTo(Shape.of(0, 2));
        assertThat(none.gather(1, Tensor.zeros(B, DType.I32, Shape.of(3, 0))).shape())
                .isEqualTo(Shape.of(3, 0));
        assertThat(Tensor.concat(1, none, Tensor.full(B, DType.F64, Shape.of(3, 1), 2))
                        .toDoubles())
                .containsExactly(2, 2, 2);
        assertThat(none.pad(1, 1, 0, 5).toDoubles()).containsExactly(5, 5, 5);
        assertThat(none.cumulativeSum(1)
                        .l2Normalize(1)
                        .layerNorm(null, null, 1e-5)
                        .shape())
                .isEqualTo(Shape.of(3, 0));
        assertThat(none.slice(1, 0, 0).flip(0).shape()).isEqualTo(Shape.of(3, 0));
        assertThat(Grad.of(none.times(2).sum()).wrt(none).shape()).isEqualTo(Shape.of(3, 0));
        Tensor noClips = Tensor.zeros(B, DType.F64, Shape.of(0, 4, 3)).parameter();
        Tensor prototypes = Tensor.full(B, DType.F64, Shape.of(2, 3), 1).parameter();
        Grad g = Grad.of(noClips.prototypeMaxPool(prototypes).values().sum());
        assertThat(g.wrt(prototypes).toDoubles()).containsOnly(0).hasSize(6);
        assertThat(g.wrt(noClips).shape()).isEqualTo(Shape.of(0, 4, 3));
        Tensor noTokens = Tensor.zeros(B, DType.F64, Shape.of(2, 0, 3));
        assertThat(noTokens.attention(noTokens, noTokens, null, 1).shape()).isEqualTo(Shape.of(2, 0, 3));
        assertThat(noTokens.linear(prototypes, null).shape()).isEqualTo(Shape.of(2, 0, 2));
        assertThat(Grad.of(noTokens.linear(prototypes, null).sum())
                        .wrt(prototypes)
                        .toDoubles())
                .containsOnly(0);
    }

    @Test
    void axesCountFromTheEnd() {
        Tensor x = Tensor.of(B, new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertThat(x.insert(-1).shape()).isEqualTo(Shape.of(2, 3, 1));
        assertThat(x.insert(-3).shape()).isEqualTo(Shape.of(1, 2, 3));
        assertThat(Tensor.stack(-1, x, x).shape()).isEqualTo(Shape.of(2, 3, 2));
        assertThat(x.sumKeepingAxes(-2).toFloats()).containsExactly(5, 7, 9);
        assertThat(x.softmax(-2).sum(-2).toFloats()).containsExactly(1, 1, 1);
    }

    @Test
    void withoutRecordingNothingIsKept() {
        Tensor x = Tensor.of(B, new float[] {1}, 1).parameter();
        Tensor y = Grad.withoutRecording(() -> x.times(2));
        assertThat(y.requiresGradient()).isFalse();
        assertThat(y.origin()).isNull();
        assertThatThrownBy(() -> Grad.withoutRecording(() -> {
                    throw new IllegalStateException("stop");
                }))
                .hasMessage("stop");
        assertThat(x.times(2).requiresGradient()).isTrue();
    }

    @Test
    void anOwnedArrayIsTheTensorsMemoryOnTheProcessor() {
        float[] data = {1, 2, 3, 4, 5, 6};
        Tensor x = Tensor.owning(data, 2, 3);
        assertThat(x.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(x.view().host().floats()).isSameAs(data);
        assertThatThrownBy(() -> Tensor.owning(data, 2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor: shape [2, 2] needs 4 elements, the array has 6");
    }
}
