package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.ProductContract;
import org.unmute.kernels.contract.Tolerance;
import org.unmute.kernels.cuda.ProductVariantTest.Layout;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.WorkProfile;

/**
 * Products of packed operands ({@code matmul_packed.cu}) on emulated tensor cores: the contract of float32 products,
 * and the error relative to float64.
 */
@FullBuild("compiles the kernels with g++")
class PackedProductTest {
    @BeforeAll
    static void everyProduct() {
        ShimDevice.COMPILER.require();
        System.setProperty(TensorChoice.PROPERTY, "always");
    }

    @AfterAll
    static void asItWas() {
        System.clearProperty(TensorChoice.PROPERTY);
    }

    /** Opens a device whose accumulators truncate, as those of tensor cores may. */
    private static DeviceBackend open(Precision precision) {
        return new DeviceBackend(new ShimDevice(precision).truncating(16), 3L << 30);
    }

    /** The contract with the accuracy of float32, with all layouts, special numbers and guard zones. */
    @Nested
    class Product extends ProductContract {
        @Override
        protected Backend open(int threads) {
            return PackedProductTest.open(Precision.FP32);
        }
    }

    /**
     * A product and the kernel it uses.
     *
     * @param sizes entries, rows, inner size and columns
     */
    private record Case(Precision precision, String kernel, int... sizes) {
        @Override
        public String toString() {
            return precision + " " + Arrays.toString(sizes);
        }
    }

    /**
     * Small tiles; parts of the inner axis, the last one shorter; large tiles, some incomplete, over all stages and
     * beyond.
     */
    private static final List<Case> CASES = List.of(
            new Case(Precision.FP32, "matmul_packed_f32_small", 1, 1, 1, 1),
            new Case(Precision.FP32, "matmul_packed_f32_small", 2, 5, 33, 3),
            new Case(Precision.FP32, "matmul_packed_f32_small", 1, 64, 16, 64),
            new Case(Precision.FP32, "matmul_packed_f32_small", 2, 65, 31, 130),
            new Case(Precision.FP32, "matmul_join_f32", 1, 70, 900, 66),
            new Case(Precision.FP32, "matmul_packed_f32", 1, 2000, 82, 1020),
            new Case(Precision.BF16, "matmul_packed_bf16_small", 2, 5, 33, 3),
            new Case(Precision.BF16, "matmul_packed_bf16_small", 2, 65, 31, 130),
            new Case(Precision.BF16, "matmul_join_bf16", 1, 70, 900, 66),
            new Case(Precision.BF16, "matmul_packed_bf16", 1, 2000, 162, 2040));

    /** All layouts of both operands give the same bits, within rounding of the exact product. */
    @TestFactory
    Stream<DynamicTest> everyLayoutGivesTheSameBits() {
        return CASES.stream().map(c -> DynamicTest.dynamicTest(c.toString(), () -> check(c)));
    }

    private static void check(Case c) {
        int[] s = c.sizes;
        float[] a = ProductVariantTest.numbers(new SplittableRandom(1), s[0] * s[1] * s[2]);
        float[] b = ProductVariantTest.numbers(new SplittableRandom(2), s[0] * s[2] * s[3]);
        // For float32, the bound derived in the header of the source.
        double bound = c.precision == Precision.BF16
                ? 0x1p-7 + 0x1p-16 + Tolerance.sum(s[2], 1)
                : (38 + s[2] / 16.0) * Tolerance.ROUNDING;
        try (DeviceBackend backend = open(c.precision)) {
            float[] first = null;
            for (Layout left : Layout.values()) {
                for (Layout right : Layout.values()) {
                    // Large products take seconds here.
                    if (s[1] * s[3] > 1 << 20 && (left != Layout.DENSE || right != Layout.TRANSPOSED)) {
                        continue;
                    }
                    float[] got = product(backend, left, right, s, a, b);
                    if (first == null) {
                        first = got;
                        assertThat(Errors.of(s, a, b, got).max * Tolerance.ROUNDING)
                                .isLessThanOrEqualTo(bound);
                    }
                    assertThat(got).as(left + " and " + right).isEqualTo(first);
                }
            }
            assertThat(backend.profile().entries())
                    .extracting(WorkProfile.Entry::kernel)
                    .contains(c.kernel)
                    .noneMatch(kernel -> kernel.startsWith("matmul_small"));
        }
    }

    private static float[] product(Backend backend, Layout left, Layout right, int[] s, float[] a, float[] b) {
        return ProductVariantTest.product(
                backend,
                ProductVariantTest.place(backend, left, a, s[0], s[1], s[2]),
                ProductVariantTest.place(backend, right, b, s[0], s[2], s[3]));
    }

    /**
     * Errors of results, in units of float32 roundings (2^-24) of the sum of the absolute terms.
     *
     * @param max the maximum
     * @param mean root mean square
     * @param bias mean signed error, positive towards 0
     */
    private record Errors(double max, double mean, double bias) {
        static Errors of(int[] s, float[] a, float[] b, float[] got) {
            double max = 0;
            double squares = 0;
            double bias = 0;
            for (int at = 0; at < got.length; at++) {
                int row = at / s[3];
                int from = row / s[1] * s[2] * s[3] + at % s[3];
                double exact = 0;
                double absolutes = 0;
                for (int c = 0; c < s[2]; c++) {
                    double term = (double) a[row * s[2] + c] * b[from + c * s[3]];
                    exact += term;
                    absolutes += Math.abs(term);
                }
                double error = (exact - got[at]) * Math.signum(exact) / absolutes / Tolerance.ROUNDING;
                max = Math.max(max, Math.abs(error));
                squares += error * error;
                bias += error;
            }
            return new Errors(max, Math.sqrt(squares / got.length), bias / got.length);
        }
    }

