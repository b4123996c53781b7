package org.unmute.kernels.vector.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.kernels.contract.Tolerance;
import org.unmute.kernels.vector.VectorBackend;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Unary;

/** Products whose shapes cover each algorithm of {@link GemmKernel}, with contiguous and transposed operands. */
class GemmPathsTest {
    private static final int SAMPLES = 400;
    private static final boolean FULL = Boolean.getBoolean("unmute.full");
    private static final int[] THREADS = {2, 3, 5};

    /** In the quick build each layout takes one number of threads beside 1. */
    @ParameterizedTest
    @CsvSource({
        // few rows; few columns; both sides of the threshold
        "12, 768, 512",
        "1, 2000, 700",
        "56, 100, 800",
        "57, 100, 800",
        "57, 1600, 192",
        "900, 1600, 3",
        "900, 770, 193",
        // packed as a whole, in several slabs
        "1200, 900, 300",
        // the same, with tiles that do not divide by two, three, five threads, and an incomplete tile
        "1191, 130, 700",
        "561, 800, 224",
        // in slices, in two parts of the columns
        "61, 1700, 11000",
        // split in parts, small results of many shapes
        "64, 15000, 96",
        "3, 14000, 200",
        "200, 13000, 3",
        "1, 40000, 1",
        "17, 12800, 33",
        // split with a transposed x, as in the gradient of a weight over a batch
        "130, 2064, 333",
        "20, 1537, 31"
    })
    void productsAreRightAndTheSameOnAnyNumberOfThreads(int m, int k, int n) {
        float[] left = random(m, k, 1);
        float[] right = random(k, n, 2);
        for (int layout = 0; layout < 4; layout++) {
            float[] first = null;
            int[] several = FULL ? new int[] {1, 2, 3, 5} : new int[] {1, THREADS[layout % THREADS.length]};
            for (int threads : several) {
                try (Backend b = new VectorBackend(threads)) {
                    View x = view(b, m, k, (layout & 1) != 0, left);
                    View y = view(b, k, n, (layout & 2) != 0, right);
                    View out = b.allocate(DType.F32, Shape.of(m, n));
                    b.matmul(x, y, out);
                    if (first == null) {
                        first = out.host().floats();
                        check(x, y, first, k, n);
                    } else {
                        assertThat(out.host().floats())
                                .as("layout %d, %d threads", layout, threads)
                                .isEqualTo(first);
                    }
                }
            }
        }
    }

    /**
     * Large and small tasks of rows, with one, two and three slices: the epilogue is applied to each result once.
     */
    @ParameterizedTest
    @CsvSource({"230, 64, 400", "513, 1600, 600", "700, 800, 257"})
    void aLinearMapWithItsEpilogueIsTheSameOnAnyNumberOfThreads(int m, int k, int n) {
        float[] first = null;
        for (int threads : new int[] {1, 2, 3, 5}) {
            try (Backend b = new VectorBackend(threads)) {
                View x = view(b, m, k, false, random(m, k, 1));
                View weight = view(b, n, k, false, random(n, k, 2));
                View bias = view(b, 1, n, false, random(1, n, 3)).select(0, 0);
                View residual = view(b, m, n, false, random(m, n, 4));
                View out = b.allocate(DType.F32, Shape.of(m, n));
                b.linear(x, weight, bias, Unary.GELU, residual, out);
                if (first == null) {
                    first = out.host().floats();
                    View steps = b.allocate(DType.F32, Shape.of(m, n));
                    b.linear(x, weight, bias, steps);
                    b.unary(Unary.GELU, 0, 0, steps, steps);
                    b.binary(Binary.ADD, residual, steps, steps);
                    assertThat(steps.host().floats()).isEqualTo(first);
                } else {
                    assertThat(out.host().floats()).as("%d threads", threads).isEqualTo(first);
                }
            }
        }
    }

    private static float[] random(int rows, int columns, long seed) {
        float[] x = new float[rows * columns];
        SplittableRandom r = new SplittableRandom(seed);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) r.nextGaussian();
        }
        return x;
    }

    private static View view(Backend b, int rows, int columns, boolean transposed, float[] values) {
        View v = b.allocate(DType.F32, transposed ? Shape.of(columns, rows) : Shape.of(rows, columns));
        System.arraycopy(values, 0, v.host().floats(), 0, values.length);
        return transposed ? v.transpose(0, 1) : v;
    }

    private static void check(View x, View y, float[] product, int k, int n) {
        Random r = new Random(3);
        // All of a small product, samples of a larger one.
        int samples = Math.min(SAMPLES, product.length);
        for (int s = 0; s < samples; s++) {
            int at = samples == product.length ? s : s == 0 ? product.length - 1 : r.nextInt(product.length);
            float[] left = numbers(x.select(0, at / n));
            float[] right = numbers(y.select(1, at % n));
            double sum = 0;
            double absolutes = 0;
            for (int i = 0; i < k; i++) {
                double term = (double) left[i] * right[i];
                sum += term;
                absolutes += Math.abs(term);
            }
            assertThat((double) product[at]).isCloseTo(sum, Offset.offset(Tolerance.sum(k, absolutes)));
        }
    }

    private static float[] numbers(View row) {
        float[] all = row.host().floats();
        float[] numbers = new float[row.shape().dim(0)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = all[(int) (row.offset() + i * row.stride(0))];
        }
        return numbers;
    }
}
