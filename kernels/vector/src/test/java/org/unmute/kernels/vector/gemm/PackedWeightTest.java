package org.unmute.kernels.vector.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.kernels.vector.VectorBackend;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.tile.PackedMatrix;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/** A frozen weight packed by a linear map is in memory only once, and other operations can still read its values. */
class PackedWeightTest {
    private static final int ROWS = 65;

    private static float[] numbers(long seed, int n) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static float[] linear(VectorBackend b, View weight) {
        int in = weight.shape().dim(1);
        View out = b.allocate(DType.F32, Shape.of(ROWS, weight.shape().size(0)));
        b.linear(View.dense(HostBuffer.wrap(numbers(2, ROWS * in)), Shape.of(ROWS, in)), weight, null, out);
        return out.host().floats();
    }

    private static int[] bits(float[] x) {
        int[] bits = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            bits[i] = Float.floatToRawIntBits(x[i]);
        }
        return bits;
    }

    /** Sizes around panels and slices, as {@code [out, in]} and as the transpose of {@code [in, out]}. */
    @ParameterizedTest
    @CsvSource({"1,1", "7,3", "64,96", "290,96", "33,385", "16,769", "70,1600", "384,384"})
    void theValuesAreTheSameAfterwards(int out, int in) {
        float[] original = numbers(1, out * in);
        original[0] = Float.intBitsToFloat(0x7fc12345);
        original[original.length - 1] = -0f;
        try (VectorBackend b = new VectorBackend(2)) {
            for (boolean transposed : new boolean[] {false, true}) {
                float[] array = original.clone();
                HostBuffer buffer = HostBuffer.wrap(array);
                buffer.freeze();
                View weight = transposed
                        ? View.dense(buffer, Shape.of(in, out)).transpose(0, 1)
                        : View.dense(buffer, Shape.of(out, in));
                float[] first = linear(b, weight);
                assertThat(buffer.floats()).as("its own array is released").isNotSameAs(array);
                assertThat(bits(buffer.floats())).isEqualTo(bits(original));
                assertThat(bits(linear(b, weight))).isEqualTo(bits(first));
                View copy = b.allocate(DType.F32, weight.shape());
                b.copy(weight, copy);
                View plain = b.allocate(DType.F32, weight.shape());
                HostBuffer kept = HostBuffer.wrap(original.clone());
                b.copy(new View(kept, weight.shape(), 0, weight.stride(0), weight.stride(1)), plain);
                assertThat(bits(copy.host().floats()))
                        .as("read by another op")
                        .isEqualTo(bits(plain.host().floats()));
            }
        }
    }

    /**
     * A lazy weight is read directly into the packed form: each element once, with the same bits as when packed from an
     * array, and without another array.
     */
    @ParameterizedTest
    @CsvSource({"1,1", "7,3", "64,96", "290,96", "33,385", "16,769", "70,1600", "384,384"})
    void aWeightThatIsReadIsPackedAtOnce(int out, int in) {
        float[] original = numbers(1, out * in);
        original[original.length - 1] = -0f;
        int[] asked = new int[original.length];
        try (VectorBackend b = new VectorBackend(2)) {
            View read = b.linearWeight(Shape.of(out, in), (from, to, at, count) -> {
                System.arraycopy(original, Math.toIntExact(from), to, at, count);
                synchronized (asked) {
                    for (int i = 0; i < count; i++) {
                        asked[Math.toIntExact(from) + i]++;
                    }
                }
            });
            assertThat(asked).containsOnly(1);
            assertThat(read.host().isFrozen()).isTrue();
            assertThat(read.host().lazySource()).isNull();
            float[] seen = read.host().floats();
            assertThat(bits(seen)).isEqualTo(bits(original));
            Arrays.fill(seen, 5);
            HostBuffer array = HostBuffer.wrap(original.clone());
            array.freeze();
            assertThat(bits(linear(b, read)))
                    .as("the product reads the packed form")
                    .isEqualTo(bits(linear(b, View.dense(array, Shape.of(out, in)))));
            assertThat(asked).containsOnly(1);
        }
    }

    @Test
    void aPartOfABufferKeepsItsArray() {
        float[] array = numbers(1, 3 * 64 * 96);
        HostBuffer buffer = HostBuffer.wrap(array);
        buffer.freeze();
        try (VectorBackend b = new VectorBackend(1)) {
            View whole = View.dense(buffer, Shape.of(3 * 64, 96));
            linear(b, whole.slice(0, 64, 64, 1));
            assertThat(buffer.floats()).isSameAs(array);
        }
    }

    /**
     * Uses parts like the groups of a grouped convolution: in any order, repeatedly, and next to an overlapping part
     * that exceeds the capacity.
     */
    @Test
    void partsOfABufferArePackedOnce() {
        float[] original = numbers(1, 3 * 64 * 96);
        HostBuffer buffer = HostBuffer.wrap(original);
        buffer.freeze();
        View whole = View.dense(buffer, Shape.of(3 * 64, 96));
        List<PackedMatrix> packed = new ArrayList<>();
        Function<View, PackedMatrix> pack = v -> {
            PackedMatrix m = new PackedMatrix(
                    v.shape().dim(0),
                    v.shape().dim(1),
                    ArrayPool.allocate(
                            PackedMatrix.size(v.shape().dim(0), v.shape().dim(1))));
            packed.add(m);
            return m;
        };
        for (int time = 0; time < 2; time++) {
            for (int group : new int[] {1, 0, 2}) {
                PackedMatrix m = PackedWeights.of(whole.slice(0, group * 64, 64, 1), pack);
                assertThat(PackedWeights.of(whole.slice(0, group * 64, 64, 1), pack))
                        .isSameAs(m);
            }
        }
        assertThat(packed).hasSize(3);
        PackedMatrix across = PackedWeights.of(whole.slice(0, 32, 64, 1), pack);
        assertThat(PackedWeights.of(whole.slice(0, 32, 64, 1), pack)).isNotSameAs(across);
        try (VectorBackend b = new VectorBackend(2)) {
            for (int group = 0; group < 3; group++) {
                HostBuffer part = HostBuffer.wrap(Arrays.copyOfRange(original, group * 64 * 96, (group + 1) * 64 * 96));
                HostBuffer frozen = HostBuffer.wrap(original);
                frozen.freeze();
                View weights = View.dense(frozen, Shape.of(3 * 64, 96));
                for (int other = 0; other <= group; other++) {
                    linear(b, weights.slice(0, other * 64, 64, 1));
                }
                assertThat(linear(b, weights.slice(0, group * 64, 64, 1)))
                        .isEqualTo(linear(b, View.dense(part, Shape.of(64, 96))));
            }
        }
    }

    /** Uses a part after the whole, as in a backward pass. */
    @Test
    void aPartOfAPackedWeightIsRight() {
        float[] original = numbers(1, 3 * 64 * 96);
        HostBuffer buffer = HostBuffer.wrap(original.clone());
        buffer.freeze();
        HostBuffer part = HostBuffer.wrap(Arrays.copyOfRange(original, 64 * 96, 2 * 64 * 96));
        try (VectorBackend b = new VectorBackend(2)) {
            View whole = View.dense(buffer, Shape.of(3 * 64, 96));
            linear(b, whole);
            assertThat(linear(b, whole.slice(0, 64, 64, 1))).isEqualTo(linear(b, View.dense(part, Shape.of(64, 96))));
            assertThat(bits(buffer.floats())).isEqualTo(bits(original));
        }
    }

    @Test
    void theMemoryIsReleased() throws InterruptedException {
        try (VectorBackend b = new VectorBackend(1)) {
            HostBuffer buffer = HostBuffer.wrap(numbers(1, 768 * 768));
            buffer.freeze();
            WeakReference<float[]> array = new WeakReference<>(buffer.floats());
            linear(b, View.dense(buffer, Shape.of(768, 768)));
            for (int i = 0; i < 50 && array.get() != null; i++) {
                System.gc();
                Thread.sleep(20);
            }
            assertThat(array.get()).isNull();
            assertThat(buffer.floats()).isEqualTo(numbers(1, 768 * 768));
        }
    }
}
