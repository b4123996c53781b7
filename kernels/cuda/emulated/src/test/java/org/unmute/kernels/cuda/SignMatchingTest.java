package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.ClipwiseContract;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.PrototypeContract;
import org.unmute.kernels.contract.WinnersContract;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/** Matching of binarized prototypes by the kernels for tensor cores, with emulated instructions. */
@FullBuild("compiles the kernels with g++")
class SignMatchingTest {
    private static final Kernel MATCH = new Kernel("matching_tensor", "signs_match");

    private static Backend openTensorCores() {
        ShimDevice.COMPILER.require();
        return new DeviceBackend(new ShimDevice(Precision.FP32), 1L << 30);
    }

    /** Gradients are those of the portable kernels, which {@link StandInTest} runs in all layouts. */
    @Nested
    class Prototypes extends PrototypeContract {
        @Override
        protected Backend open(int threads) {
            return openTensorCores();
        }

        @Override
        protected boolean comparesGradientsInAllLayouts() {
            return false;
        }
    }

    @Nested
    class Clipwise extends ClipwiseContract {
        @Override
        protected Backend open(int threads) {
            return openTensorCores();
        }

        @Override
        protected boolean matchesRowsOfAnyNorm() {
            return false;
        }
    }

    @Nested
    class Winners extends WinnersContract {
        @Override
        protected Backend open(int threads) {
            return openTensorCores();
        }
    }

    @Nested
    class BesideThePortableKernels {
        private ShimDevice device;
        private DeviceBackend tensor;
        private DeviceBackend portable;

        @BeforeEach
        void open() {
            ShimDevice.COMPILER.require();
            device = new ShimDevice(Precision.FP32);
            tensor = new DeviceBackend(device, 1L << 30);
            portable = new DeviceBackend(new ShimDevice(), 1L << 30);
        }

        @AfterEach
        void close() {
            if (device != null) {
                tensor.close();
                portable.close();
            }
        }

        private record Result(float[] values, int[] winners) {}

        private static Result match(Backend b, float[] x, float[] p, int clips, int dim) {
            View tokens = upload(b, x, clips, x.length / dim / clips, dim);
            View prototypes = upload(b, p, p.length / dim, dim);
            View values = b.allocate(DType.F32, Shape.of(clips, p.length / dim));
            View winners = b.allocate(DType.I32, values.shape());
            b.binaryPrototypeMaxPool(tokens, prototypes, values, winners);
            Result r = new Result(new float[clips * p.length / dim], new int[clips * p.length / dim]);
            b.download(values, View.dense(HostBuffer.wrap(r.values), values.shape()));
            b.download(winners, View.dense(HostBuffer.wrap(r.winners), winners.shape()));
            return r;
        }

        private static View upload(Backend b, float[] numbers, long... sizes) {
            View v = b.allocate(DType.F32, Shape.of(sizes));
            b.upload(View.dense(HostBuffer.wrap(numbers), v.shape()), v);
            return v;
        }

        private static float[] numbers(int count, int seed) {
            return ProductVariantTest.numbers(new SplittableRandom(seed), count);
        }

        private void assertSame(float[] x, float[] p, int clips, int dim) {
            Result ours = match(tensor, x, p, clips, dim);
            Result theirs = match(portable, x, p, clips, dim);
            assertThat(device.hasLaunched(MATCH)).as("the kernel ran").isTrue();
            assertThat(ours.winners).isEqualTo(theirs.winners);
            assertThat(ours.values).isEqualTo(theirs.values);
        }

        @Test
        void valuesHaveTheSameBits() {
            assertSame(numbers(3 * 100 * 200, 1), numbers(270 * 200, 2), 3, 200);
        }

        /** The first NaN wins; infinities give NaN; norms that underflow or overflow have no exact cosine. */
        @Test
        void specialTokensGoAsThere() {
            int dim = 40;
            for (float special : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1e-25f, 0f, -0f, Float.MIN_VALUE}) {
                float[] x = numbers(2 * 70 * dim, 3);
                Arrays.fill(x, 7 * dim, 8 * dim, special);
                Arrays.fill(x, 30 * dim, 31 * dim, special);
                Arrays.fill(x, 80 * dim, 81 * dim, Float.isNaN(special) ? special : 0f);
                assertSame(x, numbers(9 * dim, 4), 2, dim);
            }
        }

        /** Trains a few steps, as probes do: a single different winner would soon change everything. */
        @Test
        void trainedPrototypesHaveTheSameBits() {
            float[] x = numbers(6 * 70 * 96, 7);
            float[] p = numbers(40 * 96, 8);
            assertThat(train(tensor, x, p, 6, 96)).isEqualTo(train(portable, x, p, 6, 96));
            assertThat(device.hasLaunched(MATCH)).isTrue();
        }