    /**
     * Whether accumulators round to nearest or truncate, errors are at most a third of those of the portable kernel's
     * float32 sums, for terms of mixed signs and for terms of one sign, which never cancel.
     */
    @Test
    void isAsAccurateAsFloat32() {
        int[] s = {1, 64, 768, 64};
        for (boolean positive : new boolean[] {false, true}) {
            float[] a = positive
                    ? positive(3, s[1] * s[2])
                    : ProductVariantTest.numbers(new SplittableRandom(3), s[1] * s[2]);
            float[] b = positive
                    ? positive(4, s[2] * s[3])
                    : ProductVariantTest.numbers(new SplittableRandom(4), s[2] * s[3]);
            Errors portable = errors(new ShimDevice(), s, a, b);
            System.out.println((positive ? "positive" : "of both signs") + ", float32 kernel: " + portable);
            for (int block : new int[] {0, 4, 8, 16}) {
                Errors packed = errors(new ShimDevice(Precision.FP32).truncating(block), s, a, b);
                System.out.println("  packed, " + (block == 0 ? "rounded: " : block + " truncated: ") + packed);
                assertThat(packed.max).as("max, " + block).isLessThan(portable.max / 3);
                assertThat(packed.mean).as("mean, " + block).isLessThan(portable.mean / 3);
            }
        }
    }

    private static Errors errors(ShimDevice device, int[] s, float[] a, float[] b) {
        try (DeviceBackend backend = new DeviceBackend(device, 1L << 30)) {
            return Errors.of(s, a, b, product(backend, Layout.DENSE, Layout.TRANSPOSED, s, a, b));
        }
    }

    /**
     * A product of a single term, a number and 1, keeps all bits of the number, even a subnormal one: the three planes
     * hold them, and rounding accumulators lose none.
     */
    @Test
    void planesHaveAllBitsOfANumber() {
        int count = 2000;
        SplittableRandom random = new SplittableRandom(5);
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = Float.intBitsToFloat(random.nextInt() & 0x7fffffff);
            if (!Float.isFinite(x[i])) {
                x[i] = Float.MIN_VALUE * i;
            }
        }
        try (DeviceBackend backend = new DeviceBackend(new ShimDevice(Precision.FP32), 1L << 30)) {
            View one = ProductVariantTest.place(backend, Layout.DENSE, new float[] {1}, 1, 1, 1);
            View numbers = ProductVariantTest.place(backend, Layout.DENSE, x, 1, count, 1);
            int differs = Arrays.mismatch(ProductVariantTest.product(backend, numbers, one), x);
            assertThat(differs).as("first that differs").isEqualTo(-1);
        }
    }

    private static ShimDevice.Fault fault(String name, String... texts) {
        return ShimDevice.Fault.of(name, "matmul_packed", texts);
    }

    /** Faults that these tests must find. */
    private static final List<ShimDevice.Fault> FAULTS = List.of(
            fault("a row of another fragment", "LANE / 16 * 8 + LANE % 8, LANE / 8 % 2)", "LANE % 16, LANE / 16)"),
            fault(
                    "a missing barrier",
                    "wait_for_copies<STAGES - 2>();\n            BARRIER();",
                    "wait_for_copies<STAGES - 2>();"),
            fault("a stage that has not arrived", "wait_for_copies<STAGES - 2>", "wait_for_copies<STAGES - 1>"),
            fault(
                    "a stale stage",
                    "multiply_stage<PLANES, ROWS, COLUMNS>(stages + place * stage",
                    "multiply_stage<PLANES, ROWS, COLUMNS>(stages"),
            fault("a wrong bound", "p.depth - inner : 0", "p.depth - inner + 1 : 0"),
            fault("a plane left out", "{2, 0, 1, 1, 0, 0}", "{2, 0, 1, 1, 2, 0}"),
            fault(
                    "an accumulator that truncates",
                    "float own[COLUMNS / 32][4] = {};",
                    "float (&own)[COLUMNS / 32][4] = sum[i];",
                    "sum[i][j][e] += own[j][e];",
                    ""));

    @TestFactory
    Stream<DynamicTest> seededFaultsAreFound() {
        int[] s = {1, 70, 770, 66};
        // Terms of one sign, which never cancel.
        float[] a = positive(6, s[1] * s[2]);
        float[] b = positive(7, s[2] * s[3]);
        double max = 1.5;
        assertThat(errors(new ShimDevice(Precision.FP32).truncating(8), s, a, b).mean)
                .isLessThan(max);
        return FAULTS.stream()
                .map(f -> DynamicTest.dynamicTest(f.name(), () -> {
                    double error =
                            errors(new ShimDevice(Precision.FP32).truncating(8).with(f), s, a, b).mean;
                    // NaN counts as found, too.
                    assertThat(error < max)
                            .as("passes with an error of " + error)
                            .isFalse();
                }));
    }

    private static float[] positive(int seed, int count) {
        float[] x = ProductVariantTest.numbers(new SplittableRandom(seed), count);
        for (int i = 0; i < count; i++) {
            x[i] = Math.abs(x[i]);
        }
        return x;
    }
}
