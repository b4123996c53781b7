package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
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

/** Matching of binarized prototypes by the kernels for tensor cores, whose instructions are emulated. */
@FullBuild("compiles the kernels with g++")
class SignMatchingTest {
    private static final Kernel MATCH = new Kernel("matching_tensor", "signs_match");

    private static Backend openTensorCores() {
        ShimDevice.COMPILER.require();
        return new DeviceBackend(new ShimDevice(Precision.FP32), 1L << 30);
    }

    @Nested
    class Prototypes extends PrototypeContract {
        @Override
        protected Backend open(int threads) {
            return openTensorCores();
        }
    }

    @Nested
    class Clipwise extends ClipwiseContract {
        @Override
        protected Backend open(int threads) {
            return openTensorCores();
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
            View tokens = b.allocate(DType.F32, Shape.of(clips, x.length / dim / clips, dim));
            View prototypes = b.allocate(DType.F32, Shape.of(p.length / dim, dim));
            View values = b.allocate(DType.F32, Shape.of(clips, p.length / dim));
            View winners = b.allocate(DType.I32, values.shape());
            b.upload(View.dense(HostBuffer.wrap(x), tokens.shape()), tokens);
            b.upload(View.dense(HostBuffer.wrap(p), prototypes.shape()), prototypes);
            b.binaryPrototypeMaxPool(tokens, prototypes, values, winners);
            Result r = new Result(new float[clips * p.length / dim], new int[clips * p.length / dim]);
            b.download(values, View.dense(HostBuffer.wrap(r.values), values.shape()));
            b.download(winners, View.dense(HostBuffer.wrap(r.winners), winners.shape()));
            return r;
        }

        private static float[] numbers(int count, int seed) {
            SplittableRandom random = new SplittableRandom(seed);
            float[] x = new float[count];
            for (int i = 0; i < count; i++) {
                x[i] = (float) random.nextGaussian();
            }
            return x;
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

        /** NaN wins, the first one; infinities give NaN; norms that underflow or overflow have no exact cosine. */
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

        /** Equal tokens are found once: of the work of the exact decision one token is left, not all. */
        @Test
        void silenceIsDecidedOnce() {
            int dim = 64;
            float[] one = numbers(dim, 5);
            float[] x = new float[300 * dim];
            for (int i = 0; i < x.length; i++) {
                x[i] = one[i % dim];
            }
            assertSame(x, numbers(30 * dim, 6), 1, dim);
        }
    }
}
