package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/**
 * Attention on emulated tensor cores ({@code attention_tensor.cu}) against float64: errors compared with those of the
 * portable kernel, numbers of very different magnitude, and faults in the source.
 */
@FullBuild("compiles the kernels with g++")
class TensorAttentionTest {
    private static final Shape LEAD = Shape.of(2, 2);

    /** Inputs of an attention with two sequences of two heads. */
    private record Problem(int queries, int keys, int depth, int width, float[] q, float[] k, float[] v, float[] bias) {
        /** Normally distributed numbers and a bias. */
        static Problem of(long seed, int queries, int keys, int depth, int width) {
            SplittableRandom random = new SplittableRandom(seed);
            return new Problem(
                    queries,
                    keys,
                    depth,
                    width,
                    ProductVariantTest.numbers(random, 4 * queries * depth),
                    ProductVariantTest.numbers(random, 4 * keys * depth),
                    ProductVariantTest.numbers(random, 4 * keys * width),
                    ProductVariantTest.numbers(random, 4 * queries * keys));
        }

        Problem times(double ofQ, double ofK, double ofV) {
            return new Problem(queries, keys, depth, width, scaled(q, ofQ), scaled(k, ofK), scaled(v, ofV), bias);
        }

        private static float[] scaled(float[] x, double by) {
            float[] y = new float[x.length];
            for (int i = 0; i < x.length; i++) {
                y[i] = (float) (x[i] * by);
            }
            return y;
        }

        double scale() {
            return 1 / Math.sqrt(depth);
        }

        /** Results in float64, rounded at the end. */
        double[] exact() {
            double[] out = new double[4 * queries * width];
            ScalarBackend.INSTANCE.attention(
                    doubles(q, queries, depth),
                    doubles(k, keys, depth),
                    doubles(v, keys, width),
                    doubles(bias, queries, keys),
                    scale(),
                    View.dense(HostBuffer.wrap(out), LEAD.concat(Shape.of(queries, width))));
            return out;
        }

        private static View doubles(float[] x, int rows, int columns) {
            double[] y = new double[x.length];
            Arrays.setAll(y, i -> x[i]);
            return View.dense(HostBuffer.wrap(y), LEAD.concat(Shape.of(rows, columns)));
        }

        float[] on(Device device) {
            try (DeviceBackend b = new DeviceBackend(device, 1L << 30)) {
                Shape shape = LEAD.concat(Shape.of(queries, width));
                View out = b.allocate(DType.F32, shape);
                b.attention(
                        floats(b, q, queries, depth),
                        floats(b, k, keys, depth),
                        floats(b, v, keys, width),
                        floats(b, bias, queries, keys),
                        scale(),
                        out);
                float[] got = new float[(int) shape.elements()];
                b.download(out, View.dense(HostBuffer.wrap(got), shape));
                return got;
            }
        }

        private static View floats(DeviceBackend b, float[] x, int rows, int columns) {
            Shape shape = LEAD.concat(Shape.of(rows, columns));
            View v = b.allocate(DType.F32, shape);
            b.upload(View.dense(HostBuffer.wrap(x), shape), v);
            return v;
        }

        /** Root mean square error against float64, relative to the root mean square of the results. */
        double error(Device device) {
            double[] exact = exact();
            float[] got = on(device);
            double wrong = 0;
            double all = 0;
            for (int i = 0; i < exact.length; i++) {
                wrong += (got[i] - exact[i]) * (got[i] - exact[i]);
                all += exact[i] * exact[i];
            }
            return Math.sqrt(wrong / all);
        }
    }

    private static Kernel kernel(String name) {
        return new Kernel("attention_tensor", name);
    }

