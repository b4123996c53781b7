package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.kernels.device.TensorCores;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/**
 * Launches at the sizes of encoders and probes: blocks, registers, shared memory and arguments are within the limits of
 * kernel and device. Runs on the stand-in that computes nothing, see {@link StandInTest}.
 */
final class StandInLaunches {
    private static final int CUDA_13 = 13_000;
    private static final int BATCH = 4;
    private static final int TOKENS = 513;
    private static final int DIM = 768;
    private static final int HEADS = 12;
    private static final int PROTOTYPES = 10_540;

    private DeviceBackend b;

    @BeforeEach
    void sound() {
        StandInControl.said();
    }

    @AfterEach
    void asItWas() {
        System.clearProperty(TensorChoice.PROPERTY);
        b.close();
    }

    private View f(long... sizes) {
        return b.allocateForResult(DType.F32, Shape.of(sizes));
    }

    private View i(long... sizes) {
        return b.allocateForResult(DType.I32, Shape.of(sizes));
    }

    @ParameterizedTest
    @CsvSource({"86, FP32", "86, BF16", "90, FP32", "90, TF32", "90, BF16"})
    void areWithinTheLimits(int capability, Precision precision) throws Exception {
        StandInControl.device(capability, CUDA_13);
        System.setProperty(TensorChoice.PROPERTY, TensorCores.ALWAYS.name().toLowerCase(Locale.ROOT));
        CudaContext context = new CudaContext(CudaDevices.detect().devices().getFirst());
        b = new DeviceBackend(new CudaDevice("cuda", context, precision), 2L << 30);
        products();
        attention();
        matching();
        rest();

        assertThat(StandInControl.said()).as("what the driver refused").isEmpty();
        Path launched = Path.of(System.getenv("STANDIN_FOLDER"), "launched.txt");
        assertThat(Files.readAllLines(launched))
                .contains("attention_split", "signs_match", "pack_f32", "matmul_packed_f32", "matmul_packed_f32_small");
    }

    private void products() {
        int[][] sizes = {
            {BATCH * TOKENS, DIM, 4 * DIM}, {BATCH * TOKENS, 4 * DIM, DIM}, {64, 5000, 64}, {1, DIM, 527}, {7, 5, 3}
        };
        for (int[] s : sizes) {
            View out = f(s[0], s[2]);
            b.matmul(f(s[0], s[1]), f(s[1], s[2]), out);
            b.matmul(f(s[1], s[0]).transpose(0, 1), f(s[2], s[1]).transpose(0, 1), out);
            b.linear(f(s[0], s[1]), f(s[2], s[1]), f(s[2]), Unary.GELU, f(s[0], s[2]), out);
        }
    }

    private void attention() {
        for (int depth : new int[] {64, 80}) {
            View x = f(BATCH, HEADS, TOKENS, depth);
            View y = f(BATCH, HEADS, TOKENS, depth);
            b.attention(x, x, x, null, 0.125, y);
            b.attention(x, x, x, f(BATCH, HEADS, TOKENS, TOKENS), 0.125, y);
            b.gatedAttention(
                    x,
                    x,
                    x,
                    f(1, HEADS, TOKENS, TOKENS).expand(Shape.of(BATCH, HEADS, TOKENS, TOKENS)),
                    f(BATCH, HEADS, TOKENS, 1),
                    0.125,
                    y);
        }
        View q = f(1, 2, TOKENS, 64);
        b.attentionBackward(q, q, q, 0.125, q, f(1, 2, TOKENS, 64), f(1, 2, TOKENS, 64), f(1, 2, TOKENS, 64));
    }

    private void matching() {
        for (int tokens : new int[] {512, 8}) {
            View x = f(BATCH, tokens, DIM);
            View p = f(PROTOTYPES, DIM);
            View values = f(BATCH, PROTOTYPES);
            View winners = i(BATCH, PROTOTYPES);
            b.prototypeMaxPool(x, p, values, winners);
            b.binaryPrototypeMaxPool(x, p, values, winners);
            b.prototypeMaxPoolBackward(x, p, winners, values, f(BATCH, tokens, DIM), f(PROTOTYPES, DIM));
        }
    }

    private void rest() {
        View x = f(BATCH, TOKENS, DIM);
        b.layerNorm(x, f(DIM), f(DIM), 1e-5, f(BATCH, TOKENS, DIM));
        b.softmax(x, f(BATCH, TOKENS, DIM));
        b.l2Normalize(x, f(BATCH, TOKENS, DIM));
        b.convolveTokens(x, f(16, 48, 48, 128), f(DIM), Unary.GELU, f(BATCH, TOKENS, DIM));
        b.embedPatches(f(BATCH, 1024, 128), SlidingWindow.of(16, 16, 16, 16), f(DIM, 256), f(DIM), f(BATCH, 512, DIM));
    }
}
