package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.audio.Recording;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.TensorScope;

/**
 * One loaded encoder serves many threads, each with its own recordings, and every result is bit-identical to that of a
 * single call.
 */
@FullBuild("runs every encoder on many threads")
class ManyThreadsTest {
    private static final int THREADS = 8;
    /** Calls of each thread; the full build goes round all recordings. */
    private static final int ROUNDS = Boolean.getBoolean("unmute.full") ? 12 : 5;

    private static List<TokenBits.Case> encoders() throws IOException {
        List<TokenBits.Case> cases = new ArrayList<>(TokenBits.golden());
        cases.add(new TokenBits.Case("embedded", null, null));
        return cases;
    }

    @TestFactory
    List<DynamicTest> everyAnswerHasTheBitsOfALoneCall() throws IOException {
        return encoders().stream()
                .map(c -> dynamicTest(c.name(), () -> serve(c.name(), c.open())))
                .toList();
    }

    private static void serve(String name, Encoder encoder) throws Exception {
        List<float[]> recordings = new ArrayList<>();
        int window = TokenBits.unit(encoder.describe());
        for (int t = 0; t < THREADS; t++) {
            recordings.add(TokenBits.sound(t + 1, window / 2 + t * window / 5));
        }
        List<TokenMap> alone = recordings.stream().map(encoder::encode).toList();
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Callable<Void>> calls = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int own = t;
            calls.add(() -> {
                start.await();
                for (int round = 0; round < ROUNDS; round++) {
                    int i = (own + round) % THREADS;
                    TokenBits.assertSame(
                            name + " thread " + own + " round " + round,
                            alone.get(i),
                            encoder.encode(recordings.get(i)));
                }
                return null;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (Future<Void> f : threads.invokeAll(calls)) {
                f.get();
            }
        }
    }

    /**
     * Tensors of an encoder are released when the call ends: nothing is left in the enclosing scope, however often it
     * is called.
     */
    @TestFactory
    List<DynamicTest> nothingIsLeftBehind() throws IOException {
        return encoders().stream()
                .map(c -> dynamicTest(c.name(), () -> {
                    Encoder encoder = c.open();
                    float[] recording = TokenBits.sound(1, TokenBits.unit(encoder.describe()) * 3 / 2);
                    Features.Request wanted =
                            new Features.Request(List.of(0), encoder.describe().hasCls());
                    try (TensorScope around = new TensorScope()) {
                        encoder.features(recording, wanted);
                        long first = around.peakBytes();
                        assertThat(first).as("the scope sees the work").isPositive();
                        for (int i = 0; i < 10; i++) {
                            encoder.features(recording, wanted);
                            encoder.encode(recording);
                            assertThat(around.liveBytes())
                                    .as(c.name() + " call " + i)
                                    .isZero();
                        }
                        assertThat(around.peakBytes())
                                .as(c.name() + ": the tenth call needs what the first needs")
                                .isEqualTo(first);
                    }
                }))
                .toList();
    }

    @Test
    void aRecordingAtAnotherRateIsResampled() {
        Encoder encoder = Encoders.embedded();
        Recording other = new Recording(TokenBits.sound(1, 22_050), 22_050);
        assertThat(encoder.samples(other)).hasSize(16_000);
        TokenBits.assertSame("resampled", encoder.encode(encoder.samples(other)), encoder.encode(other));
        float[] own = TokenBits.sound(1, 16_000);
        assertThat(encoder.samples(new Recording(own, 16_000))).isSameAs(own);
    }
}