    /** A device whose launches have only one group. */
    private static Device oneGroup(ShimDevice device) {
        return (Device) Proxy.newProxyInstance(
                Device.class.getClassLoader(), new Class<?>[] {Device.class}, (_, method, given) -> {
                    if (method.getName().equals("launch") && given[1] instanceof LaunchPlan plan) {
                        given[1] = new LaunchPlan(1, plan.items(), plan.sharedBytes());
                    }
                    try {
                        return method.invoke(device, given);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @BeforeEach
    void compiler() {
        ShimDevice.COMPILER.require();
    }

    /**
     * The error against float64 is at most one and a half times that of the portable kernel; with truncated sums it may
     * be twice as large. Covers tails, several tiles, several slices of the depth and several columns.
     */
    @TestFactory
    Stream<DynamicTest> splitNumbersAreAsAccurateAsFloat32() {
        List<Problem> problems = List.of(
                Problem.of(1, 70, 200, 64, 64),
                Problem.of(2, 20, 64, 64, 64).times(6, 3, 1),
                Problem.of(3, 33, 65, 20, 70),
                Problem.of(4, 17, 130, 150, 33),
                Problem.of(5, 70, 130, 48, 40).times(1e-18, 1e18, 1e-25),
                Problem.of(6, 70, 130, 48, 40).times(1e18, 1e-18, 1e30));
        return problems.stream()
                .map(p -> DynamicTest.dynamicTest(
                        p.queries + " queries, " + p.keys + " keys, " + p.depth + " and " + p.width, () -> {
                            double portable = p.error(new ShimDevice());
                            ShimDevice rounding = new ShimDevice(Precision.FP32);
                            double split = p.error(rounding);
                            double truncated = p.error(new ShimDevice(Precision.FP32).truncating(16));
                            System.out.println("attention of " + p.queries + ", " + p.keys + ", " + p.depth + ", "
                                    + p.width + ": portable " + portable + ", rounded " + split + ", truncated "
                                    + truncated);
                            assertThat(rounding.hasLaunched(
                                            kernel(p.depth > 64 ? "attention_split_deep" : "attention_split")))
                                    .isTrue();
                            assertThat(split).isLessThan(1.5 * portable);
                            assertThat(truncated).isLessThan(3 * portable);
                        }));
    }

    /** Rounding to 10 mantissa bits causes an error of the expected size, not less. */
    @Test
    void halfPrecisionRounds() {
        Problem p = Problem.of(7, 70, 200, 64, 64);
        for (Precision precision : List.of(Precision.TF32, Precision.BF16)) {
            ShimDevice device = new ShimDevice(precision);
            assertThat(p.error(device)).as(precision.label()).isBetween(1e-5, 0x1p-10);
            assertThat(device.hasLaunched(kernel("attention_half"))).isTrue();
        }
    }

    /** Rows of very different magnitude do not cost each other precision, not even the row of a hidden key. */
    @Test
    void rowsAreScaledOneByOne() {
        Problem p = Problem.of(8, 66, 130, 32, 24);
        for (int i = 0; i < p.v.length; i++) {
            p.v[i] *= (float) Math.pow(2, i / p.width % 7 * 10 - 30);
        }
        for (int i = 0; i < p.k.length; i++) {
            p.k[i] *= (float) Math.pow(2, i / p.depth % 5 - 2);
        }
        for (int i = 0; i < p.bias.length; i++) {
            int key = i % p.keys;
            // Only the smallest values are visible.
            p.bias[i] = key % 7 == 0 ? p.bias[i] : Float.NEGATIVE_INFINITY;
        }
        assertThat(p.error(new ShimDevice(Precision.FP32))).isLessThan(1.5 * p.error(new ShimDevice()));
    }

    /** NaN and infinities only affect the rows and columns that depend on them. */
    @Test
    void specialNumbersStayInTheirPlace() {
        Problem p = Problem.of(9, 70, 80, 16, 20);
        p.q[3 * 16 + 5] = Float.NaN;
        p.v[75 * 20 + 7] = Float.POSITIVE_INFINITY;
        float[] got = p.on(new ShimDevice(Precision.FP32));
        for (int i = 0; i < got.length; i++) {
            int row = i / 20;
            boolean touched = row == 3 || row < 70 && i % 20 == 7;
            assertThat(Float.isNaN(got[i]))
                    .as("row " + row + ", column " + i % 20)
                    .isEqualTo(touched);
        }
    }

    /** Queries that are masked from all keys of the first tiles. */
    @Test
    void hiddenTilesComeFirst() {
        Problem p = Problem.of(13, 66, 200, 32, 24);
        for (int i = 0; i < p.bias.length; i++) {
            p.bias[i] = i % p.keys < 130 ? Float.NEGATIVE_INFINITY : p.bias[i];
        }
        assertThat(p.error(new ShimDevice(Precision.FP32))).isLessThan(1.5 * p.error(new ShimDevice()));
    }

    /** The bits are the same if a single group does all tasks, as when they exceed the maximum grid. */
    @Test
    void aGroupMayDoAllTasks() {
        for (Problem p : List.of(Problem.of(14, 70, 70, 20, 70), Problem.of(15, 70, 70, 70, 20))) {
            ShimDevice device = new ShimDevice(Precision.FP32);
            float[] got = p.on(oneGroup(device));
            assertThat(device.hasLaunched(kernel(p.depth > 64 ? "attention_split_deep" : "attention_split")))
                    .isTrue();
            assertThat(got).isEqualTo(p.on(new ShimDevice(Precision.FP32)));
        }
    }

    /** Scores far beyond those that a float32 softmax can tell apart. */
    @Test
    void hugeScores() {
        Problem p = Problem.of(10, 20, 70, 16, 20).times(1e6, 1e6, 1);
        float[] got = p.on(new ShimDevice(Precision.FP32));
        double[] exact = p.exact();
        int differ = 0;
        for (int i = 0; i < got.length; i++) {
            differ += Math.abs(got[i] - exact[i]) > 1e-6 ? 1 : 0;
        }
        assertThat(differ).isZero();
    }

    /** The tests above find each fault. */
    @TestFactory
    Stream<DynamicTest> faultsAreFound() {
        // All groups of an entry have equally many queries and columns, so a group in the wrong place still writes
        // inside the result.
        Problem shallow = Problem.of(11, 128, 200, 64, 64);
        Problem deep = Problem.of(12, 17, 130, 150, 33);
        return Stream.of(
                        fault(
                                "keys of a fragment exchanged",
                                "lane / 16 * 8 + lane % 8, lane / 8 % 2",
                                "lane / 16 * 8 + (lane ^ 1) % 8, lane / 8 % 2"),
                        fault(
                                "a product of planes left out",
                                "multiply_f16(small[j], a[PLANES - 1], b[0] + 2 * j);",
                                ""),
                        fault(
                                "no barrier behind the keys",
                                "BARRIER();\n            multiply_keys<PLANES, 0>",
                                "multiply_keys<PLANES, 0>"),
                        fault("no barrier behind the values", "BARRIER();\n        float factor", "float factor"),
                        fault(
                                "no barrier before the next slice",
                                "BARRIER();\n                split_tile<PLANES>(tile, shared.queries",
                                "split_tile<PLANES>(tile, shared.queries"),
                        fault("no barrier before the next task", "BARRIER();\n}", "}"),
                        fault("the tile before", "k += SIDE * h.k_row;\n", ""),
                        fault("keys beyond the last", ">= left) {", "> left) {"),
                        fault("sums that are not scaled down", "FMAF(*sum, *shrink, added)", "*sum + added"),
                        fault(
                                "the scale of another row",
                                "shared.query_scale[first + lane / 4 + 8]",
                                "shared.query_scale[first + lane / 4]"))
                .map(f -> DynamicTest.dynamicTest(f.name(), () -> {
                    for (Problem p : List.of(shallow, deep)) {
                        double error;
                        try {
                            error = p.error(oneGroup(new ShimDevice(Precision.FP32).with(f)));
                        } catch (DeviceException e) {
                            return; // The emulation stopped the kernel.
                        }
                        if (!(error < 1e-6)) {
                            return;
                        }
                    }
                    assertThat(f.name()).as("was not found").isEmpty();
                }));
    }

    private static ShimDevice.Fault fault(String name, String from, String to) {
        return ShimDevice.Fault.of(name, "attention_tensor", from, to);
    }
}