        private static float[] train(Backend b, float[] x, float[] p, int clips, int dim) {
            View tokens = upload(b, x, clips, x.length / dim / clips, dim);
            View prototypes = upload(b, p, p.length / dim, dim);
            View values = b.allocate(DType.F32, Shape.of(clips, p.length / dim));
            View winners = b.allocate(DType.I32, values.shape());
            View gradient = b.allocate(DType.F32, prototypes.shape());
            View moment = b.allocate(DType.F32, prototypes.shape());
            View square = b.allocate(DType.F32, prototypes.shape());
            for (int step = 1; step <= 8; step++) {
                b.binaryPrototypeMaxPool(tokens, prototypes, values, winners);
                b.binaryPrototypeMaxPoolBackward(tokens, prototypes, winners, values, null, gradient);
                b.adamW(prototypes, gradient, moment, square, 0.3, 0.9, 0.999, 1e-8, 0.01, step);
            }
            float[] trained = new float[p.length];
            b.download(prototypes, View.dense(HostBuffer.wrap(trained), prototypes.shape()));
            assertThat(trained).isNotEqualTo(p);
            return trained;
        }

        /**
         * The average number of tokens decided exactly per winner. For random tokens it is little more than the winner,
         * for equal tokens only the first, so that silence costs no more than sound.
         */
        @Test
        void fewTokensAreDecidedExactly() {
            int dim = 768;
            float[] p = numbers(256 * dim, 6);
            double random = decided(numbers(512 * dim, 5), p, dim);
            System.out.println("tokens decided exactly for each winner: " + random);
            assertThat(random).as("random").isBetween(1.0, 1.1);
            float[] one = numbers(dim, 5);
            float[] silence = new float[512 * dim];
            for (int i = 0; i < silence.length; i++) {
                silence[i] = one[i % dim];
            }
            assertThat(decided(silence, p, dim)).as("equal tokens").isEqualTo(1);
            float[] faint = numbers(512 * dim, 7);
            System.arraycopy(silence, 0, faint, 0, 300 * dim);
            assertThat(decided(faint, p, dim)).as("equal tokens and others").isBetween(1.0, 1.1);
        }

        private double decided(float[] x, float[] p, int dim) {
            ShimDevice.Fault counts = ShimDevice.Fault.of(
                    "counts",
                    "matching_tensor",
                    "int open;",
                    "int open, count;",
                    "leader.open = 0;",
                    "leader.open = leader.count = 0;",
                    "int wins = 1;",
                    "int wins = 1;\n    leader->count++;",
                    "= IS_NAN(scale) ? scale",
                    "= IS_NAN(scale) ? scale : 1 ? mine.count");
            try (DeviceBackend counting = new DeviceBackend(new ShimDevice(Precision.FP32).with(counts), 1L << 30)) {
                double sum = 0;
                for (float count : match(counting, x, p, 1, dim).values) {
                    sum += count;
                }
                return sum * dim / p.length;
            }
        }

        /** Pairs of tokens that nearly agree, and some that tie though they are not equal. */
        private static float[] nearTies(int count, int dim) {
            float[] x = numbers(count * dim, 9);
            SplittableRandom random = new SplittableRandom(10);
            for (int i = dim; i < x.length; i++) {
                int n = i / dim;
                x[i] = n % 3 == 1 ? x[i - dim] * (float) (1 + 1e-5 * random.nextGaussian()) : x[i];
            }
            for (int n = 2; n < count; n += 3) {
                // Swap two entries; where their signs agree the cosine stays the same.
                System.arraycopy(x, (n - 1) * dim, x, n * dim, dim);
                x[n * dim] = x[n * dim - dim + 3];
                x[n * dim + 3] = x[n * dim - dim];
            }
            return x;
        }

        /** Possible faults of a kernel, as changes to its text. */
        @TestFactory
        Stream<DynamicTest> faultsShow() {
            return Stream.of(
                            fault("no bound", "1.005f * (float)m->dim", "0.001f * (float)m->dim"),
                            fault("no error of compensated sums", "8.0f * n * n * 3.55", "0.0f * n * n * 3.55"),
                            fault("rows of a fragment swapped", "r % 2 * 8) * (MAX_DIM", "(1 - r % 2) * 8) * (MAX_DIM"),
                            fault("a stale stage", "s % STAGES * STAGE, band", "(s + 1) % STAGES * STAGE, band"),
                            fault("a wait too few", "wait_for_copies<STAGES - 2>", "wait_for_copies<STAGES - 1>"),
                            fault(
                                    "no barrier",
                                    "wait_for_copies<STAGES - 2>();\n            BARRIER();",
                                    "wait_for_copies<STAGES - 2>();"),
                            fault("the planes swapped", "upper, tokens[0]", "upper, tokens[1]"))
                    .map(f -> DynamicTest.dynamicTest(f.name(), () -> {
                        float[] x = nearTies(130, 200);
                        float[] p = numbers(270 * 200, 11);
                        Result right = match(portable, x, p, 1, 200);
                        assertThat(match(tensor, x, p, 1, 200).winners)
                                .as("without the fault")
                                .isEqualTo(right.winners);
                        try (DeviceBackend broken =
                                new DeviceBackend(new ShimDevice(Precision.FP32).with(f), 1L << 30)) {
                            assertThat(match(broken, x, p, 1, 200).winners).isNotEqualTo(right.winners);
                        }
                    }));
        }

        private static ShimDevice.Fault fault(String name, String right, String wrong) {
            return ShimDevice.Fault.of(name, "matching_tensor", right, wrong);
        }
    }
}
