package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.WorkProfile;
import org.unmute.tensor.op.Unary;

/**
 * Compares matrix products on tensor cores with float64 products. The kernels run through the shim, in which only the
 * multiplication instructions are emulated; the GPU check repeats the comparison on a GPU. The error of a product of
 * two
 * rounded operands, relative to the sum of the absolute terms, is at most 2u + u², where u is the rounding error of one
 * operand.
 */
@FullBuild("compiles the kernels with g++")
class ProductVariantTest {
    /**
     * Entries, rows, inner size and columns. Results of at least 12 x 12 tiles of 128 use the large tiles, others those
     * of 64.
     */
    private static final int[][] SIZES = {
        {1, 1, 1, 1},
        {1, 3, 0, 5},
        {2, 5, 7, 3},
        {3, 64, 16, 64},
        {1, 65, 17, 63},
        {2, 130, 47, 68},
        {1, 63, 100, 129},
        {1, 1412, 36, 1416},
        {1, 1409, 19, 1411},
        {40, 129, 9, 132}
    };

    /** Layout of an operand: dense, transposed, every second element, or not aligned to 16 bytes. */
    enum Layout {
        DENSE,
        TRANSPOSED,
        STRIDED,
        SHIFTED
    }

    private static double bound(Precision precision, int terms) {
        double rounding = precision == Precision.TF32 ? 0x1p-11 : 0x1p-8;
        return 2 * rounding + rounding * rounding + (terms + 8) * 0x1p-24;
    }

