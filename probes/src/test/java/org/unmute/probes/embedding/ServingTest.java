package org.unmute.probes.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.audio.Wav;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.DType;
import org.unmute.tensor.TensorScope;

/** An encoder and a probe in a service: used by many threads, for a long time, and only in matching pairs. */
class ServingTest {
    private static final int THREADS = 8;
    private static final int ROUNDS = Boolean.getBoolean("unmute.full") ? 25 : 8;

    @ParameterizedTest
    @ValueSource(strings = {"linear", "linear-mean", "mhca", "protobin", "protofloat"})
    void eightThreadsGetTheBitsOfALoneCall(String kind, @TempDir Path folder) throws Exception {
        Trained trained = Trained.in(folder, kind);
        Encoder encoder = Encoders.open(trained.checkpoint());
        TrainedProbe probe = TrainedProbe.open(trained.probe());
        List<Recording> recordings = new ArrayList<>();
        List<float[]> alone = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            recordings.add(new Recording(Trained.sound(40 + i, 11_025 + 2_000 * i, i % 2 == 0), 16_000));
            alone.add(probe.scores(encoder.encode(recordings.get(i))));
        }
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Callable<Void>> calls = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int own = t;
            calls.add(() -> {
                start.await();
                for (int round = 0; round < ROUNDS; round++) {
                    int i = (own + round) % THREADS;
                    assertThat(probe.scores(encoder.encode(recordings.get(i))))
                            .as(kind + " recording " + i)
                            .isEqualTo(alone.get(i));
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

    @ParameterizedTest
    @ValueSource(strings = {"linear", "mhca", "protobin"})
    void nothingIsLeftBehind(String kind, @TempDir Path folder) throws IOException {
        Trained trained = Trained.in(folder, kind);
        Encoder encoder = Encoders.open(trained.checkpoint());
        TrainedProbe probe = TrainedProbe.open(trained.probe());
        TokenMap tokens = encoder.encode(Wav.read(trained.clip()));
        try (TensorScope around = new TensorScope()) {
            probe.scores(tokens);
            long first = around.peakBytes();
            assertThat(first).as("the scope sees the work").isPositive();
            for (int i = 0; i < 10; i++) {
                probe.scores(tokens);
                assertThat(around.liveBytes()).as("call " + i).isZero();
            }
            assertThat(around.peakBytes()).isEqualTo(first);
        }
    }

    @Test
    void scoresByClassAreTheScoresInTheirOrder(@TempDir Path folder) throws IOException {
        Trained trained = Trained.in(folder);
        TokenMap tokens = Encoders.open(trained.checkpoint()).encode(Wav.read(trained.clip()));
        TrainedProbe probe = TrainedProbe.open(trained.probe());
        float[] scores = probe.scores(tokens);
        assertThat(probe.scoresByClass(tokens))
                .containsExactly(Map.entry("tone", scores[0]), Map.entry("noise", scores[1]));
    }

    @Test
    void aProbeRefusesTokensThatAreNotItsOwn(@TempDir Path folder) throws IOException {
        Trained trained = Trained.in(folder);
        TrainedProbe probe = TrainedProbe.open(trained.probe());
        Encoder encoder = Encoders.open(trained.checkpoint());
        probe.requireTokensOf(encoder, trained.checkpoint());

        // The same tensors in another file: since its hash differs, the weights count as different.
        String bytes = new String(Encoders.embeddedBytes(), StandardCharsets.ISO_8859_1);
        Path other = Files.write(
                folder.resolve("other.safetensors"),
                bytes.replace("unmute_digest", "former_digest").getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> probe.requireTokensOf(Encoders.open(other), other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("trained on tokens of another encoder")
                .hasMessageContaining(probe.encoderHash())
                .hasMessageContaining(encoder.describe().description());

        // Other windows make another front end.
        double hop = (double) encoder.describe().grid().rowSamples()
                / encoder.describe().sampleRate();
        Encoder overlapping = Encoders.open(trained.checkpoint(), EncoderSettings.AUTHORS.withHop(hop));
        assertThatThrownBy(() -> probe.requireTokensOf(overlapping, trained.checkpoint()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another front end")
                .hasMessageContaining(overlapping.describe().frontEnd());

        // So does another resampling filter, but not another storage type of tokens.
        String hash = Sha256.of(trained.checkpoint());
        probe.requireTokensOf(CacheKey.of(encoder.describe(), hash, Resampler.Kernel.HANN, DType.F16));
        assertThatThrownBy(() -> probe.requireTokensOf(
                        CacheKey.of(encoder.describe(), hash, Resampler.Kernel.KAISER_BEST, DType.F16)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("resampling kaiser_best");

        TrainedProbe unknown = new TrainedProbe(
                probe.probe(), probe.classes(), probe.hasCls(), false, probe.standardization(), "", "");
        assertThatThrownBy(() -> unknown.requireTokensOf(encoder, trained.checkpoint()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not say on which encoder's tokens it was trained");
    }

    @Test
    void tokensOfAnotherShapeAreRefusedWithoutBeingAsked(@TempDir Path folder) throws IOException {
        TrainedProbe standardized = TrainedProbe.open(Trained.in(folder).probe());
        TrainedProbe plain = new TrainedProbe(standardized.probe(), standardized.classes(), true, false, null, "", "");
        int dim = plain.probe().dim();
        for (TrainedProbe probe : List.of(standardized, plain)) {
            assertThatThrownBy(() -> probe.scores(new TokenMap(1, 1, 3, new float[3], new float[3])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("trained probe protobin: trained on tokens of dim " + dim
                            + " with cls, the token map has dim 3 with cls: use the encoder whose tokens it"
                            + " was trained on");
            assertThatThrownBy(() -> probe.scores(new TokenMap(1, 1, dim, new float[dim], null)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("dim " + dim + " without cls");
        }
    }
}
