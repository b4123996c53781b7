package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/**
 * Compares variants with exact cosines, through the shim, which has everything except the multiplication instructions
 * themselves; the GPU check with {@code --precision} does so on a GPU. A product of two rounded operands is off by at
 * most twice the rounding error of an operand, and the absolute terms of a cosine sum to at most 1. A bfloat16 rounding
 * may be twice as large as assumed here, but not for many terms in the same direction.
 */
@FullBuild("compiles the kernels with g++")
class VariantContractTest {
    private static final int[][] SIZES = {
        {1, 1, 1, 1},
        {2, 3, 5, 7},
        {1, 65, 64, 16},
        {2, 128, 63, 33},
        {1, 129, 66, 47},
        {3, 40, 130, 48},
        {1, 300, 65, 100},
        {2, 64, 3, 768},
        {64, 66, 129, 40}
    };

    private static double bound(Precision precision, int dim) {
        double rounding = precision == Precision.TF32 ? 0x1p-11 : 0x1p-9;
        return 2 * rounding + rounding * rounding + 8 * (dim + 8) * 0x1p-24;
    }

    @TestFactory
    List<DynamicTest> matching() {
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

    private static void check(Precision precision, int[] s) {
        SplittableRandom random = new SplittableRandom(Arrays.hashCode(s));
        float[] x = ProductVariantTest.numbers(random, s[0] * s[1] * s[3]);
        float[] p = ProductVariantTest.numbers(random, s[2] * s[3]);
        ShimDevice device = new ShimDevice(precision);
        try (DeviceBackend b = new DeviceBackend(device, 1L << 30)) {
            Result dense = match(b, s, x, p, 0);
            Result again = match(b, s, x, p, 0);
            assertThat(again.values).as("twice the same bits").isEqualTo(dense.values);
            assertThat(again.winners).isEqualTo(dense.winners);
            // Rows that start one number off a 16-byte boundary are copied in another way.
            Result shifted = match(b, s, x, p, 1);
            assertThat(shifted.values).as("unaligned rows").isEqualTo(dense.values);
            assertThat(shifted.winners).isEqualTo(dense.winners);
            compare(s, bound(precision, s[3]), x, p, dense);
            if (s[0] > 1 && s[1] <= LaunchPlan.TILE / 2) {
                return; // Many short clips use a different kernel.
            }
            Kernel portable = new Kernel("prototype", "prototype_match");
            assertThat(device.hasLaunched(portable))
                    .as("the portable kernel ran")
                    .isFalse();
            assertThat(device.hasLaunched(Variants.of(portable, precision, Variants.MIN_CAPABILITY)
                            .orElseThrow()))
                    .as("the variant ran")
                    .isTrue();
        }
    }

    private record Result(float[] values, int[] winners) {}

    private static Result match(Backend b, int[] s, float[] x, float[] p, int shift) {
        View tokens = upload(b, x, shift, s[0], s[1], s[3]);
        View prototypes = upload(b, p, shift, s[2], s[3]);
        View values = b.allocate(DType.F32, Shape.of(s[0], s[2]));
        View winners = b.allocate(DType.I32, Shape.of(s[0], s[2]));
        b.prototypeMaxPool(tokens, prototypes, values, winners);
        float[] v = new float[s[0] * s[2]];
        int[] w = new int[s[0] * s[2]];
        b.download(values, View.dense(HostBuffer.wrap(v), values.shape()));
        b.download(winners, View.dense(HostBuffer.wrap(w), winners.shape()));
        for (View view : List.of(tokens, prototypes, values, winners)) {
            view.buffer().close();
        }
        return new Result(v, w);
    }

    private static View upload(Backend b, float[] numbers, int shift, long... sizes) {
        Shape shape = Shape.of(sizes);
        View all = b.allocate(DType.F32, Shape.of(numbers.length + shift));
        View v = new View(all.buffer(), shape, shift, View.denseStrides(shape));
        b.upload(View.dense(HostBuffer.wrap(numbers), shape), v);
        return v;
    }

    private static void compare(int[] s, double bound, float[] x, float[] p, Result got) {
        double[] cosines = new double[s[1]];
        double worst = 0;
        for (int clip = 0; clip < s[0]; clip++) {
            for (int j = 0; j < s[2]; j++) {
                for (int n = 0; n < s[1]; n++) {
                    cosines[n] = cosine(x, (clip * s[1] + n) * s[3], p, j * s[3], s[3]);
                }
                double max = Arrays.stream(cosines).max().orElseThrow();
                int at = clip * s[2] + j;
                String what = "clip " + clip + ", prototype " + j;
                assertThat((double) got.values[at]).as(what).isBetween(max - bound, max + bound);
                assertThat(cosines[got.winners[at]])
                        .as(what + ": cosine of the winner")
                        .isGreaterThanOrEqualTo(max - 2 * bound);
                worst = Math.max(worst, Math.abs(got.values[at] - max));
            }
        }
        if (s[1] * s[2] > 1000) {
            assertThat(worst).as("nothing was rounded").isGreaterThan(1e-6);
        }
    }

    private static double cosine(float[] x, int from, float[] p, int at, int dim) {
        double dot = 0;
        double xx = 0;
        double pp = 0;
        for (int d = 0; d < dim; d++) {
            double q = p[at + d];
            dot += x[from + d] * q;
            xx += x[from + d] * (double) x[from + d];
            pp += q * q;
        }
        return dot / Math.sqrt(xx * pp);
    }
}