    @TestFactory
    List<DynamicTest> products() {
        if (!ShimDevice.COMPILER.isAvailable()) {
            return List.of(DynamicTest.dynamicTest(
                    ShimDevice.COMPILER.missing(), () -> Assumptions.abort(ShimDevice.COMPILER.missing())));
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (Precision precision : List.of(Precision.TF32, Precision.BF16)) {
            for (int[] s : SIZES) {
                tests.add(DynamicTest.dynamicTest(precision + " " + Arrays.toString(s), () -> check(precision, s)));
            }
        }
        return tests;
    }

    /** All layouts of both operands give the same bits, within rounding of the exact product. */
    private static void check(Precision precision, int[] s) {
        SplittableRandom random = new SplittableRandom(Arrays.hashCode(s));
        float[] a = numbers(random, s[0] * s[1] * s[2]);
        float[] b = numbers(random, s[0] * s[2] * s[3]);
        boolean large = s[0] * s[1] * s[3] > 500_000;
        try (DeviceBackend backend = new DeviceBackend(new ShimDevice(precision), 1L << 30)) {
            float[] first = null;
            for (Layout left : Layout.values()) {
                for (Layout right : Layout.values()) {
                    // Large products take seconds here, so only all four memory orders and one unaligned layout are
                    // tested.
                    if (large && left.ordinal() + right.ordinal() > 2 && left != right) {
                        continue;
                    }
                    float[] got = product(
                            backend,
                            place(backend, left, a, s[0], s[1], s[2]),
                            place(backend, right, b, s[0], s[2], s[3]));
                    if (first == null) {
                        first = got;
                        compare(precision, s, a, b, got);
                    } else {
                        assertThat(got).as(left + " and " + right).isEqualTo(first);
                    }
                }
            }
        }
    }

    static float[] product(Backend backend, View a, View b) {
        View out = backend.allocate(
                DType.F32,
                Shape.of(a.shape().size(0), a.shape().size(1), b.shape().size(2)));
        backend.matmul(a, b, out);
        float[] got = download(backend, out);
        for (View v : List.of(a, b, out)) {
            v.buffer().close();
        }
        return got;
    }

    static float[] download(Backend backend, View v) {
        float[] numbers = new float[(int) v.shape().elements()];
        backend.download(v, View.dense(HostBuffer.wrap(numbers), v.shape()));
        return numbers;
    }

    static View place(Backend backend, Layout layout, float[] numbers, long... sizes) {
        Shape shape = Shape.of(sizes);
        View v = switch (layout) {
            case DENSE -> backend.allocate(DType.F32, shape);
            case TRANSPOSED ->
                backend.allocate(DType.F32, Shape.of(sizes[0], sizes[2], sizes[1]))
                        .transpose(1, 2);
            case STRIDED ->
                backend.allocate(DType.F32, Shape.of(sizes[0], sizes[1], 2 * sizes[2]))
                        .slice(2, 0, sizes[2], 2);
            case SHIFTED ->
                backend.allocate(DType.F32, Shape.of(sizes[0], sizes[1], sizes[2] + 1))
                        .slice(2, 1, sizes[2], 1);
        };
        backend.upload(View.dense(HostBuffer.wrap(numbers), shape), v);
        return v;
    }

    static float[] numbers(SplittableRandom random, int count) {
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static void compare(Precision precision, int[] s, float[] a, float[] b, float[] got) {
        double bound = bound(precision, s[2]);
        double worst = 0;
        for (int at = 0; at < got.length; at++) {
            int row = at / s[3];
            double exact = 0;
            double absolutes = 0;
            for (int c = 0; c < s[2]; c++) {
                double term = (double) a[row * s[2] + c] * b[(row / s[1] * s[2] + c) * s[3] + at % s[3]];
                exact += term;
                absolutes += Math.abs(term);
            }
            if (Math.abs(got[at] - exact) > bound * absolutes) {
                assertThat((double) got[at])
                        .as("row " + row + ", column " + at % s[3])
                        .isBetween(exact - bound * absolutes, exact + bound * absolutes);
            }
            worst = Math.max(worst, absolutes == 0 ? 0 : Math.abs(got[at] - exact) / absolutes);
        }
        if (got.length > 1000 && s[2] > 0) {
            assertThat(worst).as("nothing was rounded: the portable kernel ran").isGreaterThan(1e-5);
        }
    }

    /**
     * Bias, activation and residual after the product match the portable kernel, and are exact for numbers that
     * rounding does not change.
     */
    @Test
    void whatFollowsIsThePortableKernels() {
        ShimDevice.COMPILER.require();
        for (int[] s : new int[][] {{3, 7, 5}, {65, 33, 130}, {1410, 3, 1541}}) {
            boolean large = s[0] > 1000;
            SplittableRandom random = new SplittableRandom(3);
            float[] x = small(random, s[0] * s[1]);
            float[] w = small(random, s[2] * s[1]);
            float[] bias = numbers(random, s[2]);
            float[] residual = numbers(random, s[0] * s[2]);
            for (Unary f : new Unary[] {null, Unary.GELU, Unary.RELU}) {
                for (boolean has : new boolean[] {false, true}) {
                    if (large && (f != Unary.GELU || !has)) {
                        continue;
                    }
                    List<float[]> results = new ArrayList<>();
                    for (Precision precision : Precision.values()) {
                        try (DeviceBackend b = new DeviceBackend(new ShimDevice(precision), 1L << 30)) {
                            View out = b.allocate(DType.F32, Shape.of(1, s[0], s[2]));
                            b.linear(
                                    place(b, Layout.DENSE, x, 1, s[0], s[1]),
                                    place(b, Layout.SHIFTED, w, 1, s[2], s[1]).select(0, 0),
                                    has
                                            ? place(b, Layout.STRIDED, bias, 1, 1, s[2])
                                                    .select(0, 0)
                                                    .select(0, 0)
                                            : null,
                                    f,
                                    has ? place(b, Layout.TRANSPOSED, residual, 1, s[0], s[2]) : null,
                                    out);
                            results.add(download(b, out));
                        }
                    }
                    assertThat(results.get(1)).as(f + " TF32").isEqualTo(results.get(0));
                    assertThat(results.get(2)).as(f + " bfloat16").isEqualTo(results.get(0));
                }
            }
        }
    }

    /** Multiples of an eighth with few bits, for which any order of summation is exact. */
    private static float[] small(SplittableRandom random, int count) {
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = random.nextInt(-16, 17) / 8f;
        }
        return x;
    }

    /** Tiles of both sizes add in the same order. */
    @Test
    void largeAndSmallTilesGiveTheSameBits() {
        ShimDevice.COMPILER.require();
        float[] a = numbers(new SplittableRandom(1), 1412 * 21);
        float[] b = numbers(new SplittableRandom(2), 21 * 1416);
        for (Precision precision : List.of(Precision.TF32, Precision.BF16)) {
            try (DeviceBackend backend = new DeviceBackend(new ShimDevice(precision), 1L << 30)) {
                View left = place(backend, Layout.DENSE, a, 1, 1412, 21);
                View right = place(backend, Layout.DENSE, b, 1, 21, 1416);
                View all = backend.allocate(DType.F32, Shape.of(1, 1412, 1416));
                View part = backend.allocate(DType.F32, Shape.of(1, 1412, 61));
                backend.matmul(left, right, all);
                backend.matmul(left, right.slice(2, 67, 61, 1), part);
                assertThat(download(backend, part)).isEqualTo(download(backend, all.slice(2, 67, 61, 1)));
                assertThat(backend.profile().entries())
                        .extracting(WorkProfile.Entry::kernel)
                        .contains(
                                "matmul_" + precision.name().toLowerCase(Locale.ROOT),
                                "matmul_small_" + precision.name().toLowerCase(Locale.ROOT));
            }
        }
    }

    /** NaN and infinities only affect the results that depend on them. */
    @Test
    void specialNumbersStayInTheirRow() {
        ShimDevice.COMPILER.require();
        for (Precision precision : List.of(Precision.TF32, Precision.BF16)) {
            float[] a = numbers(new SplittableRandom(1), 70 * 20);
            float[] b = numbers(new SplittableRandom(2), 20 * 66);
            a[3 * 20 + 5] = Float.NaN;
            a[66 * 20 + 19] = Float.POSITIVE_INFINITY;
            try (DeviceBackend backend = new DeviceBackend(new ShimDevice(precision), 1L << 30)) {
                float[] got = product(
                        backend,
                        place(backend, Layout.DENSE, a, 1, 70, 20),
                        place(backend, Layout.DENSE, b, 1, 20, 66));
                for (int i = 0; i < got.length; i++) {
                    int row = i / 66;
                    assertThat(Float.isNaN(got[i])).as("NaN in row " + row).isEqualTo(row == 3);
                    assertThat(Float.isInfinite(got[i]))
                            .as("infinity in row " + row)
                            .isEqualTo(row == 66);
                }
            }
        }
    }
}
